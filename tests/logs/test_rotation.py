"""A log file begins anew each day and at its size, and forgets the oldest; never anybody else's."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.config.logging_settings import Keep
from ocppsim.logs.rotation import LogFile

FIRST = date(2026, 1, 30)


@define
class Calendar:
    day: date = FIRST

    def __call__(self) -> date:
        return self.day


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_the_date_is_put_before_the_ending_and_each_day_has_its_file(tmp_path: Path) -> None:
    calendar = Calendar()
    file = LogFile(tmp_path / "logs" / "combined.log", today=calendar)
    for line in ("one\n", "two\n"):
        file.write(line.encode())
    calendar.day += timedelta(days=2)
    file.write(b"three\n")
    file.close()
    assert contents(tmp_path / "logs") == {
        "combined-2026-01-30.log": "one\ntwo\n",
        "combined-2026-02-01.log": "three\n",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.log", "a-2026-01-30.log"),
        ("a.log.log", "a.log-2026-01-30.log"),
        ("a.logs", "a-2026-01-30.logs"),
        ("plain", "plain-2026-01-30"),
    ],
)
def test_where_the_date_goes(tmp_path: Path, name: str, expected: str) -> None:
    file = LogFile(tmp_path / name, today=Calendar())
    file.write(b"x")
    file.close()
    assert list(contents(tmp_path)) == [expected]


def test_without_rotation_there_is_one_file_whatever_its_size(tmp_path: Path) -> None:
    calendar = Calendar()
    file = LogFile(tmp_path / "a.log", False, 5, Keep(files=1), calendar)
    for _ in range(3):
        file.write(b"0123456789\n")
        calendar.day += timedelta(days=1)
    file.close()
    assert contents(tmp_path) == {"a.log": "0123456789\n" * 3}


def test_at_its_size_a_file_of_the_same_day_begins(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "a.log", most_bytes=10, today=Calendar())
    for line in ("1234\n", "5678\n", "9\n", "a line longer than any file may be\n", "b\n"):
        file.write(line.encode())
    file.close()
    assert contents(tmp_path) == {
        "a-2026-01-30.log": "1234\n5678\n",
        "a-2026-01-30.log.1": "9\n",
        "a-2026-01-30.log.2": "a line longer than any file may be\n",
        "a-2026-01-30.log.3": "b\n",
    }


def test_the_next_process_goes_on_in_the_last_file(tmp_path: Path) -> None:
    for line in ("1234567\n", "89\n", "a\n"):
        file = LogFile(tmp_path / "a.log", most_bytes=10, today=Calendar())
        file.write(line.encode())
        file.close()
    assert contents(tmp_path) == {"a-2026-01-30.log": "1234567\n", "a-2026-01-30.log.1": "89\na\n"}


def test_a_number_of_files_stays_and_all_others_are_left_alone(tmp_path: Path) -> None:
    others = (
        "a.log",
        "a-2026-99-99.log",
        "ab-2020-01-01.log",
        "a-2020-01-01.log.gz",
        "a-2020-01-01.log.x",
        "b.log",
    )
    for name in others:
        (tmp_path / name).write_text("somebody else's")
    calendar = Calendar()
    file = LogFile(tmp_path / "a.log", most_bytes=10, keep=Keep(files=2), today=calendar)
    for number in range(4):
        for _ in range(2):
            file.write(f"day {number}...\n".encode())
        calendar.day += timedelta(days=1)
    file.close()
    assert set(contents(tmp_path)) - set(others) == {"a-2026-02-02.log", "a-2026-02-02.log.1"}
    assert set(others) <= set(contents(tmp_path))


def test_files_of_so_many_days_stay(tmp_path: Path) -> None:
    calendar = Calendar()
    file = LogFile(tmp_path / "a.log", keep=Keep(age=timedelta(days=2)), today=calendar)
    for _ in range(5):
        file.write(b"x\n")
        calendar.day += timedelta(days=1)
    calendar.day -= timedelta(days=1)
    file.close()
    assert list(contents(tmp_path)) == ["a-2026-02-02.log", "a-2026-02-03.log"]


def test_old_files_of_earlier_runs_are_forgotten_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a-2025-01-01.log").write_text("old")
    file = LogFile(tmp_path / "a.log", keep=Keep(age=timedelta(days=7)), today=Calendar())
    file.open()
    file.close()
    assert list(contents(tmp_path)) == ["a-2026-01-30.log"]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(1, 40))
def test_no_line_is_lost_and_no_file_grows_past_its_size(lengths: list[int], most: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = LogFile(folder / "a.log", most_bytes=most, today=Calendar())
        lines = [f"{number:02}".ljust(length, "x") + "\n" for number, length in enumerate(lengths)]
        for line in lines:
            file.write(line.encode())
        file.close()
        found = contents(folder)
        names = ["a-2026-01-30.log", *(f"a-2026-01-30.log.{number}" for number in range(1, len(found)))]
        assert "".join(found[one] for one in names) == "".join(lines)
        assert all(len(text) <= most or text.count("\n") == 1 for text in found.values())
