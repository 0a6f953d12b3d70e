"""The table fits any terminal, and says the same with and without colours."""

from collections.abc import Sequence

import pytest
import trio
from attrs import evolve
from rich.cells import cell_len

from ocppsim.actors.board import LinkView
from ocppsim.actors.fleet import Fleet
from ocppsim.actors.store import Forgetful
from ocppsim.model.connector import Status
from ocppsim.model.registration import Registration, Standing
from ocppsim.terminal.appearance import LINKS, STANDINGS, STATUSES, sparkline
from ocppsim.terminal.columns import choose
from ocppsim.terminal.header import Header
from ocppsim.terminal.page import Frame, Page, lay_out
from ocppsim.terminal.spelling import spelled
from ocppsim.terminal.totals import summarise
from ocppsim.terminal.view import View
from tests.terminal.fake_fleet import charge, fake_fleet, rendered

HEADER = Header("ws://localhost:9000/ocpp", seed=7, speed=60, started_at=0)


def page(fleet: Fleet, width: int = 120, height: int = 40, view: View | None = None) -> Page:
    frame = Frame(HEADER, summarise(fleet), powers=(1.0, 2.0, 3.0))
    return lay_out(fleet, frame, view or View(), width, height)


def lines(fleet: Fleet, width: int = 120, height: int = 40) -> Sequence[str]:
    return rendered(page(fleet, width, height).lines, width).splitlines()


@pytest.fixture
async def busy(nursery: trio.Nursery) -> Fleet:
    """Something of everything, with names that are too long and too wide."""
    fleet = fake_fleet(nursery, 45, connectors=2)
    boards = [station.board for station in fleet.stations.values()]
    for board in boards:
        charge(board, power_w=149_990, energy_wh=999_999_999)
        board.tally.calls = 12_345_678
        board.tally.last_round_trip_s = 59.99
        board.note("充電を開始しました connector 1 is charging, or so it seems")
    boards[0].show_link(LinkView(trouble="closed 1006 " + "x" * 300))
    boards[1].show_registration(Registration(Standing.PENDING))
    fleet.failed["CS-3"] = "ValueError: register went back"
    return fleet


@pytest.mark.parametrize("connectors", [1, 2, 4, 30])
async def test_no_line_is_wider_than_the_terminal(nursery: trio.Nursery, connectors: int) -> None:
    fleet = fake_fleet(nursery, 3, connectors)
    for station in fleet.stations.values():
        for number in station.board.connectors:
            charge(station.board, number)
    for width in range(60, 201):
        for line in lines(fleet, width):
            assert cell_len(line) <= width, f"at {width}: {line}"


async def test_long_and_wide_texts_are_cut(busy: Fleet) -> None:
    for width in (1, 10, 30, *range(60, 201, 7)):
        for line in lines(busy, width):
            assert cell_len(line) <= width, f"at {width}: {line}"


async def test_never_more_than_thirty_rows_nor_than_the_terminal_is_high(busy: Fleet) -> None:
    for height in (*range(12, 60, 3), 200):
        for width in (60, 80, 120, 160):
            shown = lines(busy, width, height)
            assert len(shown) <= height, f"at {width} x {height}"
            rows = [line for line in shown if line.startswith(" CS-")]
            assert 1 <= len(rows) <= 30


async def test_pages_show_each_station_once(busy: Fleet) -> None:
    size, seen = page(busy, height=24), []
    for number in range(size.pages):
        shown = rendered(page(busy, height=24, view=View(number)).lines)
        seen += [line.split()[0] for line in shown.splitlines() if line.startswith(" CS-")]
    assert seen == list(busy.stations)


async def test_a_page_that_is_gone_becomes_the_last_one(busy: Fleet) -> None:
    assert page(busy, height=40, view=View(99)).number == page(busy, height=40).pages - 1


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (60, "Station Link Connectors kW SoC"),
        (80, "Station Link Connectors kW kWh SoC Sessions"),
        (120, "Station Link Connectors kW kWh SoC Sessions Calls Round trip Last event"),
        (160, "Station Link Boot Connectors kW kWh SoC Sessions Calls Round trip Restarts Last event"),
    ],
)
def test_narrow_terminals_drop_what_matters_least(width: int, titles: str) -> None:
    assert " ".join(column.title for column in choose(width - 1, 12, 1)) == titles


