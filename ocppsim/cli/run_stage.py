"""A run as the stage of its reloads."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path

from ocppsim import clock
from ocppsim.cli.recording import Recorder
from ocppsim.cli.watching import Screen
from ocppsim.config.changes import Plans
from ocppsim.config.identity import station_id
from ocppsim.config.loading import Loaded, load
from ocppsim.config.simulator import SimulatorConfiguration
from ocppsim.config.stations import Plan, Source, Surroundings
from ocppsim.launching import Launcher
from ocppsim.persistence.stations import StationFiles
from ocppsim.reloading.reloader import Reloader
from ocppsim.templates import vocabulary
from ocppsim.terminal import words
from ocppsim.terminal.header import Header
from ocppsim.values import frozen


@frozen
class RunStage:
    """Stations in a fleet, their files, and the log."""

    launcher: Launcher
    files: StationFiles
    recorder: Recorder
    screen: Screen
    equipped: Callable[[Plan], Plan] = lambda plan: plan  # with what the command line brings

    def reloader(self, found: Loaded, tell: Callable[[Sequence[str]], None]) -> Reloader:
        """For a run that begins with this configuration."""
        return Reloader(
            found, partial(load, found.path, vocabulary()), self.plan, self, self.launcher.fleet.seed, tell
        )

    def plan(self, source: Source, index: int, around: Surroundings) -> Plan:
        """What earlier runs left of a station counts until it is there; then what it remembers."""
        fleet, name = self.launcher.fleet, station_id(source.template, index, around.instance)
        if (station := fleet.stations.get(name)) is None:
            return self.equipped(self.files.plan(source, index, around))
        visits = {driver.number: driver.record for driver in fleet.drivers(name)}
        return self.equipped(self.files.again(source, index, around, station.context.memory, visits))

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

    def show(self, plans: Plans) -> None:
        self.screen.lead_to(where(plans.values()))


def where(plans: Iterable[Plan]) -> str:
    """Which central system, or how many."""
    urls = list(dict.fromkeys(one.url for one in plans if one.url is not None))
    return urls[0] if len(urls) == 1 else f"{len(urls)} central systems"


@frozen
class Teller:
    """Tells people what became of a reload, and when; all of it is in the log too."""

    tell: Callable[[str], None]
    header: Header
    folder: Path  # of the configuration
    live: bool

    def __call__(self, lines: Sequence[str]) -> None:
        """A table has room for one line, and a narrow one."""
        if self.live:
            more = f" (1 of {len(lines)}, see the log)" if len(lines) > 1 else ""
            verb, _, rest = lines[0].partition(": ")
            lines = [f"{verb}{more}: {rest.replace(f'{self.folder}/', '')}"]
        time = words.elapsed(clock.now() - self.header.started_at, decimals=0 if self.live else 3)
        for line in lines:
            self.tell(f"{time}  {line}")
