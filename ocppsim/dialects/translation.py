"""What the dialects of all versions do the same way: look up tables, check schemas, load and dump classes."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from ocppsim.dialects.dialect import Draft, InvalidMessage, Reading
from ocppsim.dialects.row import Row
from ocppsim.model.answers import CallAnswer
from ocppsim.model.commands import Command
from ocppsim.protocol import convert, schemas
from ocppsim.protocol.actions import Action, Message
from ocppsim.protocol.errors import Fault, Refusal, Violation
from ocppsim.protocol.frames import Payload
from ocppsim.values import frozen


@frozen
class Translation:
    """The tables of a version are set by its class; its words are its own business.

    `strict` validates by schema, both ways; without it only what is needed is read.
    """

    VERSION: ClassVar[schemas.Version]
    ACTIONS: ClassVar[Mapping[str, Action]]
    ROWS: ClassVar[Mapping[str, Row]]
    ANSWERS: ClassVar[Mapping[str, Callable[[Any], CallAnswer]]]

    strict: bool = True
    refuse_invalid: bool = False  # an answer that breaks its schema counts as none

    def says(self, action: str) -> bool:
        return action in self.ACTIONS

    def response(self, action: str, answer: object) -> Payload:
        return self._dump(f"{action}Response", self.ROWS[action].response(answer))

    def read(self, action: str, payload: Payload) -> Reading:
        return self._read(action, payload) if payload else _read_empty(self, action)

    def _read(self, action: str, payload: Payload) -> Reading:
        violations = self._violations(f"{action}Response", payload)
        if violations and self.refuse_invalid:
            return Reading(None, violations)
        response, mean = self.ACTIONS[action].response, self.ANSWERS[action]
        if self.strict and not violations:
            try:
                return Reading(mean(convert.load(payload, response)), ())
            except convert.Unreadable as error:  # as its schema has it, but no value of ours: a leap second
                violations = (_unreadable(error),)
        message: object
        try:
            message = convert.load_leniently(payload, response)
        except convert.Unreadable as error:
            return Reading(None, (*violations, _unreadable(error)))
        return Reading(mean(message), violations)

    def _command(self, row: Row, action: str, payload: Payload) -> Command[Any]:
        if violations := self._violations(schemas.request_name(self.VERSION, action), payload):
            raise Refusal.of(violations)
        try:
            request = convert.load(payload, self.ACTIONS[action].request)
        except convert.Unreadable as error:
            raise Refusal(Fault.PROPERTY, str(error)) from error
        return row.command(request)

    def _draft(self, message: Message[object]) -> Draft:
        return Draft(message.action, self._dump(schemas.request_name(self.VERSION, message.action), message))

    def _dump(self, name: str, message: object) -> Payload:
        payload = convert.dump(message)
        if violations := self._violations(name, payload):
            raise InvalidMessage(name, violations)
        return payload

    def _violations(self, name: str, payload: Payload) -> tuple[Violation, ...]:
        return schemas.violations(self.VERSION, name, payload) if self.strict else ()


@lru_cache
def _read_empty(translation: Translation, action: str) -> Reading:
    """Most answers are empty, and an empty one means the same each time."""
    return translation._read(action, {})


def _unreadable(error: convert.Unreadable) -> Violation:
    return Violation("", "readable", str(error))
