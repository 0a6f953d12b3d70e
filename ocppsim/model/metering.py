"""When the meter is read, what for, and which readings are kept for the end of a session."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from attrs import evolve

from ocppsim.model.drawing import NO_RATE, REGISTER, Rate
from ocppsim.model.energy import Reading
from ocppsim.model.inputs import Happening, Sampled
from ocppsim.model.session import ChargingSession, Context
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.values import frozen

DAY_S = 86_400.0
_SLACK_S = 1e-6


@frozen
class Marks:
    """What must be remembered of earlier readings of a connector."""

    aligned_at: float = 0.0  # the last instant of an aligned one, by the clock of time stamps
    aligned_wh: float | None = None  # the register then, in this session
    sampled_wh: float | None = None  # at the last periodic one
    drawn: int = 0  # so many readings had values that were drawn
    rate: Rate = NO_RATE  # at which a meter that draws counts since then

    def after_session(self) -> "Marks":
        if self.aligned_wh is None and self.sampled_wh is None:
            return self
        return evolve(self, aligned_wh=None, sampled_wh=None)


NO_MARKS = Marks()

Series: TypeAlias = tuple[Sampled, ...]
"""What the end of a session tells of it, oldest first."""

_INTERRUPTIONS = (Context.INTERRUPTION_BEGIN, Context.INTERRUPTION_END)
_ENDS = (Context.BEGIN, Context.END)


def of_outlet(settings: Settings, outlet: Outlet) -> Settings:
    """The measurands asked for as far as this connector's meter has them, else the register."""
    if outlet.meter is not None:
        settings = evolve(settings, meter=outlet.meter)
    if outlet.measurands is None:
        return settings
    shown = outlet.measurands | {REGISTER}

    def left(names: tuple[str, ...]) -> tuple[str, ...]:
        """One phase of a measurand is shown where the measurand is."""
        kept = tuple(name for name in names if name in shown or name.rpartition(".L")[0] in shown)
        return kept if kept or not names else (REGISTER,)

    return evolve(
        settings,
        measurands=left(settings.measurands),
        aligned_measurands=left(settings.aligned_measurands),
        start_measurands=left(settings.start_measurands),
        end_measurands=left(settings.end_measurands),
        stop_measurands=left(settings.stop_measurands),
        stop_aligned_measurands=left(settings.stop_aligned_measurands),
    )


def aligned_before(told: float, every_s: float) -> float:
    """The last instant, by the clock that time stamps show, at which an aligned reading was due.

    The day is cut into equal parts from midnight (UTC) on; the last one of a day may be shorter.
    """
    midnight = (told + _SLACK_S) // DAY_S * DAY_S
    return midnight + (told + _SLACK_S - midnight) // every_s * every_s


def aligned_after(told: float, every_s: float) -> float:
    """The next such instant."""
    before = aligned_before(told, every_s)
    midnight = (before + _SLACK_S) // DAY_S * DAY_S
    return min(before + every_s, midnight + DAY_S)


def of_a_session(context: Context) -> bool:
    """Whether a reading of a session is part of what must be told of it; others are mere looks."""
    return context is Context.PERIODIC or context not in (Context.TRIGGER, Context.OTHER)


def went_down(session: ChargingSession, context: Context) -> bool:
    """Whether a reading tells that the station went down, which the end of the session alone tells."""
    return context is Context.INTERRUPTION_BEGIN and session.interrupted


def told_at_once(context: Context, settings: Settings) -> tuple[str, ...]:
    """What a message of its own tells of such a reading; nothing: there is none."""
    if context is Context.PERIODIC:
        return settings.measurands
    match context:
        case Context.CLOCK:
            return settings.aligned_measurands
        case Context.BEGIN:
            return settings.start_measurands
        case Context.END:
            return settings.end_measurands
        case Context.INTERRUPTION_BEGIN | Context.INTERRUPTION_END:
            return settings.measurands if settings.sample_s > 0 else ()
        case _:
            return settings.measurands


def told_at_the_end(context: Context, settings: Settings) -> tuple[str, ...]:
    """What the end of the session tells of such a reading."""
    if context is Context.CLOCK:
        return settings.stop_aligned_measurands
    if context in _ENDS:
        return tuple(dict.fromkeys((*settings.stop_measurands, *settings.stop_aligned_measurands)))
    if context is Context.PERIODIC or context in _INTERRUPTIONS:
        return settings.stop_measurands
    return ()


def signed_at_once(context: Context, settings: Settings) -> bool:
    """Whether a message of its own tells such a reading with its signature."""
    match context:
        case Context.CLOCK:
            return settings.sign_aligned and settings.sign_aligned_updated
        case Context.BEGIN:
            return settings.sign_sampled and settings.sign_started
        case Context.PERIODIC | Context.INTERRUPTION_BEGIN | Context.INTERRUPTION_END:
            return settings.sign_sampled and settings.sign_updated
        case _:
            return False


def to_sign(what: Sampled, settings: Settings) -> bool:
    """Whether the meter signs a reading of a session; its ends always, where it signs at all."""
    return what.context in _ENDS or signed_at_once(what.context, settings)


def beginning(session: ChargingSession, voltage_v: float, phases: int) -> Sampled:
    """The reading at the beginning of a session, where nobody had wanted it then."""
    nothing_flows = Reading(0.0, 0.0, voltage_v, phases, None)
    return Sampled(session, session.started_at, session.start_wh, nothing_flows, Context.BEGIN)


def kept(happened: Iterable[object], settings: Settings) -> Series:
    """The readings among what happened that the end of the session will tell."""
    readings = (what for what in happened if isinstance(what, Sampled) and what.session is not None)
    return tuple(
        what
        for what in readings
        if told_at_the_end(what.context, settings) or (what.context in _ENDS and settings.signs)
    )


def end_told_late(happened: Sequence[Happening]) -> Sequence[Happening]:
    """The end of a session before the reading that was taken at it."""
    return sorted(happened, key=lambda what: isinstance(what, Sampled) and what.context is Context.END)


def of_session(series: Series, session: ChargingSession | None) -> Series:
    """What is kept of the session that runs, not of one before."""
    of = series[0].session if series else None
    return series if of is not None and session is not None and of.key == session.key else ()


def collected(series: Series, more: Iterable[Sampled], most: int) -> Series:
    """The series with more readings; where it gets too long, each second one between its ends goes.

    The first and the last are never dropped (1.6 errata 3.91).
    """
    for reading in more:
        series = (*series, reading)
        while len(series) > most:
            between = series[1:-1]
            series = (series[0], *between[1::2], series[-1])
    return series
