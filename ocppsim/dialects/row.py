"""What a request is to this dialect: a row of a table."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.model.commands import Command
from ocppsim.model.inputs import Verdict
from ocppsim.values import frozen


@frozen
class Row:
    """One request: how it becomes a command, and how the answer to that becomes the response."""

    command: Callable[[Any], Command[Any]]
    response: Callable[[Any], object]


def words(response: Callable[[Any], object], words: Mapping[Any, str]) -> Callable[[Any], object]:
    """The response for each verdict; a verdict that the request cannot have is our bug (KeyError)."""
    return lambda verdict: response(words[verdict])


ACCEPTED_OR_NOT: Mapping[Any, str] = {Verdict.ACCEPTED: "Accepted", Verdict.REJECTED: "Rejected"}
