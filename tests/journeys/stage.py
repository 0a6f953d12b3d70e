"""A stage for one station: the verbs that let a journey be read like a story.

The station talks to the embedded central system over a pipe, in virtual time (the fixture `autojump_clock`).
What it said is kept frame by frame. When the curtain falls, nothing may have crashed, and the central system
must have found nothing wrong, unless the journey says that it expects so.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import trio
from attrs import define, field
from transcript import EPOCH, Frame, Transcript, frame_of
from trio.testing import wait_all_tasks_blocked

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.generator import Habits
from ocppsim.actors.station import Station
from ocppsim.actors.store import Store
from ocppsim.actors.trace import TraceEntry
from ocppsim.actors.transfer import MakeTransfers
from ocppsim.csms.behaviour import Behaviour, Rule
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.events import Disconnected, Event
from ocppsim.csms.findings import Breach
from ocppsim.dialects.dialect import Dialect
from ocppsim.model.connector import Status
from ocppsim.model.specification import Outlet, Specification
from ocppsim.model.vehicle import Vehicle
from ocppsim.testing.rig import Rig, open_rig

PATIENCE_S = 7200.0
"""What does not happen within so much virtual time never will."""


@define(eq=False)
class Stage(Transcript):
    """One station and its central system."""

    rig: Rig = field(kw_only=True)
    station: Station = field(kw_only=True)
    began: float = field(init=False)
    closes: list[int] = field(factory=list)  # the close codes that the central system saw
    _news: trio.Event = field(factory=trio.Event)

    def __attrs_post_init__(self) -> None:
        self.began = self.now

    @property
    def csms(self) -> CentralSystem:
        return self.rig.csms

    @property
    def board(self) -> Board:
        return self.station.board

    @property
    def name(self) -> str:
        return self.station.id

    @property
    def now(self) -> float:
        return round(clock.now() - EPOCH, 3)

    def listen(self, entry: TraceEntry) -> None:
        if entry.station == self.name:
            self.frames.append(frame_of(entry))
            self._news.set()
            self._news = trio.Event()

    def watch(self, event: Event) -> None:
        if isinstance(event, Disconnected) and event.identity == self.name:
            self.closes.append(event.code)

    @property
    def transaction_id(self) -> int:
        """Of the last transaction that began in the eyes of the central system."""
        return list(self.csms.ledger(self.name).transactions)[-1]

    # -- waiting

    async def settle(self) -> None:
        """Let everything happen that happens at this instant."""
        await wait_all_tasks_blocked()

    async def later(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due by then."""
        await trio.sleep(seconds)
        await self.settle()

    async def until(self, wish: Callable[[Board], bool]) -> None:
        with trio.fail_after(PATIENCE_S):
            await self.board.until(wish)

    async def hears(self, action: str, since: int | None = None, **fields: object) -> Frame:
        """The next CALL of the station with this action and these fields, from now or a mark on."""
        mark = self.mark() if since is None else since
        with trio.fail_after(PATIENCE_S):
            while True:
                for frame in self.said(action, mark):
                    if fields.items() <= frame.payload.items():
                        return frame
                await self._news.wait()

    async def booted(self) -> "Stage":
        """Accepted, and all that follows from it is said."""
        await self.until(lambda board: board.registration.accepted)
        await self.settle()
        return self

    async def shows(self, status: Status, number: int = 1) -> None:
        await self.until(lambda board: board.status(number) is status)
        await self.settle()

    # -- people

    def plug(self, number: int = 1, vehicle: Vehicle | None = None, soc: float = 0.2) -> None:
        self.station.world.plug(number, vehicle or Vehicle(), soc)

    def unplug(self, number: int = 1) -> None:
        self.station.world.unplug(number)

    async def show(self, tag: str = "TAG", number: int = 1) -> None:
        await self.station.world.present(number, tag)
        await self.settle()

    async def charge(self, number: int = 1, tag: str = "TAG", soc: float = 0.2) -> None:
        """Plug in, show a tag, and see it charge."""
        self.plug(number, soc=soc)
        await self.settle()
        await self.show(tag, number)
        await self.shows(Status.CHARGING, number)

    # -- the central system

    async def ask(self, action: str, **payload: Any) -> Any:
        """Send a request and let its consequences happen; the answer."""
        answer = await self.csms.call(self.name, action, payload)
        await self.settle()
        return answer

    async def set_key(self, key: str, value: object) -> None:
        answer = await self.ask("ChangeConfiguration", key=key, value=str(value))
        assert answer == {"status": "Accepted"}, (key, value)

    async def write(self, *message: object) -> None:
        """Write a frame as it is, let its consequences happen."""
        await self.write_text(json.dumps(message))

    async def write_text(self, text: str) -> None:
        await self.csms.send_raw(self.name, text)
        await self.settle()

    async def burst(self, *messages: Sequence[object]) -> None:
        """Write frames without waiting for the answers to any."""
        for message in messages:
            await self.csms.send_raw(self.name, json.dumps(message))
        await self.settle()

    def rule(self, what: Any, *actions: str, times: int | None = None, after: int = 0) -> Rule:
        """What the central system does from now on instead of answering well."""
        return self.csms.behaviour.add(Rule(what, actions=actions, times=times, after=after))

    async def drop(self) -> None:
        self.rig.drop(self.name)
        await self.settle()

    async def outage(self, seconds: float) -> None:
        """Nobody is there for so long; then the station finds its way back."""
        self.csms.go_down()
        await self.later(seconds)
        assert not self.board.online
        self.csms.come_up()
        await self.until(lambda board: board.online)
        await self.settle()


def easy_going(*rules: Rule) -> CentralSystem:
    """A central system that takes anything from anybody, booted or not."""
    return CentralSystem(behaviour=Behaviour(*rules, refuse_before_boot=False))


@asynccontextmanager
async def stage(
    *rules: Rule,
    seed: int = 1,
    connectors: int = 1,
    outlets: Mapping[int, Outlet] | None = None,
    habits: Habits | None = None,
    store: Store | None = None,
    csms: CentralSystem | None = None,
    dialect: Dialect | None = None,
    finds: Sequence[Breach] = (),
    crashes: bool = False,
    measured: bool = False,
    transfers: MakeTransfers | None = None,
    **specification: Any,
) -> AsyncIterator[Stage]:
    """A station `CS-1`, switched on. `finds` are the rules that the central system may see broken."""
    csms = csms or CentralSystem(seed=seed, behaviour=Behaviour(*rules))
    outlets = outlets or {number: Outlet() for number in range(1, connectors + 1)}
    with plain_errors():
        async with open_rig(seed, store=store, csms=csms) as rig:
            rig.fleet.transfers = transfers or rig.fleet.transfers
            what = Specification("CS-1", outlets=outlets, **specification)
            play = Stage(rig=rig, station=rig.add(what, habits=habits, dialect=dialect, measured=measured))
            rig.fleet.listeners.append(play.listen)
            rig.csms.listeners.append(play.watch)
            yield play
        check(rig, finds, crashes)


@contextmanager
def plain_errors() -> Iterator[None]:
    """A failed assertion comes out as itself, not as a group in a group for each nursery around it."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None


def check(rig: Rig, finds: Sequence[Breach] = (), crashes: bool = False) -> None:
    """What must be true of every journey."""
    found = [str(finding) for finding in rig.csms.findings if finding.rule not in finds]
    assert found == [], found
    for station in rig.fleet.stations.values():
        assert station.board.tally.internal == 0, station.board.last_event
    if not crashes:
        crashed = list(rig.fleet.system.errors)
        assert crashed == [], crashed
