"""From plans to stations that run."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from functools import partial

from attrs import define

from ocppsim.actors.fleet import Fleet
from ocppsim.actors.remaking import Design
from ocppsim.actors.station import Station
from ocppsim.actors.statistics import StationStatistics
from ocppsim.actors.wire import address, tls
from ocppsim.actors.wire.access import OPEN, Access
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.actors.wire.transport import Dial, DialFailed, Transport, TransportName
from ocppsim.config.stations import Plan
from ocppsim.dialects.dialect import Dialect
from ocppsim.dialects.v16 import Dialect16
from ocppsim.dialects.v201 import Dialect201
from ocppsim.values import frozen

VERSIONS = ("1.6", "2.0", "2.0.1")


@frozen
class Launcher:
    """Switches planned stations on."""

    fleet: Fleet
    addresses: AddressBook
    launched: Callable[[Plan], None] = lambda _: None  # told of each station whose plan this has become
    in_memory: Callable[[str], Dial] | None = None  # how stations without a URL reach their central system
    context: Callable[[Plan], tls.Context | None] = lambda plan: (
        tls.careless_context() if plan.insecure else None
    )
    """For connections with TLS of stations without a security profile; None is the usual one."""
    transport: TransportName = "auto"
    refuse_invalid: bool = False  # answers that break their schemas

    def launch(self, plan: Plan) -> None:
        """Raises ValueError for what no check has found."""
        if plan.specification.id in self.fleet.stations:
            self.relaunch(plan)
        else:
            self.add(plan)

    def add(self, plan: Plan, *, on: bool = True) -> Station:
        """A station that is not there yet; raises ValueError where it is, or cannot be."""
        made = self._design(plan)
        station = self.fleet.add(
            made.specification,
            made.dialect,
            made.dial,
            plan.habits,
            made.statistics,
            plan.visits,
            on=on,
        )
        self.launched(plan)
        return station

    def relaunch(self, plan: Plan) -> None:
        """Make what this plan says of the station that is there; raises ValueError as `launch` does."""
        name = plan.specification.id
        self.fleet.remake(name, self._design(plan), plan.habits, partial(self.launched, plan))

    def adjust(self, plan: Plan) -> None:
        """Of a plan that differs in nothing that a life of the station would notice."""
        name = plan.specification.id
        self.fleet.adjust(name, self._design(plan), plan.habits, partial(self.launched, plan))

    async def retire(self, plans: Collection[Plan]) -> None:
        """Switch them off in good order."""
        names = {one.specification.id: one.stop_when_stopped for one in plans}
        await self.fleet.retire(names, {name for name, stop in names.items() if not stop})

    def _design(self, plan: Plan) -> Design:
        dialect = dialect_of(plan, refuse_invalid=self.refuse_invalid)
        statistics = self._statistics(plan) if plan.statistics else None
        return Design(plan.specification, dialect, self._dial(plan, dialect.subprotocol), statistics)

    def _statistics(self, plan: Plan) -> StationStatistics:
        name = plan.specification.id
        return self.fleet.statistics.measure(name, id=plan.hash_id, uri=plan.url or "")

    def _dial(self, plan: Plan, subprotocol: str) -> Dial:
        if plan.url is None:
            assert self.in_memory is not None, "checked when the configuration was read"
            return self.in_memory(plan.specification.id)
        to = partial(self._to, plan, subprotocol)
        if plan.url_key is None:
            return to(plan.url)
        return KeyDial(partial(self._present_url, plan), to, plan.url, to(plan.url))

    def _present_url(self, plan: Plan) -> str:
        """What the configuration key holds."""
        assert plan.url is not None
        assert plan.url_key is not None
        memory = self.fleet.stations[plan.specification.id].context.memory
        return memory.changed.get(plan.url_key, plan.specification.keys.get(plan.url_key, plan.url))

    def _to(self, plan: Plan, subprotocol: str, url: str) -> Dial:
        where = address.parse(url, plan.specification.id)
        if plan.user and plan.password:
            where = address.with_credentials(where, plan.user, plan.password)
        return websocket_dial(
            where,
            subprotocol=subprotocol,
            headers=plan.headers,
            tls=self.context(plan) if where.secure else None,
            addresses=self.addresses,
            handshake_timeout_s=plan.handshake_s,
            transport=self.transport,
        )


def dialect_of(plan: Plan, *, refuse_invalid: bool = False) -> Dialect:
    """Raises ValueError for a version that nobody speaks."""
    match plan.ocpp:
        case "1.6":
            return Dialect16(strict=plan.strict, refuse_invalid=refuse_invalid)
        case "2.0" | "2.0.1":
            return Dialect201(plan.strict, refuse_invalid, older=plan.ocpp == "2.0")
        case other:
            raise ValueError(f"no OCPP {other!r:.20}; there are {', '.join(VERSIONS)}")


@define(eq=False)
class KeyDial:
    """Dials the URL that a configuration key holds when it dials."""

    present: Callable[[], str]
    to: Callable[[str], Dial]
    url: str
    dial: Dial

    def __call__(self, access: Access = OPEN) -> AbstractAsyncContextManager[Transport]:
        url = self.present()
        if url != self.url:
            try:
                self.dial, self.url = self.to(url), url
            except ValueError as error:
                raise DialFailed(str(error)) from error
        return self.dial(access)

    def reaches(self, profile: int) -> bool:
        return self.dial.reaches(profile)
