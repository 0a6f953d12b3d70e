"""What a run keeps in the folder `configurations` beside its configuration."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ocppsim.actors.fleet import Fleet
from ocppsim.actors.store import Folder, Forgetful, Store, StoreInUse
from ocppsim.cli.exits import usage
from ocppsim.cli.options import warn, warn_of_losses
from ocppsim.config.stations import Plan
from ocppsim.persistence.keeper import keeping
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.stations import StationFiles
from ocppsim.templates import vocabulary
from ocppsim.values import frozen

log = logging.getLogger(__name__)

FOLDER = "configurations"
SECRETS = Path("secrets")


@frozen
class State:
    """What earlier runs left, and where this one leaves its own."""

    store: Store
    files: StationFiles
    keeps: bool  # the folder can be written

    @asynccontextmanager
    async def keep(self, fleet: Fleet, tell: Callable[[str], None]) -> AsyncIterator[Callable[[Plan], None]]:
        """Keeps the files of stations while they live; what it yields is to be told of each of them."""
        if not self.keeps:
            yield lambda _: None
            return
        async with keeping(fleet, self.files.shelf, tell) as keeper:
            yield keeper.watch
        if keeper.trouble:
            warn(f"{FOLDER}: files of stations are not up to date: {keeper.trouble}")


@contextmanager
def open_state(configuration: Path, note: Callable[[str], None]) -> Iterator[State]:
    """Beside this file; `note` hears what is worth knowing of files that are found. Raises CommandEnded."""
    folder = configuration.parent / FOLDER

    def tell(words: str) -> None:
        log.warning("%s", words)
        note(words)

    store: Folder | Forgetful
    try:
        store = Folder.open(folder, secret=SECRETS, damaged=tell)
    except StoreInUse as error:
        raise usage(f"{error}; a second run needs a folder of its own") from error
    except OSError as error:
        words = f"{folder}: nothing is kept of this run: {error.strerror or error}"
        log.error("%s", words)
        warn(words)
        store = Forgetful()
    files = StationFiles(Shelf(folder), store, vocabulary(), tell)
    try:
        yield State(store, files, isinstance(store, Folder))
    finally:
        if isinstance(store, Folder):
            store.close()
        warn_of_losses(FOLDER, store)