def test_columns_stand_still_whatever_happens() -> None:
    """Their widths follow from the terminal and the make of the stations alone, and fill what there is."""
    for width in range(60, 201):
        columns = choose(width, 12, 2)
        assert sum(column.width + 2 for column in columns) - 2 <= width


async def test_a_station_that_gave_up_is_a_red_row(busy: Fleet) -> None:
    shown = rendered(page(busy).lines, colour=True)
    row = next(line for line in shown.splitlines() if "CS-3 " in line)
    assert row.startswith("\x1b[1;31m CS-3 ")
    assert row.count("\x1b[") == 2, "red from end to end"


async def test_no_color_is_obeyed(busy: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = rendered(page(busy).lines, colour=True)
    assert "\x1b[1;31m" not in shown
    assert "✗ gave up" in shown


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_signs_tell_states_apart_without_colour(encoding: str) -> None:
    signs = [spelled(look.sign, encoding) for look in STATUSES.values()]
    assert len(set(signs)) == len(Status) + 1
    for looks in (LINKS.values(), STANDINGS.values()):
        texts = [spelled(look.in_words[0], encoding) for look in looks]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_terminals_without_unicode_get_what_they_can_show(busy: Fleet, encoding: str) -> None:
    shown = rendered(page(busy, 160).lines, 160, encoding=encoding)
    shown.encode(encoding)
    assert "X gave up" in shown


async def test_a_disk_that_refuses_is_said_in_red(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery)
    store = Forgetful()
    store.trouble = "/state/journal.jsonl: No space left on device"
    fleet.store = store
    shown = rendered(page(fleet).lines, colour=True)
    assert "\x1b[1;31mnothing is kept" in shown
    assert "No space left on device" in shown
    store.trouble, store.secrets_trouble = "", "/state/secrets: Read-only file system"
    shown = rendered(page(fleet).lines, colour=True)
    assert "nothing is kept" not in shown
    assert "\x1b[1;31mpasswords and keys are not kept" in shown


async def test_registration_shows_where_it_has_no_column(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery, 1)
    fleet.stations["CS-1"].board.show_registration(Registration(Standing.PENDING))
    assert any("◐ pending" in line for line in lines(fleet, 80))
    assert any("● online" in line and "pending" in line for line in lines(fleet, 160))


@pytest.mark.parametrize(
    ("width", "text"),
    [(200, "● Charging 11.0 kW   ○ Available"), (120, "●11  ○    ○    ○"), (70, "●○○○")],
)
async def test_many_connectors_become_compact(nursery: trio.Nursery, width: int, text: str) -> None:
    fleet = fake_fleet(nursery, 1, connectors=2 if width == 200 else 4 if width == 120 else 14)
    charge(fleet.stations["CS-1"].board)
    shown = "\n".join(lines(fleet, width))
    assert " ".join(text.split()) in " ".join(shown.split())
    assert ("◆ SuspendedEVSE" in shown) == (width < 200), "signs alone are explained"


async def test_very_many_connectors_are_counted(nursery: trio.Nursery) -> None:
    fleet = fake_fleet(nursery, 1, connectors=100)
    charge(fleet.stations["CS-1"].board)
    assert any("99○ 1●" in line for line in lines(fleet, 80))


async def test_the_title_names_the_run_and_hides_what_is_secret(nursery: trio.Nursery) -> None:
    header = evolve(HEADER, url="wss://user:pass/word@host:1/ocpp?token=abc")
    fleet = fake_fleet(nursery)
    frame = Frame(header, summarise(fleet), note="ending")
    shown = rendered(lay_out(fleet, frame, View(), 120, 40).lines).splitlines()[0]
    for text in ("seed 7", "x60", "wss://host:1/ocpp", "ending", "q quit"):
        assert text in shown
    for secret in ("user", "word", "abc"):
        assert secret not in shown


def test_a_sparkline_stands_on_nothing_and_reaches_the_top() -> None:
    assert sparkline([0, 5, 10]) == "▁▅█"
    assert sparkline([]) == sparkline([0, 0]) == ""
