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
from attrs import define, field, frozen
from trio.testing import wait_all_tasks_blocked

from ocppsim import clock
from ocppsim.actors.board import Board
from ocppsim.actors.generator import Habits
from ocppsim.actors.station import Station
from ocppsim.actors.store import Store
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.csms.behaviour import Behaviour, Rule
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.dialects.dialect import Dialect
from ocppsim.model.connector import Status
from ocppsim.model.specification import Outlet, Specification
from ocppsim.model.vehicle import Vehicle
from ocppsim.testing.rig import Rig, open_rig

PATIENCE_S = 7200.0
"""What does not happen within so much virtual time never will."""

EPOCH = clock.VIRTUAL_EPOCH.timestamp()
MS = 1e-3
"""Instants are floats: equal to the millisecond is equal."""


@frozen
class Frame:
    """One frame or note of the trace. `at` counts from the start of the journey."""

    at: float
    way: Way
    kind: int  # message type, 0 for what is none
    id: str
    action: str  # of an error, its code
    payload: Any  # of an error, its details
    text: str
    attempt: int
    violation: str


def frame_of(entry: TraceEntry) -> Frame:
    at = round(entry.at - EPOCH, 3)
    match _decoded(entry.text):
        case [2, str(call_id), str(action), payload]:
            parts: tuple[int, str, str, Any] = (2, call_id, action, payload)
        case [3, str(call_id), payload]:
            parts = (3, call_id, "", payload)
        case [4, str(call_id), str(code), _, details]:
            parts = (4, call_id, code, details)
        case _:
            parts = (0, "", "", None)
    return Frame(at, entry.way, *parts, entry.text, entry.attempt, entry.violation)


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@define(eq=False)
class Stage:
    """One station and its central system."""

    rig: Rig
    station: Station
    frames: list[Frame] = field(factory=list)
    _news: trio.Event = field(factory=trio.Event)

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

    # -- what was said

    def mark(self) -> int:
        """This moment: `said` and the others can leave out what came before."""
        return len(self.frames)

    def said(self, action: str | None = None, since: int = 0) -> list[Frame]:
        """The CALLs of the station."""
        return [
            frame
            for frame in self.frames[since:]
            if frame.way is Way.OUT and frame.kind == 2 and action in (None, frame.action)
        ]

    def actions(self, since: int = 0) -> list[str]:
        return [frame.action for frame in self.said(since=since)]

    def answered(self, since: int = 0) -> list[Frame]:
        """The CALLRESULTs and CALLERRORs of the station."""
        return [frame for frame in self.frames[since:] if frame.way is Way.OUT and frame.kind in (3, 4)]

    def answer_to(self, call_id: str) -> Frame:
        [answer] = [frame for frame in self.answered() if frame.id == call_id]
        return answer

    def notes(self, words: str = "", since: int = 0) -> list[str]:
        return [f.text for f in self.frames[since:] if f.way is Way.NOTE and words in f.text]

    def violations(self, since: int = 0) -> list[str]:
        return [frame.violation for frame in self.frames[since:] if frame.violation]

    def statuses(self, number: int, since: int = 0) -> list[str]:
        """What was reported of a connector."""
        reports = self.said("StatusNotification", since)
        return [report.payload["status"] for report in reports if report.payload["connectorId"] == number]

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
    **specification: Any,
) -> AsyncIterator[Stage]:
    """A station `CS-1`, switched on. `finds` are the rules that the central system may see broken."""
    csms = csms or CentralSystem(seed=seed, behaviour=Behaviour(*rules))
    outlets = outlets or {number: Outlet() for number in range(1, connectors + 1)}
    with plain_errors():
        async with open_rig(seed, store=store, csms=csms) as rig:
            what = Specification("CS-1", outlets=outlets, **specification)
            play = Stage(rig, rig.add(what, habits=habits, dialect=dialect))
            rig.fleet.listeners.append(play.listen)
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
