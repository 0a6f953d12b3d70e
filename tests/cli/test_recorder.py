"""What is written about a run can change while it goes on."""

import logging

import pytest
import trio

from ocppsim.cli.recording import Recorder
from ocppsim.config.simulator import Log
from ocppsim.logs.opening import Logbook
from ocppsim.testing.rig import open_rig

LOGGER = "ocppsim.cli.recording"


def lines(caplog: pytest.LogCaptureFixture) -> int:
    """How many lines of statistics there are since the last time."""
    found = [one for one in caplog.records if one.name == LOGGER and "statistics of" in one.getMessage()]
    caplog.clear()
    return len(found)


async def test_the_interval_between_lines_of_statistics(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    heard: list[None] = []
    async with open_rig() as rig, trio.open_nursery() as nursery:
        rig.add(measured=True)
        recorder = Recorder(rig.fleet.statistics, Logbook(), lambda: heard.append(None), 60.0)
        nursery.start_soon(recorder.report)
        await trio.sleep(130)
        assert lines(caplog) == 2
        recorder.follow(Log(statistics_interval=1.0))
        await trio.sleep(10.5)
        assert lines(caplog) == 10
        recorder.follow(Log(statistics_interval=0.0))
        await trio.sleep(100)
        assert lines(caplog) == 0
        recorder.follow(Log(statistics_interval=50.0))
        await trio.sleep(101)
        assert (lines(caplog), len(heard)) == (2, 3)
        nursery.cancel_scope.cancel()
