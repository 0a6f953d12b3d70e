"""What is worth telling of a station, found by comparing what it showed before with what it shows now."""

from collections.abc import Iterator, Mapping
from enum import Enum, auto

from attrs import field

from ocppsim.actors.board import Board, ConnectorView, LinkView
from ocppsim.model.connector import Status
from ocppsim.model.registration import Standing
from ocppsim.model.session import StopReason
from ocppsim.terminal import words
from ocppsim.values import frozen


class Level(Enum):
    """How good or bad the news is."""

    PLAIN = auto()
    GOOD = auto()
    WARNING = auto()
    BAD = auto()


@frozen
class Happening:
    """One line's worth; `at` is an instant of station time."""

    at: float
    station: str
    text: str
    level: Level = Level.PLAIN


@frozen
class Look:
    """What a board showed at an instant; nothing yet, unless told otherwise."""

    link: LinkView = field(factory=LinkView)
    standing: Standing = Standing.UNKNOWN
    connectors: Mapping[int, ConnectorView] = field(factory=dict)
    refusal: str = ""

    @classmethod
    def at(cls, board: Board) -> "Look":
        return cls(board.link, board.registration.standing, dict(board.connectors), board.refusal)


News = tuple[str, Level]


def news(before: Look, now: Look, at: float) -> Iterator[News]:
    """In words, what changed between two looks; `at` is the instant of the second."""
    yield from _of_link(before.link, now.link)
    if now.standing is not before.standing and now.standing in _STANDINGS:
        yield _STANDINGS[now.standing]
    for number, view in now.connectors.items():
        for text, level in _of_connector(before.connectors.get(number, ConnectorView()), view, at):
            yield f"connector {number}: {text}", level
    if now.refusal != before.refusal and now.refusal:
        yield f"refused: {now.refusal}", Level.WARNING


_STANDINGS: Mapping[Standing, News] = {
    Standing.ACCEPTED: ("boot accepted", Level.GOOD),
    Standing.PENDING: ("boot pending", Level.WARNING),
    Standing.REJECTED: ("boot rejected", Level.WARNING),
}


def _of_link(before: LinkView, now: LinkView) -> Iterator[News]:
    if now.connections != before.connections and now.online:
        yield ("connected" if now.connections == 1 else "connected again"), Level.GOOD
    elif before.online and not now.online:
        yield f"connection ended: {now.trouble}", Level.WARNING
    elif now.tries and (now.trouble, now.permanent) != (before.trouble, before.permanent):
        yield f"cannot connect: {now.trouble}", Level.BAD if now.permanent else Level.WARNING


def _of_connector(before: ConnectorView, now: ConnectorView, at: float) -> Iterator[News]:
    if now.status is not before.status and Status.FAULTED in (now.status, before.status):
        faulted = now.status is Status.FAULTED
        yield ("faulted", Level.BAD) if faulted else ("no longer faulted", Level.GOOD)
    if now.sessions_ended > before.sessions_ended:
        energy = words.energy(now.energy_delivered_wh - before.energy_delivered_wh)
        lasted = f" in {words.span(at - before.session.started_at)}" if before.session is not None else ""
        yield f"session ended, {energy}{lasted} ({_reason(now.last_reason)})", Level.GOOD
    if now.session is not None and (before.session is None or before.session.key != now.session.key):
        yield f"session begun with {now.session.tag}", Level.PLAIN


def _reason(reason: StopReason | None) -> str:
    return reason.name.lower().replace("_", " ") if reason is not None else "no reason known"
