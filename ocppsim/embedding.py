"""ocppsim inside another Trio program: stations to act on and to wait for."""

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from secrets import randbits

import trio
from attrs import define, evolve, field

from ocppsim import clock, templates
from ocppsim.actors.board import Board, ConnectorView
from ocppsim.actors.fleet import Fleet, open_fleet
from ocppsim.actors.generator import Habits
from ocppsim.actors.station import Station
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.actors.transfer import pretended
from ocppsim.actors.transfer.real import real
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.config.adding import optioned
from ocppsim.config.identity import station_id
from ocppsim.config.stations import Plan, Source
from ocppsim.csms.central_system import CentralSystem, open_central_system
from ocppsim.launching import Launcher, dialect_of
from ocppsim.model.connector import Status
from ocppsim.model.inputs import Verdict
from ocppsim.model.security import Credentials
from ocppsim.model.specification import Specification
from ocppsim.model.vehicle import Vehicle
from ocppsim.protocol import frames
from ocppsim.protocol.frames import Call
from ocppsim.testing.rig import dial_in_memory_of

REQUESTS_KEPT = 1000

_STATUSES = {status.name.replace("_", "").lower(): status for status in Status}


@define(eq=False)
class ConnectorHandle:
    """One connector: what people and EVs do there, and what it shows."""

    station: "StationHandle"
    number: int

    @property
    def view(self) -> ConnectorView:
        """Status, power, register, SoC and session, as they are now."""
        return self.station.station.view(self.number)

    async def plug(self, vehicle: Vehicle | None = None, soc: float = 0.2) -> None:
        """Connect an EV with this state of charge (0 to 1)."""
        await trio.lowlevel.checkpoint()
        self.station.station.world.plug(self.number, vehicle or Vehicle(), soc)

    async def unplug(self) -> None:
        await trio.lowlevel.checkpoint()
        self.station.station.world.unplug(self.number)

    async def present(self, tag: str) -> bool:
        """Hold a tag to the reader; whether it was read and not refused at once."""
        return await self.station.station.world.present(self.number, tag) is Verdict.ACCEPTED

    async def until(self, *statuses: str, within: float) -> str:
        """Wait for one of these statuses, in OCPP's spelling; trio.TooSlowError after `within` seconds."""
        wanted = {_status(name) for name in statuses}
        with trio.fail_after(within):
            await self.station.board.until(lambda board: board.status(self.number) in wanted)
        return self.station.board.seen.status(self.number).name


@define(eq=False)
class StationHandle:
    """One station."""

    station: Station
    fleet: Fleet = field(repr=False)
    plan: Plan = field(repr=False)
    _requests: deque[Call] = field(factory=lambda: deque(maxlen=REQUESTS_KEPT))
    _news: trio.Event = field(factory=trio.Event)

    @property
    def id(self) -> str:
        return self.station.id

    @property
    def board(self) -> Board:
        """All that the station shows of itself."""
        return self.station.board

    def connector(self, number: int) -> ConnectorHandle:
        """Raises LookupError when there is none of this number."""
        if number not in self.station.context.connectors:
            raise LookupError(f"{self.id} has no connector {number}")
        return ConnectorHandle(self, number)

    async def booted(self, within: float = 60.0) -> None:
        """Wait until the central system has accepted the station."""
        with trio.fail_after(within):
            await self.board.until(lambda board: board.online and board.registration.accepted)

    async def expect(self, action: str, within: float = 60.0) -> Call:
        """The next request of this action from the central system, also one that came a while ago."""
        with trio.fail_after(within):
            while True:
                for request in self._requests:
                    if request.action == action:
                        self._requests.remove(request)
                        return request
                await self._news.wait()

    async def switch_on(self) -> None:
        """Where it is off: since it was added with `autoStart` false, or was switched off."""
        await trio.lowlevel.checkpoint()
        self.fleet.switch_on(self.id, self.plan.habits)

    async def switch_off(self) -> None:
        """In good order, with its sessions stopped, unless `stopTransactionsOnStopped` is false."""
        await self.fleet.retire([self.id], () if self.plan.stop_when_stopped else (self.id,))

    def tamper(self) -> None:
        """Somebody opens the housing."""
        self.station.tamper()

    def cut_power(self) -> None:
        """At once and without a word; power is back after the station's reset time."""
        self.station.cut_power()

    def hear(self, entry: TraceEntry) -> None:
        """A listener's part: keep the requests of the central system for `expect`."""
        if entry.way is Way.IN and isinstance(call := frames.parse(entry.text), Call):
            self._requests.append(call)
            self._news.set()
            self._news = trio.Event()


