"""What a version of OCPP has no message for is over at once, so that nobody waits for it."""

from types import SimpleNamespace
from typing import cast

from ocppsim.actors.desk.block import Block, Life
from ocppsim.actors.messages import Outcome
from ocppsim.dialects.v201 import Dialect201
from ocppsim.model.security import SecurityEvent, SecurityReport


def test_an_announcement_that_cannot_be_said_ends_as_if_it_was_taken() -> None:
    context = SimpleNamespace(dialect=Dialect201())
    block = Block(cast("Life", SimpleNamespace(context=context)))
    outcomes: list[Outcome] = []
    block.say(SecurityReport(SecurityEvent.STARTUP, 0.0, ""), ended=outcomes.append)
    assert [outcome.why for outcome in outcomes] == [None]
