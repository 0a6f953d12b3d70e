"""For all tests: how much hypothesis tries, and in which order they go to the processors."""

import gc
import os
import signal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import settings

from tests.effort import EACH_RUN

settings.register_profile("each run", deadline=None, max_examples=EACH_RUN)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("each run")  # other examples each time; `--hypothesis-profile thorough` takes minutes

gc.disable()  # until all is collected: a fifth of that time

LONGEST = "tests/journeys/test_determinism.py"
WAITING = ("tests/actors/transfer/", "tests/actors/wire/", "tests/cli/", "tests/real/")
"""Folders of tests with real sockets, processes and time, which wait more than they compute."""

EARLY = 0.6
"""In which part of the time those should be done."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: while some wait, others compute."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Each process begins with other files: what one has compiled, the others need not."""
    config = session.config
    if (worker := getattr(config, "workerinput", None)) is not None and config.args == config.getini(
        "testpaths"
    ):
        modules = sorted(map(str, Path(__file__).parent.rglob("test_*.py")))
        begin = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        config.args = modules[begin:] + modules[:begin]


def pytest_configure() -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells do to what runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    gc.enable()
    gc.collect()
    gc.freeze()  # thousands of tests are there to stay: collections of garbage need not walk them each time
    gc.set_threshold(10_000, 20, 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, and those that wait before the end: what is left then keeps all processors busy.

    Neighbours in a folder are much alike, so they go far from each other.
    """
    slices = getattr(config, "workerinput", {}).get("workercount", 1)  # of the whole, as xdist deals them out
    modules = [list(module) for _, module in groupby(items, _module)]
    modules.sort(key=lambda module: (_module(module[0]) != LONGEST, crc32(_module(module[0]).encode())))
    placed: list[tuple[float, list[pytest.Item]]] = []
    for waits in (True, False):
        kind = [module for module in modules if _module(module[0]).startswith(WAITING) is waits]
        for number, module in enumerate(kind):
            whole, part = divmod(number / len(kind) * slices, 1)
            placed.append((whole + part * (EARLY if waits else 1), module))
    items[:] = [item for _, module in sorted(placed, key=itemgetter(0)) for item in module]


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
