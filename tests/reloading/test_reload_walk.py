"""Files change at random while stations charge; then all is as a new start would have it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trio

from tests.config.bench import URL
from tests.reloading.reload_stage import GENERATOR, TEMPLATE, Running, running

STEPS = 25
SHORT = GENERATOR | {"minDuration": 5, "maxDuration": 60}


def template(base: str, draw: Random) -> dict[str, Any]:
    connectors = {str(number): {} for number in range(draw.randint(1, 3) + 1)}
    generator = draw.choice([GENERATOR, SHORT, SHORT | {"enable": False}])
    return TEMPLATE | {
        "baseName": base,
        "power": draw.choice([11000, 22000]),
        "resetTime": draw.choice([0, 1, 20]),
        "Connectors": connectors,
        "AutomaticTransactionGenerator": generator,
        "stopTransactionsOnStopped": draw.choice([True, False]),
    }


def edit_a_template(run: Running, draw: Random) -> None:
    name = draw.choice("ab")
    run.write(f"station-templates/{name}.json", template(name.upper(), draw))


def break_a_file(run: Running, draw: Random) -> None:
    run.write(draw.choice(sorted(run.now)), draw.choice(["", "{", '{"power": -1}', "[7]", "null"]))


def change_the_tags(run: Running, draw: Random) -> None:
    run.write("tags.json", [f"TAG-{draw.randint(1, 99)}" for _ in range(draw.randint(1, 3))])


def change_the_numbers(run: Running, draw: Random) -> None:
    numbers = {"a.json": draw.randint(0, 3), "b.json": draw.randint(1, 3)}
    uses = [{"file": name, "numberOfStations": number} for name, number in numbers.items()]
    urls = draw.choice([URL, [URL, "ws://other.example"]])
    content = {"supervisionUrls": urls, "worker": {"startDelay": 0}, "stationTemplateUrls": uses}
    run.write("config.json", content)


def end_a_station(run: Running, draw: Random) -> None:
    name = draw.choice(sorted(run.rig.fleet.stations))
    run.rig.fleet.stations[name].cut_power()


ACTS: list[Callable[[Running, Random], None]] = [
    edit_a_template,
    edit_a_template,
    break_a_file,
    change_the_tags,
    change_the_numbers,
    end_a_station,
]


def edit_the_version(run: Running, draw: Random) -> None:
    """Of a template that closes its sessions, or they would stay open: 2.0.1 cannot tell of them."""
    name = draw.choice("ab")
    change = {"ocppVersion": draw.choice(["1.6", "2.0.1"]), "stopTransactionsOnStopped": True}
    run.write(f"station-templates/{name}.json", template(name.upper(), draw) | change)


PEACEFUL = [edit_the_version, edit_the_version, break_a_file, change_the_tags, change_the_numbers]


@pytest.mark.parametrize("seed", range(4))
async def test_versions_of_ocpp_come_and_go(tmp_path: Path, autojump_clock: object, seed: int) -> None:
    """All is as it would be at first, but for the registers; and nothing was given up on the way."""
    await walk(tmp_path, PEACEFUL, seed)


@pytest.mark.parametrize("seed", range(6))
async def test_in_the_end_all_is_as_a_new_start_would_have_it(
    tmp_path: Path, autojump_clock: object, seed: int
) -> None:
    await walk(tmp_path, ACTS, seed)


async def walk(tmp_path: Path, acts: Sequence[Callable[[Running, Random], None]], seed: int) -> None:
    draw = Random(seed)
    async with running(tmp_path, keeps=seed % 2 == 0, watched=True) as run:
        for _ in range(STEPS):
            draw.choice(acts)(run, draw)
            await trio.sleep(draw.choice([0.1, 1.3, 5, 30, 90]))
        change_the_tags(run, draw)
        change_the_numbers(run, draw)
        for name in "ab":
            write = TEMPLATE | {"baseName": name.upper(), "AutomaticTransactionGenerator": GENERATOR}
            run.write(f"station-templates/{name}.json", write)
        await trio.sleep(100)
        assert bool(run.launcher.newer) is (acts is PEACEFUL), "or it shows nothing"
        wanted = run.reloader.loaded.plans(1)
        await run.charging(*(one.specification.id for one in wanted))
        assert {one.specification.id for one in wanted} == {
            name for name in run.rig.fleet.stations if not run.board(name).ended
        }
        for plan in wanted:
            station = run.rig.fleet.stations[plan.specification.id]
            assert station.context.specification == plan.specification
            assert list(station.board.connectors) == [1]
            transactions = run.rig.csms.ledger(station.id).transactions.values()
            assert station.board.tally.given_up == 0
            assert sum(not one.ended for one in transactions) == 1, "all but the one that runs are closed"
