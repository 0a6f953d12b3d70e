"""A run as the stage of its reloads."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from attrs import frozen

from ocppsim.cli.launch import Launcher
from ocppsim.cli.recording import Recorder
from ocppsim.config.identity import station_id
from ocppsim.config.loading import Loaded, load
from ocppsim.config.simulator import SimulatorConfiguration
from ocppsim.config.stations import Plan, Source, Surroundings
from ocppsim.persistence.stations import StationFiles
from ocppsim.reloading.reloader import Reloader
from ocppsim.templates import vocabulary


@frozen
class RunStage:
    """Stations in a fleet, their files, and the log."""

    launcher: Launcher
    files: StationFiles
    recorder: Recorder

    def reloader(self, found: Loaded, tell: Callable[[Sequence[str]], None]) -> Reloader:
        """For a run that begins with this configuration."""
        return Reloader(
            found, partial(load, found.path, vocabulary()), self.plan, self, self.launcher.fleet.seed, tell
        )

    def plan(self, source: Source, index: int, around: Surroundings) -> Plan:
        """What earlier runs left of a station counts until it is there; then what it remembers."""
        fleet, name = self.launcher.fleet, station_id(source.template, index, around.instance)
        if (station := fleet.stations.get(name)) is None:
            return self.files.plan(source, index, around)
        visits = {driver.number: driver.record for driver in fleet.drivers(name)}
        return self.files.again(source, index, around, station.context.memory, visits)

    def launch(self, plan: Plan) -> None:
        self.launcher.launch(plan)

    def relaunch(self, plan: Plan) -> None:
        self.launcher.relaunch(plan)

    def adjust(self, plan: Plan) -> None:
        self.launcher.adjust(plan)

    async def retire(self, plans: Collection[Plan]) -> None:
        await self.launcher.retire(plans)

    def follow(self, configuration: SimulatorConfiguration) -> None:
        self.recorder.follow(configuration.log)


def tell_lines(tell: Callable[[str], None], lines: Sequence[str], *, live: bool) -> None:
    """A table has room for one of them; all are in the log."""
    if live and len(lines) > 1:
        lines = [f"{lines[0]} (and {len(lines) - 1} more in the log)"]
    for line in lines:
        tell(line)