@define(eq=False)
class Simulator:
    """Made by `open_simulator`."""

    fleet: Fleet
    url: str | None
    csms: CentralSystem | None  # the embedded one, where no URL was given
    headers: Sequence[tuple[str, str]] = ()
    stations: dict[str, StationHandle] = field(factory=dict)
    _addresses: AddressBook = field(factory=AddressBook)

    async def add(
        self,
        template: str | Path = "virtual-simple",
        id: str | None = None,  # noqa: A002 - OCPP's own word
        *,
        connectors: int | None = None,
        keys: Mapping[str, str] | None = None,
        credentials: Credentials | None = None,
        habits: Habits | None = None,
        ocpp: str | None = None,
        statistics: bool = False,
        options: Mapping[str, object] | None = None,
    ) -> StationHandle:
        """Switch a station on; with `habits`, people come by themselves; with `statistics`, calls are timed.

        `template` is the name of one of the program's, or a file; lists that it names are looked for as
        `ocppsim template check` does. Its URLs and its generator do not count: it is the program that says
        where stations connect to, and who comes. `options` go on top of it, by their names in
        docs/configuration.md; a central system among them before that of the simulator.

        A station of OCPP 2.0.1 or 2.0 has no sessions yet: it boots, reports, beats and clears its cache. It
        needs a central system of its version at a URL.

        `keys` are initial values of configuration keys, SecurityProfile among them; `credentials` are what
        the station has for that. Raises LookupError for an unknown template, ValueError for an id that is
        taken, a URL that is none, options and templates that cannot be used, and what its version of OCPP
        cannot do yet.
        """
        await trio.lowlevel.checkpoint()
        source = _source(template, options or {})
        number, name = self._named(source, id)
        plan = templates.planned(self._directed(source, number), name, connectors, self.fleet.seed)
        plan = evolve(
            plan,
            specification=_equipped(plan.specification, keys or {}, credentials),
            headers=(*self.headers, *plan.headers),
            habits=habits,
            ocpp=ocpp or plan.ocpp,
            statistics=statistics or plan.statistics,
        )
        _check_version(plan)
        station = self._launcher().add(plan, on=plan.auto_start)
        handle = self.stations[name] = StationHandle(station, self.fleet, plan)
        return handle

    def _named(self, source: Source, name: str | None) -> tuple[int, str]:
        """The station's number, and what it is called: as somebody says, or its template with options."""
        if name is not None or not source.options.names:
            number = len(self.stations) + 1
            return number, name or f"CS-{number:05}"
        numbers = (1,) if source.template.fixed_name else count(1)
        free = (number for number in numbers if station_id(source.template, number) not in self.stations)
        number = next(free, 1)
        return number, station_id(source.template, number)

    def _directed(self, source: Source, number: int) -> Source:
        """With the one URL that it goes to."""
        urls = source.options.supervision_urls or (() if self.url is None else (self.url,))
        chosen = urls[(number - 1) % len(urls) :][:1] if urls else ()
        return evolve(source, template=evolve(source.template, supervision_urls=chosen))

    def _launcher(self) -> Launcher:
        csms, fleet = self.csms, self.fleet
        in_memory = None if csms is None else partial(dial_in_memory_of, fleet, csms)
        return Launcher(fleet, self._addresses, in_memory=in_memory)

    def hear(self, entry: TraceEntry) -> None:
        if (handle := self.stations.get(entry.station)) is not None:
            handle.hear(entry)


def _source(template: str | Path, options: Mapping[str, object]) -> Source:
    source = templates.source(template) if isinstance(template, str) else templates.from_file(template)
    return optioned(source, options, templates.vocabulary()) if options else source


def _equipped(bare: Specification, keys: Mapping[str, str], credentials: Credentials | None) -> Specification:
    return evolve(bare, keys={**bare.keys, **keys}, credentials=credentials or bare.credentials)


def _check_version(plan: Plan) -> None:
    if not dialect_of(plan).has_sessions:
        if plan.habits is not None:
            raise ValueError(f"OCPP {plan.ocpp:.20} has no sessions yet, so nobody can come to charge")
        if plan.url is None:
            raise ValueError(f"the embedded central system does not speak OCPP {plan.ocpp:.20}")


@asynccontextmanager
async def open_simulator(
    url: str | None = None,
    *,
    seed: int | None = None,
    headers: Sequence[tuple[str, str]] = (),
    csms: CentralSystem | None = None,
) -> AsyncIterator[Simulator]:
    """A simulator without stations; without a URL they talk to an embedded central system, in memory,
    and only pretend to fetch firmware and to upload logs.

    Leaving the block ends all stations at once. What the block raises comes out as it is, in no group.
    """
    seed = randbits(32) if seed is None else seed
    failure: Exception | None = None
    async with AsyncExitStack() as stack:
        if url is None:
            csms = await stack.enter_async_context(open_central_system(csms or CentralSystem(seed=seed)))
        transfers = pretended if url is None or clock.is_virtual() else real()
        fleet = await stack.enter_async_context(open_fleet(seed, transfers=transfers))
        simulator = Simulator(fleet, url, csms, headers)
        fleet.listeners.append(simulator.hear)
        try:
            yield simulator
        except Exception as error:
            failure = error  # around the nurseries, which would wrap it
    if failure is not None:
        try:
            raise failure
        finally:
            del failure  # or the traceback would hold this frame, and the frame the traceback


def _status(name: str) -> Status:
    try:
        return _STATUSES[name.lower()]
    except KeyError:
        raise ValueError(f"no status {name!r}; there are {', '.join(sorted(_STATUSES))}") from None
