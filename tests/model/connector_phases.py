"""A connector in each of its phases, and how tables of what follows from an input are read."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from attrs import evolve

from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Authorized, Grant, Input, Observe, Present, SetAvailability, StopSession
from ocppsim.model.session import StopReason
from tests.model.connector_bench import PLENTY_W, TAG, Bench, bench

Given: TypeAlias = "Callable[[Bench], Input]"
Table: TypeAlias = "Mapping[str, tuple[Given, str]]"
"""By the name of an input: the input, and a row for each phase."""


def available() -> Bench:
    return bench()


def plugged() -> Bench:
    made = bench()
    made.plug()
    return made


def asking() -> Bench:
    """A tag is shown and not decided yet; no cable."""
    made = bench()
    made.do(Present(TAG))
    return made


def armed() -> Bench:
    """A tag is accepted and waits for the cable."""
    made = asking()
    made.do(Authorized(TAG))
    return made


def starting() -> Bench:
    """The session has begun, its share of power is not decided."""
    made = armed()
    made.plug()
    return made


def charging() -> Bench:
    made = starting()
    made.do(Grant(PLENTY_W))
    return made


def paused() -> Bench:
    """The EV takes nothing."""
    made = charging()
    made.look(ev_ready=False)
    return made


def starved() -> Bench:
    """The station grants nothing."""
    made = charging()
    made.do(Grant(0.0))
    return made


def finishing() -> Bench:
    made = charging()
    made.do(StopSession(StopReason.REMOTE))
    return made


def unavailable() -> Bench:
    made = bench()
    made.do(SetAvailability(operative=False))
    return made


def faulted() -> Bench:
    made = bench()
    made.look(fault=Fault.GROUND)
    return made


def cut_short() -> Bench:
    """The station went down and is up again; the session is still to be closed."""
    made = charging()
    made.cut()
    return made


PHASES: Mapping[str, Callable[[], Bench]] = {
    phase.__name__: phase
    for phase in (
        available,
        plugged,
        asking,
        armed,
        starting,
        charging,
        paused,
        starved,
        finishing,
        unavailable,
        faulted,
        cut_short,
    )
}


def world(**changes: Any) -> Given:
    """The world changes: fields of Facts."""
    return lambda made: Observe(evolve(made.c.facts, **changes))


def always(what: Input) -> Given:
    return lambda made: what


def rows(table: Table) -> list[tuple[str, str]]:
    """The name of the input and one row, for each row."""
    return [
        (name, " ".join(row.split()))
        for name, (_, text) in table.items()
        for row in text.splitlines()
        if row.strip()
    ]


def check(given: Given, row: str) -> None:
    phase, verdict, status, *happened = row.split()
    made = PHASES[phase]()
    assert made.do(given(made)).name.lower() == verdict
    assert made.status() is Status[status.upper()]
    assert made.kinds == [word for word in happened if word != "-"]
