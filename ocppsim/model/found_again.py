"""Connectors as their station finds them after a time in which nobody looked."""

from ocppsim.model.connector import Connector
from ocppsim.model.evolving import evolve
from ocppsim.model.specification import Outlet


def anew(number: int, outlet: Outlet, before: Connector | None, now: float) -> Connector:
    """A connector that the station did not have, or has again: then its counts go on."""
    fresh = Connector(number, operative=outlet.in_service, at=now)
    return fresh if before is None else evolve(fresh, begun=before.begun, register_wh=before.register_wh)


def cut_short(connector: Connector, now: float) -> Connector:
    """A session that the last process left open ended, as far as anybody knows, at its last record."""
    session = connector.session
    if session is not None and not session.interrupted:
        connector = evolve(connector, session=evolve(session, interrupted_at=connector.at))
    return evolve(connector, at=now)
