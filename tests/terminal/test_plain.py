"""Plain lines tell what happens, and do not flood whoever reads them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from rich.console import Console
from trio.testing import MockClock

from ocppsim.actors.fleet import Fleet
from ocppsim.actors.generator import Habits
from ocppsim.actors.runtime import Crash, LifeEnded
from ocppsim.actors.store import Forgetful
from ocppsim.terminal import plain
from ocppsim.terminal.header import Header
from ocppsim.terminal.hearing import CROWD
from ocppsim.terminal.plain import INTERVAL_S, LINES_AT_ONCE, open_plain
from ocppsim.testing.rig import open_rig
from tests.terminal.fake_fleet import Encoded, add, fake_fleet

HABITS = Habits(least_delay_s=1, most_delay_s=4, least_stay_s=8, most_stay_s=15)


@asynccontextmanager
async def printed(fleet: Fleet, expected: int = 0) -> AsyncIterator[list[str]]:
    """The lines, complete when the block has ended."""
    lines: list[str] = []
    file = Encoded()
    console = Console(file=file, width=80, force_terminal=False, color_system=None)
    async with open_plain(
        fleet, Header("ws://user:secret@localhost:9000", 7, 2), console=console, expected=expected
    ):
        yield lines
    lines += file.getvalue().splitlines()


def told(lines: list[str], station: str) -> list[str]:
    return [line.split(station)[1].strip() for line in lines if f" {station} " in line]


async def test_the_life_of_a_station_in_lines(autojump_clock: MockClock) -> None:
    async with open_rig() as rig, printed(rig.fleet) as lines:
        rig.add("CS-1", habits=HABITS)
        await trio.sleep(30)
        rig.drop("CS-1")
        await trio.sleep(10)
        await rig.csms.call("CS-1", "Reset", {"type": "Hard"})
        await trio.sleep(1)
    assert lines[0] == "ws://localhost:9000, seed 7, speed 2"
    said = told(lines, "CS-1")
    assert said[:2] == ["connected", "boot accepted"]
    assert "connector 1: session begun with 00000000" in said
    assert any(text.startswith("connector 1: session ended, 0.0") for text in said)
    assert said.index("connection ended: closed 1006") < said.index("connected again")
    assert said[-1] == "hard reset, up again in 60 s"


async def test_lines_bear_the_simulated_time_and_are_never_wrapped(autojump_clock: MockClock) -> None:
    async with open_rig() as rig, printed(rig.fleet) as lines:
        station = rig.add("CS-1")
        await trio.sleep(65.25)
        station.board.refused("x" * 200)
    assert lines[-1] == f"00:01:05.250  CS-1  refused: {'x' * 200}"


async def test_what_a_station_did_before_it_was_noticed_is_told_too(autojump_clock: MockClock) -> None:
    async with open_rig() as rig:
        station = rig.add("CS-1")
        await station.board.until(lambda board: board.registration.accepted)
        async with printed(rig.fleet) as lines:
            await trio.sleep(0.1)
    assert told(lines, "CS-1") == ["connected", "boot accepted"]


async def test_a_station_is_heard_from_its_first_word_on_however_fast_time_passes(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At speed 60 whole sessions fit between two looks at the fleet."""
    monkeypatch.setattr(plain, "INTERVAL_S", 60)
    async with open_rig() as rig, printed(rig.fleet) as lines:
        await trio.sleep(1)
        rig.add("CS-1", habits=HABITS)
        await trio.sleep(100)
    begun = [line for line in lines if "session begun" in line]
    ended = [line for line in lines if "session ended" in line]
    assert len(begun) in (len(ended), len(ended) + 1)
    assert lines[1:3] == ["00:00:01.000  CS-1  connected", "00:00:01.000  CS-1  boot accepted"]
    assert all(line.split()[0] > "00:00:02" for line in begun)
    assert len({line.split()[0] for line in begun + ended}) == len(begun + ended)


