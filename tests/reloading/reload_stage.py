"""A run with its files and a central system in memory, in virtual time."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import trio
from attrs import define, field, frozen
from peer201 import Peer201
from stage import check, plain_errors
from transcript import Frame, frame_of
from trio.testing import wait_all_tasks_blocked

from ocppsim.actors.board import Board
from ocppsim.actors.store import Folder, Forgetful, Store
from ocppsim.actors.trace import Way
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.transport import Dial
from ocppsim.cli.recording import Recorder
from ocppsim.cli.run_stage import RunStage
from ocppsim.cli.watching import Lines
from ocppsim.config.loading import load
from ocppsim.config.stations import Plan
from ocppsim.launching import Launcher
from ocppsim.logs.opening import Logbook
from ocppsim.persistence.keeper import keeping
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.stations import StationFiles
from ocppsim.reloading.reloader import Outcome, Reloader
from ocppsim.reloading.watching import watch
from ocppsim.templates import vocabulary
from ocppsim.testing.rig import Rig, dial_in_memory_of, open_rig
from tests.config.bench import LEAST, URL

GENERATOR = {
    "enable": True,
    "minDuration": 36000,
    "maxDuration": 36000,
    "minDelayBetweenTwoTransactions": 1,
    "maxDelayBetweenTwoTransactions": 1,
}

TEMPLATE: dict[str, Any] = LEAST | {
    "idTagsFile": "tags.json",
    "chargePointSerialNumberPrefix": "SN-",
    "resetTime": 5,
    "AutomaticTransactionGenerator": GENERATOR,
}


@frozen
class InMemory(Launcher):
    """Stations find the central system of their version, whatever their URL; `urls` has their URLs."""

    rig: Rig = field(kw_only=True)
    urls: dict[str, str] = field(factory=dict, kw_only=True)
    newer: dict[str, Peer201] = field(factory=dict, kw_only=True)  # by station

    def _dial(self, plan: Plan, subprotocol: str) -> Dial:
        assert plan.url is not None
        self.urls[plan.specification.id] = plan.url
        if subprotocol == "ocpp2.0.1":
            return self.newer.setdefault(plan.specification.id, Peer201())
        return dial_in_memory_of(self.rig.fleet, self.rig.csms, plan.specification.id)


@define(eq=False)
class Running:
    """Two stations of each of the templates `a` and `b`, and their files."""

    folder: Path
    rig: Rig
    launcher: InMemory
    recorder: Recorder
    reloader: Reloader
    told: list[str]
    now: dict[str, Any] = field(factory=dict)  # what the files say

    def write(self, file: str, content: object) -> None:
        """As an editor that replaces the file."""
        path = self.folder / file
        fresh = path.with_suffix(".fresh")
        fresh.write_text(content if isinstance(content, str) else json.dumps(content))
        fresh.rename(path)
        self.now[file] = content

    def edit(self, file: str, **changes: Any) -> None:
        self.write(file, self.now[file] | changes)

    async def reload(self) -> Outcome:
        outcome = await self.reloader.reload()
        await wait_all_tasks_blocked()
        return outcome

    def board(self, name: str) -> Board:
        return self.rig.fleet.stations[name].board

    def said(self, name: str, action: str) -> list[Frame]:
        entries = [one for one in self.rig.entries if one.station == name and one.way is Way.OUT]
        return [one for one in map(frame_of, entries) if one.action == action]

    async def charging(self, *names: str) -> None:
        for name in names or list(self.rig.fleet.stations):
            with trio.fail_after(600):
                await self.board(name).until(_charges)
        await wait_all_tasks_blocked()


def _charges(board: Board) -> bool:
    return board.registration.accepted and all(
        view.session is not None and not view.session.interrupted and view.power.power_w > 0
        for view in board.connectors.values()
    )


def prepared(folder: Path, number: int = 2) -> dict[str, Any]:
    """The files of a run."""
    (folder / "station-templates").mkdir(exist_ok=True)
    files = {
        "config.json": {
            "supervisionUrls": URL,
            "worker": {"startDelay": 0},
            "stationTemplateUrls": [
                {"file": name, "numberOfStations": number} for name in ("a.json", "b.json")
            ],
        },
        "station-templates/a.json": TEMPLATE | {"baseName": "A"},
        "station-templates/b.json": TEMPLATE | {"baseName": "B"},
        "tags.json": ["OLD"],
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    return files


@contextmanager
def opened(folder: Path | None) -> Iterator[Store]:
    if folder is None:
        yield Forgetful()
    else:
        with closing(Folder.open(folder)) as store:
            yield store


@asynccontextmanager
async def kept(rig: Rig, shelf: Shelf | None) -> AsyncIterator[Callable[[Plan], None]]:
    """What a run does with the files of its stations."""
    if shelf is None:
        yield lambda _: None
    else:
        async with keeping(rig.fleet, shelf) as keeper:
            yield keeper.watch


@asynccontextmanager
async def running(
    folder: Path, *, number: int = 2, keeps: bool = False, watched: bool = False
) -> AsyncIterator[Running]:
    """All of them charge. `keeps`: in station files and a journal; `watched`: files are looked at."""
    files = prepared(folder, number)
    shelf = Shelf(folder / "configurations")
    told: list[str] = []
    loaded = load(folder / "config.json", vocabulary())
    with plain_errors(), opened(folder / "configurations" if keeps else None) as store:
        async with open_rig(store=store) as rig, kept(rig, shelf if keeps else None) as watch_file:
            launcher = InMemory(rig.fleet, AddressBook(), watch_file, rig=rig)
            station_files = StationFiles(shelf, store, vocabulary(), told.append)
            recorder = Recorder(rig.fleet.statistics, Logbook(), lambda: None, 60.0)
            stage = RunStage(launcher, station_files, recorder, Lines())
            reloader = stage.reloader(loaded, told.extend)
            await reloader.begin(loaded.plans(1, make=stage.plan))
            run = Running(folder, rig, launcher, recorder, reloader, told, files)
            await run.charging()
            async with trio.open_nursery() as nursery:
                if watched:
                    nursery.start_soon(watch, reloader)
                yield run
                nursery.cancel_scope.cancel()
        check(rig)
