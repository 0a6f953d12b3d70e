"""Fleets that nobody brings to life: what they show is written on their boards by the tests."""

from contextlib import AbstractAsyncContextManager
from io import StringIO

import trio
from attrs import evolve
from rich.console import Console, RenderableType

from ocppsim.actors.board import Board, ConnectorView, LinkView
from ocppsim.actors.fleet import Fleet
from ocppsim.actors.runtime import System
from ocppsim.actors.station import Station, assemble
from ocppsim.actors.store import Forgetful
from ocppsim.actors.wire.access import OPEN, Access
from ocppsim.actors.wire.transport import Transport
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.connector import Status
from ocppsim.model.energy import Limit
from ocppsim.model.registration import Registration, Standing
from ocppsim.model.session import ChargingSession
from ocppsim.model.specification import Outlet, Specification


class Nobody:
    """Whom a station that is not alive does not dial."""

    def __call__(self, access: Access = OPEN) -> AbstractAsyncContextManager[Transport]:
        raise AssertionError(f"a station that is not alive does not dial: {access}")

    def reaches(self, profile: int) -> bool:
        return profile >= 0


def fake_fleet(nursery: trio.Nursery, stations: int = 3, connectors: int = 1) -> Fleet:
    """Stations CS-1, CS-2, ... that are online, accepted and free."""
    fleet = Fleet(System(), 7, Forgetful(), nursery)
    for number in range(1, stations + 1):
        board = add(fleet, f"CS-{number}", connectors).board
        board.show_link(LinkView(online=True, connections=1))
        board.show_registration(Registration(Standing.ACCEPTED))
    return fleet


def add(fleet: Fleet, name: str, connectors: int = 1) -> Station:
    specification = Specification(name, outlets={number: Outlet() for number in range(1, connectors + 1)})
    station = assemble(
        fleet.system,
        specification,
        Dialect16(),
        Nobody(),
        fleet.store,
        fleet.seed,
        fleet.latencies,
        fleet.listeners,
    )
    for number in specification.outlets:
        station.board.show_connector(number, ConnectorView())
    fleet.stations[name] = station
    return station


def charge(board: Board, connector: int = 1, *, power_w: float = 11_000.0, energy_wh: float = 420.0) -> None:
    """Let a connector show a session that has brought so much energy."""
    before = board.connectors[connector]
    session = ChargingSession(f"session-{connector}", "TAG-1", before.register_wh, 100.0)
    board.show_connector(
        connector,
        evolve(
            before,
            status=Status.CHARGING,
            power=Limit(power_w, "vehicle"),
            register_wh=before.register_wh + energy_wh,
            soc=0.64,
            session=session,
            busy=True,
        ),
    )


def rendered(
    renderable: RenderableType, width: int = 120, *, colour: bool = False, encoding: str = "utf-8"
) -> str:
    """What a terminal of this width would get."""
    file = Encoded(encoding)
    console = Console(
        file=file, width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(renderable)
    return file.getvalue()


class Encoded(StringIO):
    """A file that says in which encoding it writes."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a StringIO has none, and typeshed says so
        return self._encoding