async def test_violations_of_the_central_system_are_told_with_their_words(autojump_clock: MockClock) -> None:
    async with open_rig() as rig, printed(rig.fleet) as lines:
        station = rig.add("CS-1")
        await station.board.until(lambda board: board.registration.accepted)
        await rig.csms.send_raw("CS-1", "[3,\x1b[2J")
        await trio.sleep(1)
    violations = [
        text for text in told(lines, "CS-1") if text.startswith("violation by the central system: ")
    ]
    assert len(violations) == 1
    assert "\x1b" not in violations[0]


async def test_crashes_are_told_and_giving_up_too(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    fleet = fake_fleet(nursery, 1)
    async with printed(fleet) as lines:
        crash = Crash(ValueError("register went back"))
        fleet.system.life_ended(LifeEnded("CS-1/link", 1, crash, 0.0))
        fleet.system.life_ended(LifeEnded("CS-1", 1, crash, 2.0))
        fleet.system.life_ended(LifeEnded("CS-1", 2, crash, None))
    assert [line.split("  ", 1)[1] for line in lines[-3:]] == [
        "CS-1/link  crashed: ValueError: register went back",
        "CS-1  crashed: ValueError: register went back, up again in 2 s",
        "CS-1  gave up: ValueError: register went back",
    ]


async def test_of_a_crowd_totals_and_failures_are_told(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    fleet = fake_fleet(nursery, CROWD + 1)
    async with printed(fleet) as lines:
        await trio.sleep(60.1)
        for station in fleet.stations.values():
            station.board.refused("no")
        fleet.system.life_ended(LifeEnded("CS-9", 7, Crash(ValueError("bug")), None))
    assert len(lines) == 1 + 13 + 1
    assert lines[1].startswith(
        "00:00:00.000  51 stations, 51 connected, 51 registered, 0 gave up, 0 sessions"
    )
    assert lines[-1].endswith("CS-9   gave up: ValueError: bug")
    assert not fleet.listeners, "frames of a big fleet are not even looked at"


async def test_a_fleet_may_grow_into_a_crowd(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    fleet = fake_fleet(nursery, 2)
    async with printed(fleet) as lines:
        await trio.sleep(1)
        for number in range(100, 100 + CROWD):
            add(fleet, f"CS-{number}")
        await trio.sleep(2 * INTERVAL_S)
        fleet.stations["CS-1"].board.refused("no")
    assert told(lines, "CS-1") == ["connected", "boot accepted"]
    assert "52 stations" in lines[-1]


async def test_a_fleet_that_will_be_a_crowd_is_one_from_the_first_station_on(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    async with printed(fake_fleet(nursery, 2), expected=1000) as lines:
        await trio.sleep(1)
    assert told(lines, "CS-1") == []
    assert "2 stations, 2 connected" in lines[-1]


async def test_a_flood_is_cut_and_says_so(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    fleet = fake_fleet(nursery, 1)
    async with printed(fleet) as lines:
        for number in range(1000):
            fleet.stations["CS-1"].board.refused(f"refusal {number}")
    assert len(lines) == 1 + LINES_AT_ONCE + 1
    assert lines[-1] == "... and 902 lines more, left out"


async def test_nothing_of_it_stays_behind(autojump_clock: MockClock) -> None:
    async with open_rig() as rig:
        station = rig.add("CS-1")
        listeners, watchers = len(rig.fleet.listeners), len(rig.fleet.system.watchers)
        async with printed(rig.fleet):
            await trio.sleep(1)
        assert (len(rig.fleet.listeners), len(rig.fleet.system.watchers)) == (listeners, watchers)
        assert station.board.watchers == []


async def test_a_disk_that_refuses_is_told_once_and_so_is_its_end(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    fleet = fake_fleet(nursery, 1)
    store = fleet.store = Forgetful()
    async with printed(fleet) as lines:
        await trio.sleep(1)
        store.trouble = "journal.jsonl: No space left on device"
        await trio.sleep(5)
        store.trouble, store.secrets_trouble = "", "secrets: No space left on device"
        await trio.sleep(5)
        store.secrets_trouble = ""
        await trio.sleep(5)
    assert [line for line in lines if "kept" in line] == [
        "nothing is kept: journal.jsonl: No space left on device",
        "all is kept again",
        "passwords and keys are not kept: secrets: No space left on device",
        "passwords and keys are kept again",
    ]
