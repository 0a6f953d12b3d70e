"""The closing summary of a run, aligned for people. For programs there is `Summary.as_json`."""

from collections.abc import Iterator

from rich.text import Text

from ocppsim.terminal import words
from ocppsim.terminal.appearance import TROUBLE
from ocppsim.terminal.table import Lines
from ocppsim.terminal.totals import Summary
from ocppsim.values import frozen


@frozen
class Item:
    """A line of the summary; a style says that it is no good news."""

    label: str
    value: str
    style: str = ""


def items(summary: Summary) -> Iterator[Item]:
    """What there is to say, and of troubles only those there were; violations are told in any case."""
    yield Item("stations", f"{summary.stations:,}, of which {summary.booted:,} booted")
    running = f", {summary.sessions_running:,} still running" if summary.sessions_running else ""
    yield Item("sessions", f"{summary.sessions_completed:,} completed{running}")
    yield Item("energy", words.energy(summary.energy_wh))
    yield _calls(summary)
    p50, p99 = (words.duration(ms / 1000) for ms in (summary.round_trip_p50_ms, summary.round_trip_p99_ms))
    yield Item("round trip", f"p50 {p50}, p99 {p99}")
    yield Item("violations", f"{summary.violations:,} by the central system", _warn(summary.violations))
    if summary.restarts:
        yield Item("restarts", f"{summary.restarts:,}")
    yield from _troubles(summary)


def _calls(summary: Summary) -> Item:
    parts = [f"{summary.calls:,} answered"]
    for count, word in ((summary.calls_failed, "failed"), (summary.resent, "resent")):
        if count:
            parts.append(f"{count:,} {word}")
    return Item("calls", ", ".join(parts), _warn(summary.calls_failed))


def _troubles(summary: Summary) -> Iterator[Item]:
    if summary.unsent:
        yield Item("unsent", f"{words.plural(summary.unsent, 'transaction message')}", "yellow")
    if summary.given_up:
        yield Item("given up", f"{words.plural(summary.given_up, 'transaction message')}", TROUBLE)
    if summary.internal_errors:
        yield Item("our errors", f"{summary.internal_errors:,}", TROUBLE)
    if summary.crashes:
        yield Item("crashes", f"{summary.crashes:,}", TROUBLE)
    for station, cause in summary.causes.items():
        yield Item("gave up", words.printable(f"{station}: {cause}"), TROUBLE)
    if summary.store_trouble:
        yield Item("not kept", words.printable(summary.store_trouble), TROUBLE)
    if summary.secrets_trouble:
        yield Item("not kept", f"passwords and keys: {words.printable(summary.secrets_trouble)}", TROUBLE)
    if summary.store_refusals:
        yield Item("the disk", f"refused {words.plural(summary.store_refusals, 'time')}", TROUBLE)


def _warn(count: int) -> str:
    return "yellow" if count else ""


def closing(summary: Summary) -> Lines:
    """The summary, ready for `console.print(..., soft_wrap=True)`."""
    return Lines(
        tuple(
            Text.assemble((f"{item.label:<{_LABEL_WIDTH}}", "bold"), (item.value, item.style))
            for item in items(summary)
        )
    )


_LABEL_WIDTH = 13
