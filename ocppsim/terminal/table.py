"""The table as text: pure functions from a summary and rows to lines, none wider than asked for."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from ocppsim.terminal import words
from ocppsim.terminal.appearance import FAILED, FAINT, RULE, SEPARATOR, STATUSES, TROUBLE, sparkline
from ocppsim.terminal.columns import GAP, Column
from ocppsim.terminal.header import Header
from ocppsim.terminal.pieces import Pieces, as_text, fitted, joined
from ocppsim.terminal.snapshot import LinkState, Row
from ocppsim.terminal.spelling import spelled
from ocppsim.terminal.totals import Summary
from ocppsim.values import frozen

MARGIN = " "


@frozen
class Lines:
    """Renders as these lines in the signs of the terminal, each cut to its width unless asked not to."""

    lines: tuple[Text, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines:
            line = Text.assemble(line)  # its own style becomes a span: `render` heeds those alone
            line.plain = spelled(line.plain, console.encoding)
            if options.overflow != "ignore":
                line.truncate(options.max_width, overflow="crop")
            yield from line.render(console, end="\n")

    def __add__(self, other: "Lines") -> "Lines":
        return Lines(self.lines + other.lines)

    def __len__(self) -> int:
        return len(self.lines)


# -- title


def title(header: Header, elapsed_s: float, note: str, hints: str, width: int) -> Lines:
    """What runs and for how long; the keys stand on the right, or below where there is no room."""
    parts = [
        Text(" ocppsim ", "bold white on blue"),
        Text(words.elapsed(elapsed_s), "bold"),
        *([Text(f"x{words.number(header.speed)}", "cyan")] if header.speed != 1 else []),
        Text(f"seed {header.seed}"),
        Text(header.url, "cyan"),
        *([Text(note, "bold yellow")] if note else []),
    ]
    return beside(packed(parts, width), Text(hints, FAINT), width)


def beside(left: Lines, right: Text, width: int) -> Lines:
    """The right one at the right edge of the last line, or in a line of its own."""
    if not right:
        return left
    room = width - left.lines[-1].cell_len - right.cell_len - 2 * len(MARGIN)
    if room < 0:
        return left + packed([right], width)
    last = Text.assemble(left.lines[-1], " " * (room + len(MARGIN)), right)
    return Lines((*left.lines[:-1], last))


def packed(parts: Iterable[Text], width: int, separator: str = SEPARATOR) -> Lines:
    """The parts one after the other, in as many lines as they need."""
    lines: list[Text] = []
    for part in parts:
        if lines and lines[-1].cell_len + len(separator) + part.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], (separator, FAINT), part)
        else:
            lines.append(Text.assemble(MARGIN, part))
    return Lines(tuple(lines))


# -- rows


def heading(columns: Sequence[Column]) -> Lines:
    titles = _line(columns, [((column.title, "bold"),) for column in columns])
    return Lines((Text(), as_text(titles), ruler(columns)))


def ruler(columns: Sequence[Column]) -> Text:
    return Text(MARGIN + RULE * (sum(column.width + GAP for column in columns) - GAP), FAINT)


def body(columns: Sequence[Column], rows: Iterable[Row]) -> Lines:
    return Lines(tuple(_row(columns, row) for row in rows))


def _row(columns: Sequence[Column], row: Row) -> Text:
    pieces = _line(columns, [column.cell(row, column.width) for column in columns])
    if row.link is LinkState.GAVE_UP:
        return Text("".join(text for text, _ in pieces), FAILED)
    return as_text(pieces)


def _line(columns: Sequence[Column], cells: Iterable[Pieces]) -> Pieces:
    fit = (
        fitted(cell, column.width, right=column.right) for column, cell in zip(columns, cells, strict=True)
    )
    return ((MARGIN, ""), *joined(fit, GAP))


# -- foot


def foot(summary: Summary, powers: Sequence[float], width: int) -> Lines:
    """The totals; `powers` are those of the last refreshes."""
    return packed(_fleet(summary), width) + packed(_work(summary, powers), width) + trouble(summary, width)


def legend(width: int) -> Lines:
    """What the signs of connectors mean."""
    looks = (look for status, look in STATUSES.items() if status is not None)
    signs = (Text.assemble((look.sign, look.style), (f" {look.word}", FAINT)) for look in looks)
    return packed(signs, width, " " * GAP)


def _fleet(summary: Summary) -> list[Text]:
    return [
        Text(words.plural(summary.stations, "station"), "bold"),
        _count(f"{summary.connected:,} connected", summary.connected, "green"),
        _count(f"{summary.registered:,} registered", summary.registered, "green"),
        _count(words.plural(summary.violations, "violation"), summary.violations, "yellow"),
        *_troubles(summary),
    ]


def _troubles(summary: Summary) -> Iterator[Text]:
    """Those there are."""
    ours = summary.internal_errors + summary.crashes
    for count, text, style in (
        (summary.failed, f"{summary.failed:,} gave up", TROUBLE),
        (summary.restarts, words.plural(summary.restarts, "restart"), "magenta"),
        (summary.calls_failed, f"{words.plural(summary.calls_failed, 'call')} failed", "yellow"),
        (summary.resent, f"{summary.resent:,} resent", "yellow"),
        (summary.given_up, f"{words.plural(summary.given_up, 'message')} given up", TROUBLE),
        (ours, f"{words.plural(ours, 'error')} of our own", TROUBLE),
    ):
        if count:
            yield Text(text, style)


def _work(summary: Summary, powers: Sequence[float]) -> list[Text]:
    return [
        Text.assemble((words.power(summary.power_w), "bold"), " ", (sparkline(powers), "green")),
        Text(words.energy(summary.energy_wh), "bold"),
        Text(f"{summary.sessions_completed:,} sessions, {summary.sessions_running:,} running"),
        Text(f"{summary.calls:,} calls"),
        Text(
            f"trip p50 {words.duration(summary.round_trip_p50_ms / 1000)}, "
            f"p99 {words.duration(summary.round_trip_p99_ms / 1000)}"
        ),
    ]


def _count(text: str, count: int, style: str) -> Text:
    return Text(text, style if count else "")


def trouble(summary: Summary, width: int) -> Lines:
    """What everybody must see."""
    parts = []
    for what, why in (
        ("nothing is kept, the fleet goes on in memory", summary.store_trouble),
        ("passwords and keys are not kept", summary.secrets_trouble),
    ):
        if why:
            parts += [Text(what, TROUBLE), Text(words.printable(why), TROUBLE)]
    return packed(parts, width) if parts else Lines(())
