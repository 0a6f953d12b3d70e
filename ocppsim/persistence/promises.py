"""Charging profiles and reservations in somebody else's file, which are written there as requests are."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from ocppsim.actors.journal import Kept
from ocppsim.actors.power import PROFILES
from ocppsim.config.station_parts import StoredConnector
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.charging import book
from ocppsim.model.charging.orders import SetProfile
from ocppsim.model.charging.profile import Purpose
from ocppsim.model.commands import Command
from ocppsim.model.connector import Connector
from ocppsim.model.reserving import MakeReservation
from ocppsim.model.settings import Settings
from ocppsim.protocol.errors import Refusal

_USUAL = Settings()


def take_promises(kept: Kept, number: int, one: StoredConnector, since: float) -> Iterable[str]:
    """Into the memory; in words what cannot be taken."""
    for profile in one.profiles:
        order = _command("SetChargingProfile", {"connectorId": number, "csChargingProfiles": profile})
        if not isinstance(order, SetProfile) or not _install(kept, order, since):
            yield f"connector {number}: a charging profile that cannot be taken is left out"
    if one.reservation is not None and number:
        order = _command("ReserveNow", _reservation(number, one.reservation))
        if isinstance(order, MakeReservation):
            connector = kept.connectors.get(number, Connector(number, at=since))
            if connector.reservation is None:
                kept.connectors[number] = evolve(connector, reservation=order.reservation)
        else:
            yield f"connector {number}: a reservation that cannot be taken is left out"


def _install(kept: Kept, order: SetProfile, since: float) -> bool:
    """Those of sessions are over with the file."""
    if order.profile.purpose is Purpose.SESSION:
        return True
    if not book.acceptable(order.profile, order.connector, _USUAL):
        return False
    present = book.load(kept.blocks.get(PROFILES))
    profiles = book.install(present, book.Installed(order.profile, order.connector, since), _USUAL)
    if profiles is not None:
        kept.blocks[PROFILES] = book.dump(profiles)
    return profiles is not None


def _reservation(number: int, kept: Mapping[str, Any]) -> dict[str, Any]:
    names = ("expiryDate", "idTag", "parentIdTag", "reservationId")
    request = {name: kept[name] for name in names if kept.get(name) is not None}
    return {"connectorId": number, "reservationId": kept.get("id")} | request


def _command(action: str, payload: dict[str, Any]) -> Command[Any] | None:
    try:
        return Dialect16().command(action, payload)
    except Refusal:
        return None
