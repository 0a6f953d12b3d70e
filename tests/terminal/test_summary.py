"""The closing summary says what there is to say, and troubles only where there were any."""

import trio
from attrs import evolve
from rich.console import Console

from ocppsim.terminal.picture import as_svg
from ocppsim.terminal.summary import closing
from ocppsim.terminal.totals import Summary, summarise
from tests.terminal.fake_fleet import Encoded, fake_fleet, rendered


async def good(nursery: trio.Nursery) -> Summary:
    summary = summarise(fake_fleet(nursery, 5))
    return evolve(
        summary,
        booted=5,
        sessions_completed=34,
        energy_wh=14_320,
        calls=1204,
        round_trip_p50_ms=1.2,
        round_trip_p99_ms=8.13,
    )


async def test_a_good_run(nursery: trio.Nursery) -> None:
    assert rendered(closing(await good(nursery))).splitlines() == [
        "stations     5, of which 5 booted",
        "sessions     34 completed",
        "energy       14.3 kWh",
        "calls        1,204 answered",
        "round trip   p50 1.20 ms, p99 8.13 ms",
        "violations   0 by the central system",
    ]


async def test_troubles(nursery: trio.Nursery) -> None:
    bad = evolve(
        await good(nursery),
        calls_failed=3,
        resent=2,
        restarts=1,
        unsent=1,
        given_up=2,
        internal_errors=1,
        crashes=4,
        causes={"CS-1": "ValueError: bug"},
        store_trouble="disk full",
        secrets_trouble="no rights",
        store_refusals=3,
    )
    assert rendered(closing(bad)).splitlines()[3:] == [
        "calls        1,204 answered, 3 failed, 2 resent",
        "round trip   p50 1.20 ms, p99 8.13 ms",
        "violations   0 by the central system",
        "restarts     1",
        "unsent       1 transaction message",
        "given up     2 transaction messages",
        "our errors   1",
        "crashes      4",
        "gave up      CS-1: ValueError: bug",
        "not kept     disk full",
        "not kept     passwords and keys: no rights",
        "the disk     refused 3 times",
    ]
    assert "\x1b[1;31mdisk full" in rendered(closing(bad), colour=True)


async def test_a_picture_loads_nothing_from_anywhere(nursery: trio.Nursery) -> None:
    svg = as_svg(closing(await good(nursery)), width=80, title="ocppsim demo")
    assert "14.3" in svg
    assert "ocppsim&#160;demo" in svg
    assert "@font-face" not in svg
    assert "Fira" not in svg
    assert "url(http" not in svg.replace('"', "")
    assert svg.startswith("<svg ")
    assert svg == as_svg(closing(await good(nursery)), width=80, title="ocppsim demo"), (
        "equal runs, equal pictures"
    )


async def test_no_cause_is_cut_short(nursery: trio.Nursery) -> None:
    """Where a terminal is narrow, and where there is none and rich takes it for 80 columns."""
    cause = "ValueError: " + "a bug that takes many words " * 10
    bad = evolve(await good(nursery), causes={"CS-1": cause}, store_trouble="/a/folder" * 20)
    file = Encoded()
    Console(file=file, width=40).print(closing(bad), soft_wrap=True)
    assert f"gave up      CS-1: {cause}\n" in file.getvalue()
    assert f"not kept     {'/a/folder' * 20}\n" in file.getvalue()
