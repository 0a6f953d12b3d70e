"""What a run leaves behind, as its configuration says: the log, and the storage of statistics."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext

import trio

from ocppsim.actors.fleet import Fleet
from ocppsim.cli.exits import usage
from ocppsim.config.loading import Loaded
from ocppsim.config.storage_settings import BadStorage
from ocppsim.logs.fleet_log import log_fleet
from ocppsim.logs.opening import open_logging
from ocppsim.performance.keeping import open_storage, storage_of
from ocppsim.performance.report import line, report

log = logging.getLogger(__name__)


@contextmanager
def open_log(found: Loaded, *, live: bool) -> Iterator[None]:
    """Around all of a run; the console is not logged to where it shows a table. Raises CommandEnded."""
    try:
        storage_of(found.configuration.performance_storage, found.path.parent)
    except BadStorage as error:  # of this machine, and so no problem of the file
        raise usage(f"{found.path}: {error}") from error
    with ExitStack() as stack:
        try:
            stack.enter_context(open_logging(found.configuration.log, found.path.parent, console=not live))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise usage(f"{found.path}: log: {where}{error.strerror or error}") from error
        for notice in found.notices:
            log.warning("%s", notice)
        yield


@asynccontextmanager
async def recording(fleet: Fleet, found: Loaded, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Around the life of a fleet, before it has any stations; `tell` hears what people should see at once."""
    configuration = found.configuration
    async with open_storage(configuration.performance_storage, found.path.parent, fleet.statistics, tell):
        with log_fleet(fleet) if configuration.log.enabled else nullcontext():
            async with trio.open_nursery() as nursery:
                interval_s = configuration.log.statistics_interval
                nursery.start_soon(report, fleet.statistics, interval_s, log.info, name="statistics line")
                log.info("begun with seed %d", fleet.seed)
                yield
                nursery.cancel_scope.cancel()
            if fleet.statistics.stations and interval_s:
                log.info("%s", line(fleet.statistics.totals()))
            log.info("ended")
