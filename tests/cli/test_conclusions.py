"""How a fleet's commands end, by what its summary says."""

from collections.abc import Callable

import attrs
import pytest

from ocppsim.cli import demo, run
from ocppsim.cli.exits import CommandEnded, Exit
from ocppsim.cli.output import OutputConsole
from ocppsim.terminal.totals import Summary

NOTHING = {attribute.name: 0 for attribute in attrs.fields(Summary)}
GOOD = {"stations": 2, "booted": 2, "sessions_completed": 4, "causes": {}}
UNBOOTED = CommandEnded(Exit.BLOCKED, "no station got as far as an accepted boot: connection refused")
LATE = "the central system did not answer everything in time"


def summary(**totals: object) -> Summary:
    words = {"store_trouble": "", "secrets_trouble": ""}
    return Summary(**{**NOTHING, **words, **GOOD, **totals})  # type: ignore[arg-type]  # as a table of cases


def run_ends(total: Summary, *, said_all: bool = True, wanted: bool = False) -> Exit:
    return run.conclude(total, UNBOOTED, said_all=said_all, wanted=wanted)


def demo_ends(total: Summary, *, said_all: bool = True) -> Exit:
    show = demo.Show(2, 1, 1.0, 60.0, live=False, as_json=True)
    return demo._conclude(total, None, OutputConsole(stderr=True), show, 60.0, said_all=said_all)


@pytest.mark.parametrize("ends", [run_ends, demo_ends])
def test_what_was_not_answered_is_a_failure(ends: Callable[..., Exit]) -> None:
    """Also where stations have ended in good order: after ten seconds they wait no longer."""
    assert ends(summary()) is Exit.DONE
    for total, said_all in ((summary(unsent=1), True), (summary(), False)):
        with pytest.raises(CommandEnded, match=LATE) as ended:
            ends(total, said_all=said_all)
        assert ended.value.code is Exit.FAILED


def test_a_run_that_somebody_ends_need_not_have_booted() -> None:
    assert run_ends(summary(booted=0), wanted=True) is Exit.DONE
    with pytest.raises(CommandEnded, match="accepted boot: connection refused") as ended:
        run_ends(summary(booted=0, unsent=3))
    assert ended.value.code is Exit.BLOCKED


@pytest.mark.parametrize("ends", [run_ends, demo_ends])
def test_errors_of_our_own_come_first(ends: Callable[..., Exit]) -> None:
    with pytest.raises(CommandEnded, match="1 errors of our own") as ended:
        ends(summary(internal_errors=1, unsent=1, booted=0))
    assert ended.value.code is Exit.OURS
