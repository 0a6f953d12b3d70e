"""The station's own log: what is in it, what never is, and how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
def test_a_frame_is_logged_by_its_action(text: str, line: str) -> None:
    log = StationLog()
    log.frame(0.0, "<", text)
    assert log.lines(None, None) == [f"1970-01-01T00:00:00.000Z {line}"]


@pytest.mark.parametrize("text", ['[3,"1-1",{"a":"hunter2"}]', "garbage", "", '[2,"hunter2', "[2,7,8,9]"])
def test_what_is_no_request_is_no_line(text: str) -> None:
    log = StationLog()
    log.frame(0.0, "<", text)
    assert log.lines(None, None) == []


@given(st.integers(0, 3 * MOST_LINES))
def test_the_newest_lines_are_kept(count: int) -> None:
    log = StationLog()
    for number in range(count):
        log.add(float(number), str(number))
    kept = [line.split(" ")[1] for line in log.lines(None, None)]
    assert kept == [str(number) for number in range(max(0, count - MOST_LINES), count)]


def test_an_interval_is_one_of_the_central_systems_clock() -> None:
    log = StationLog()
    for second in range(5):
        log.add(float(second), "x")
    stamps = [line.split(" ")[0] for line in log.lines(101.0, 102.0, offset_s=100.0)]
    assert stamps == ["1970-01-01T00:01:41.000Z", "1970-01-01T00:01:42.000Z"]
