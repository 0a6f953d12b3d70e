"""What a run leaves behind, as its configuration says: the log, and the storage of statistics."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext

import trio
from attrs import define, field

from ocppsim.actors.fleet import Fleet
from ocppsim.actors.statistics import Statistics
from ocppsim.cli.exits import usage
from ocppsim.config.loading import Loaded
from ocppsim.config.simulator import Log
from ocppsim.config.storage_settings import BadStorage
from ocppsim.logs.fleet_log import log_fleet
from ocppsim.logs.opening import Logbook, open_logging
from ocppsim.performance.keeping import open_storage, storage_of
from ocppsim.performance.report import line, report

log = logging.getLogger(__name__)


def _deaf() -> None:
    """Nothing is logged."""


@define(eq=False)
class Recorder:
    """What is written about a run, and how to have it otherwise."""

    statistics: Statistics
    book: Logbook
    listen: Callable[[], None]  # to as much as the level wants
    interval_s: float  # between two lines of statistics
    _pause: trio.CancelScope = field(factory=trio.CancelScope)

    def follow(self, keys: Log) -> None:
        """From now on."""
        self.book.follow(keys)
        self.listen()
        if keys.statistics_interval != self.interval_s:
            self.interval_s = keys.statistics_interval
            self._pause.cancel()

    async def report(self) -> None:
        """The line of statistics, for ever."""
        while True:
            with trio.CancelScope() as self._pause:
                await report(self.statistics, self.interval_s, log.info)
                await trio.sleep_forever()  # there is to be none


@contextmanager
def open_log(found: Loaded, *, live: bool) -> Iterator[Logbook]:
    """Around all of a run; the console is not logged to where it shows a table. Raises CommandEnded."""
    try:
        storage_of(found.configuration.performance_storage, found.path.parent)
    except BadStorage as error:  # of this machine, and so no problem of the file
        raise usage(f"{found.path}: {error}") from error
    with ExitStack() as stack:
        try:
            book = stack.enter_context(
                open_logging(found.configuration.log, found.path.parent, console=not live)
            )
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise usage(
                f"{found.path}: log: {where}{error.strerror or error}; with log.enabled false none is written"
            ) from error
        for notice in found.notices:
            log.warning("%s", notice)
        yield book


@asynccontextmanager
async def recording(
    fleet: Fleet, found: Loaded, book: Logbook, tell: Callable[[str], None]
) -> AsyncIterator[Recorder]:
    """Around the life of a fleet, before it has any stations; `tell` hears what people should see at once."""
    configuration = found.configuration
    async with open_storage(configuration.performance_storage, found.path.parent, fleet.statistics, tell):
        with log_fleet(fleet) if configuration.log.enabled else nullcontext(_deaf) as listen:
            recorder = Recorder(fleet.statistics, book, listen, configuration.log.statistics_interval)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(recorder.report, name="statistics line")
                log.info("begun with seed %d", fleet.seed)
                yield recorder
                nursery.cancel_scope.cancel()
            if fleet.statistics.stations and recorder.interval_s:
                log.info("%s", line(fleet.statistics.totals()))
            log.info("ended")
