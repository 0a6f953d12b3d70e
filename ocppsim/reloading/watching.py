"""Looking at files now and then, and reloading when they have changed."""

from pathlib import Path

import trio

from ocppsim import clock
from ocppsim.config.problems import stamp
from ocppsim.reloading.patience import Patience, Stamps
from ocppsim.reloading.reloader import Reloader

EACH_S = 0.5
"""In wire time: somebody edits."""


async def watch(reloader: Reloader, each_s: float = EACH_S) -> None:
    """For ever."""
    patience = Patience(reloader.files)
    while True:
        await trio.sleep(clock.wire(each_s))
        if patience.read is not reloader.files:  # somebody else had it reloaded
            patience.was_read(reloader.files)
        if patience.ripe(await _look(reloader.files)):
            await reloader.reload()
            patience.was_read(reloader.files)


async def _look(files: Stamps) -> Stamps:
    """In a thread, since a folder may be on another machine."""
    paths = tuple(files)
    if clock.is_virtual():  # no thread follows that clock
        return _stamps(paths)
    return await trio.to_thread.run_sync(_stamps, paths, abandon_on_cancel=True)


def _stamps(paths: tuple[Path, ...]) -> Stamps:
    return {path: stamp(path) for path in paths}
