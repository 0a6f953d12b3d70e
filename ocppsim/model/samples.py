"""Reading the meter of a connector: when a step takes a sample, and what it shows."""

from ocppsim.model import drawing
from ocppsim.model.connector import SLACK_S, Connector, next_aligned, offered_w, reading, samples_until
from ocppsim.model.evolving import amend, evolve
from ocppsim.model.inputs import Sampled
from ocppsim.model.meter import Meter, flowing, shown
from ocppsim.model.metering import aligned_before
from ocppsim.model.session import ChargingSession, Context
from ocppsim.model.turn import Turn

PROMPT_S = 1.0
"""A reading that is late by less stands for the instant at which it was due."""


def take_due(turn: Turn, before: Connector) -> None:
    """Whatever the step is about; however many samples of a kind are overdue, one is taken."""
    _sample_if_due(turn, before.at)
    if turn.settings.aligned_s > 0:
        _align_if_due(turn, before)


def _sample_if_due(turn: Turn, since: float) -> None:
    session, sample_s = turn.c.session, turn.settings.sample_s
    if session is None or session.interrupted or sample_s <= 0:
        return
    if samples_until(turn.now, session, sample_s) > samples_until(since, session, sample_s):
        sample(turn, Context.PERIODIC)


def _align_if_due(turn: Turn, before: Connector) -> None:
    """Outside sessions too. What is overdue, as after a pause of the program, is read once, and late."""
    at = next_aligned(before, turn.settings)
    if at > turn.now + SLACK_S:
        return
    offset_s = turn.settings.clock_offset_s
    told = aligned_before(turn.now + offset_s, turn.settings.aligned_s)
    sample(turn, Context.CLOCK, told - offset_s if turn.now - at < PROMPT_S else turn.now)
    turn.c = amend(turn.c, marks=evolve(turn.c.marks, aligned_at=told))


def sample(turn: Turn, context: Context, at: float | None = None) -> None:
    """`at` is the instant that the reading stands for, where it is not now."""
    c = turn.c
    session = c.session if c.session is not None and not c.session.interrupted else None
    read(turn, session, context, turn.now if at is None else at)


def read(turn: Turn, session: ChargingSession | None, context: Context, at: float) -> None:
    c, settings = turn.c, turn.settings
    seen = reading(c, turn.outlet)
    one_of_three = seen.phases == 1 and turn.outlet.supply.phases == 3
    line = settings.lines[c.number] if one_of_three and c.number < len(settings.lines) else 0
    interval_wh = _interval_wh(turn, session, context) if settings.tells_intervals else 0.0
    offered = offered_w(c, turn.outlet)
    sampled = Sampled(session, at, c.register_wh, seen, context, offered, interval_wh, line)
    turn.happened.append(
        sampled if turn.outlet.meter is None else _as_shown(turn, turn.outlet.meter, sampled)
    )


def _as_shown(turn: Turn, meter: Meter, what: Sampled) -> Sampled:
    if meter.draws is None:
        return evolve(what, shown=shown(meter, flowing(what.reading), what.line))
    number = turn.c.marks.drawn
    draw_rate(turn, meter)
    return evolve(
        what, shown=shown(meter, drawing.flow(meter, number, what.reading, what.offered_w), what.line)
    )


def draw_rate(turn: Turn, meter: Meter) -> None:
    """A meter that draws counts on at another rate; from the beginning of a session on, too."""
    number = turn.c.marks.drawn + 1
    rate = drawing.rate(meter, number, turn.settings.sample_s)
    turn.c = amend(turn.c, marks=evolve(turn.c.marks, drawn=number, rate=rate))


def _interval_wh(turn: Turn, session: ChargingSession | None, context: Context) -> float:
    """In whole Wh, so that intervals add up to what the register says."""
    if session is None:
        return 0.0
    now_wh, marks = turn.c.register_wh, turn.c.marks
    mark = marks.aligned_wh if context is Context.CLOCK else marks.sampled_wh
    if context is Context.CLOCK:
        turn.c = amend(turn.c, marks=evolve(marks, aligned_wh=now_wh))
    elif context is Context.PERIODIC:
        turn.c = amend(turn.c, marks=evolve(marks, sampled_wh=now_wh))
    return float(round(now_wh) - round(session.start_wh if mark is None else mark))
