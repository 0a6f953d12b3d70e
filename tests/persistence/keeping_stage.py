"""A simulator of one template over several processes, in virtual time."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import define, field
from stage import Stage, check, plain_errors

from ocppsim.actors.memory import Memory
from ocppsim.actors.store import Folder, Store
from ocppsim.config.stations import Plan, Surroundings
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.dialects.v16 import Dialect16
from ocppsim.persistence.keeper import Keeper, keeping
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.stations import StationFiles
from ocppsim.templates import vocabulary
from ocppsim.testing.rig import open_rig
from tests.config.bench import URL, read

SECRETS = Path("secrets")


@define(eq=False)
class Home:
    """The folder of a configuration; `told` is what people heard of its files."""

    folder: Path
    template: dict[str, Any] = field(factory=dict)
    told: list[str] = field(factory=list)
    csms: CentralSystem = field(factory=CentralSystem)

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder / "configurations")

    def open(self) -> Folder:
        return Folder.open(self.shelf.folder, secret=SECRETS)

    def plan(self, store: Store, index: int = 1, seed: int = 1, **around: Any) -> Plan:
        source, _ = read(self.folder, **self.template)
        files = StationFiles(self.shelf, store, vocabulary(), self.told.append)
        return files.plan(source, index, Surroundings(seed, (URL,), **around))

    def again(self, memory: Memory) -> Plan:
        """The plan of the first station, which lives, after a change of the template."""
        source, _ = read(self.folder, **self.template)
        files = StationFiles(self.shelf, memory.store, vocabulary(), self.told.append)
        return files.again(source, 1, Surroundings(1, (URL,)), memory)

    def file(self, plan: Plan) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.shelf.path(plan.hash_id).read_text())
        return content

    def write(self, plan: Plan, content: object) -> Path:
        """As another program would."""
        self.shelf.folder.mkdir(exist_ok=True)
        path = self.shelf.path(plan.hash_id)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    @asynccontextmanager
    async def process(
        self,
        seed: int = 1,
        *,
        killed: bool = False,
        store: Store | None = None,
        boots: bool = True,
        finds: Sequence[Breach] = (),
    ) -> "AsyncIterator[Process]":
        """One process with one station; one that is killed writes no file at its end."""
        folder = None if store is not None else self.open()
        used: Store = store or folder  # type: ignore[assignment]  # one of them is there
        try:
            with plain_errors():
                async with open_rig(seed, store=used, csms=self.csms) as rig:
                    plan = self.plan(used, seed=seed)
                    async with keeping(rig.fleet, self.shelf, self.told.append) as keeper:
                        station = rig.add(
                            plan.specification,
                            dialect=Dialect16(strict=plan.strict),
                            habits=plan.habits,
                            visits=plan.visits,
                        )
                        keeper.watch(plan)
                        process = Process(plan, keeper, Stage(rig=rig, station=station))
                        rig.fleet.listeners.append(process.play.listen)
                        if boots:
                            await process.play.booted()
                        yield process
                        if killed:
                            keeper._plans.clear()
                check(rig, finds)
        finally:
            if folder is not None:
                folder.close()


@define(eq=False)
class Process:
    plan: Plan
    keeper: Keeper
    play: Stage

    async def keys(self, *names: str) -> Mapping[str, str]:
        answer = await self.play.ask("GetConfiguration", key=list(names))
        return {one["key"]: one.get("value") for one in answer["configurationKey"]}
