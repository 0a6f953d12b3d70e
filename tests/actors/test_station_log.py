"""The station's own log: what is in it, what never is, and how much."""

import pytest
import trio

from ocppsim import clock
from ocppsim.actors.station_log import MOST_LINES, StationLog

CALL = '[2,"1-1","ChangeConfiguration",{"key":"AuthorizationKey","value":"hunter2"}]'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CALL, "< ChangeConfiguration"),
        (CALL.replace(",", " , ").replace("[2 ", "[2"), "< ChangeConfiguration"),
        ('[4,"1-1","InternalError","hunter2",{}]', "< CALLERROR"),
    ],
)
async def test_a_frame_is_logged_by_its_action(autojump_clock: object, text: str, line: str) -> None:
    log = StationLog()
    log.frame("< ", text)
    assert log.lines(None, None) == [f"2026-01-01T00:00:00.000Z {line}"]


@pytest.mark.parametrize(
    "text", ['[3,"1-1",{"a":"hunter2"}]', "garbage", "", '[2,"hunter2', "[2,7,8,9]", CALL.encode()]
)
async def test_what_is_no_request_is_no_line(autojump_clock: object, text: str | bytes) -> None:
    log = StationLog()
    log.frame("< ", text)
    assert log.lines(None, None) == []


@pytest.mark.parametrize("count", [0, 1, MOST_LINES, MOST_LINES + 1, 2 * MOST_LINES, 3 * MOST_LINES + 7])
async def test_the_newest_lines_are_kept(autojump_clock: object, count: int) -> None:
    log = StationLog()
    for number in range(count):
        log.add(str(number))
    kept = [line.split(" ")[1] for line in log.lines(None, None)]
    assert kept == [str(number) for number in range(max(0, count - MOST_LINES), count)]


async def test_an_interval_is_one_of_the_central_systems_clock(autojump_clock: object) -> None:
    log, began = StationLog(), clock.now()
    for second in range(5):
        log.add(str(second))
        await trio.sleep(1)
    since = began + 100
    lines = log.lines(since + 1, since + 2, offset_s=100.0)
    assert lines == ["2026-01-01T00:01:41.000Z 1", "2026-01-01T00:01:42.000Z 2"]


async def test_a_line_is_no_longer_than_anybody_reads(autojump_clock: object) -> None:
    """The log outlasts what somebody wrote who meant to fill the memory."""
    log = StationLog()
    log.add("x" * 1_000_000)
    [line] = log.lines(None, None)
    assert len(line) < 1_100
