"""A line of totals, again and again."""

from collections.abc import Callable

import trio

from ocppsim import clock
from ocppsim.actors.statistics import Statistics, Totals


def line(totals: Totals) -> str:
    """What has been counted so far, in one line."""
    words = (
        f"statistics of {_count(totals.stations, 'station')}: {_count(totals.requests, 'request')}, "
        f"{_count(totals.responses, 'response')}, {_count(totals.errors, 'error')}"
    )
    if not totals.measured:
        return words
    return (
        f"{words}; round trip {_ms(totals.median_s)} median, {_ms(totals.p95_s)} p95, {_ms(totals.p99_s)} p99"
    )


async def report(statistics: Statistics, interval_s: float, say: Callable[[str], None]) -> None:
    """Say the line every so many seconds of wire time, as long as something is measured; 0: never."""
    if interval_s <= 0:
        await trio.lowlevel.checkpoint()
        return
    while True:
        await trio.sleep(clock.wire(interval_s))
        if statistics.stations:
            say(line(statistics.totals()))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
