"""For all tests: how much hypothesis tries, and in which order they go to the processors."""

import gc
import os
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("each run", deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("each run")  # other examples each time; `--hypothesis-profile thorough` takes minutes

LONGEST = "tests/journeys/test_determinism.py"
WAITING = (
    *("tests/actors/transfer/", "tests/actors/wire/", "tests/cli/", "tests/csms/", "tests/real/"),
    "tests/terminal/",
)
"""Folders of tests with real sockets, processes and time, which wait more than they compute."""


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


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # thousands of tests are there to stay: collections of garbage need not walk them each time
    gc.set_threshold(10_000, 20, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; those that wait evenly among the others: xdist deals out slices of the whole."""
    modules = [list(module) for _, module in groupby(items, _module)]
    modules.sort(key=lambda module: (_module(module[0]) != LONGEST, _module(module[0])))
    kinds: tuple[list[list[pytest.Item]], ...] = ([], [])
    for module in modules:
        kinds[_module(module[0]).startswith(WAITING)].append(module)
    placed = [(number / len(kind), module) for kind in kinds for number, module in enumerate(kind)]
    items[:] = [item for _, module in sorted(placed, key=itemgetter(0)) for item in module]


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
