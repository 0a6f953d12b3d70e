"""The dialect of OCPP 1.6 as one object."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ocppsim.dialects.dialect import Draft, InvalidMessage, KeyChange, Reading
from ocppsim.dialects.v16 import announcements, answers, keys, messages, requests
from ocppsim.dialects.v16.key import LARGEST
from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command, KeyReport
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault as ConnectorFault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.metering import Series
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.protocol import convert, schemas, v16
from ocppsim.protocol.actions import Message, Sender
from ocppsim.protocol.errors import V16_CODES, Fault, Refusal, Violation
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.v16 import core

_NOTHING_OFF = Settings()


@frozen
class Dialect16:
    """See `Dialect`. `strict` validates by schema, both ways; without it only what is needed is read."""

    strict: bool = True
    refuse_invalid: bool = False  # an answer that breaks its schema counts as none

    @property
    def subprotocol(self) -> str:
        return v16.SUBPROTOCOL

    @property
    def codes(self) -> Mapping[Fault, str]:
        return V16_CODES

    # -- what the central system says

    def command(self, action: str, payload: Payload, settings: Settings = _NOTHING_OFF) -> Command[Any]:
        row = requests.ROWS.get(action)
        if row is None or (settings.off and v16.ACTIONS[action].profile in settings.off):
            raise _unknown(action)
        if violations := self._violations(action, payload):
            raise Refusal.of(violations)
        try:
            request = convert.load(payload, v16.ACTIONS[action].request)
        except convert.Unreadable as error:
            raise Refusal(Fault.PROPERTY, str(error)) from error
        return row.command(request)

    def response(self, action: str, answer: object) -> Payload:
        return self._dump(f"{action}Response", requests.ROWS[action].response(answer))

    def read(self, action: str, payload: Payload) -> Reading:
        violations = self._violations(f"{action}Response", payload)
        if violations and self.refuse_invalid:
            return Reading(None, violations)
        response = v16.ACTIONS[action].response
        if self.strict and not violations:
            try:
                return Reading(answers.ANSWERS[action](convert.load(payload, response)), ())
            except convert.Unreadable as error:  # as its schema has it, but no value of ours: a leap second
                violations = (_unreadable(error),)
        message: object
        try:
            message = convert.load_leniently(payload, response)
        except convert.Unreadable as error:
            return Reading(None, (*violations, _unreadable(error)))
        return Reading(answers.ANSWERS[action](message), violations)

    # -- what the station says

    def boot(self, specification: Specification) -> Draft:
        return self._draft(messages.boot(specification))

    def heartbeat(self) -> Draft:
        return _HEARTBEAT

    def authorize(self, tag: str) -> Draft:
        return self._draft(core.Authorize(tag))

    def status(self, number: int, status: Status, fault: ConnectorFault | None, at: float) -> Draft:
        return self._draft(messages.status(number, status, fault, at))

    def begun(self, number: int, what: Begun, offset_s: float) -> Draft:
        return self._draft(messages.begun(number, what, offset_s))

    def sampled(self, number: int, what: Sampled, settings: Settings, offset_s: float) -> Draft:
        return self._draft(messages.sampled(number, what, settings, offset_s))

    def ended(
        self, number: int, what: Ended, settings: Settings, offset_s: float, series: Series = ()
    ) -> Draft:
        del number  # 1.6 names the transaction alone
        return self._draft(messages.ended(what, settings, offset_s, series))

    def announce(self, what: Announcement) -> Draft:
        return self._draft(announcements.MESSAGES[type(what)](what))

    def with_transaction(self, payload: Payload, transaction_id: int) -> Payload:
        return {**payload, "transactionId": transaction_id}

    # -- configuration

    def settings(self, specification: Specification, changed: Mapping[str, str]) -> Settings:
        return keys.settings(specification, changed)

    def change_key(
        self, specification: Specification, changed: Mapping[str, str], key: str, value: str
    ) -> KeyChange:
        return keys.change(specification, changed, key, value)

    def effective_keys(self, changed: Mapping[str, str], at_boot: Mapping[str, str]) -> Mapping[str, str]:
        return keys.effective(changed, at_boot)

    def report_keys(
        self, specification: Specification, changed: Mapping[str, str], names: tuple[str, ...]
    ) -> KeyReport:
        return keys.report(specification, changed, names)

    def with_heartbeat_interval(self, changed: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        return {**changed, "HeartbeatInterval": str(min(max(round(seconds), 1), LARGEST))}

    def with_security_profile(self, changed: Mapping[str, str], profile: int) -> Mapping[str, str]:
        return {**changed, "SecurityProfile": str(profile)}

    # -- both ways

    def _draft(self, message: Message[object]) -> Draft:
        return Draft(message.action, self._dump(message.action, message))

    def _dump(self, name: str, message: object) -> Payload:
        payload = convert.dump(message)
        if violations := self._violations(name, payload):
            raise InvalidMessage(name, violations)
        return payload

    def _violations(self, name: str, payload: Payload) -> tuple[Violation, ...]:
        return schemas.violations("v16", name, payload) if self.strict else ()


_HEARTBEAT = Draft("Heartbeat", {})


def _unreadable(error: convert.Unreadable) -> Violation:
    return Violation("", "readable", str(error))


def _unknown(action: str) -> Refusal:
    """No request that this station takes: of the wrong direction, not offered here, or no action at all."""
    known = v16.ACTIONS.get(action)
    if known is not None and known.sender is Sender.STATION:
        return Refusal(Fault.NOT_SUPPORTED, f"{action} is what a station says")
    if schemas.known("v16", f"{action}Response"):
        return Refusal(Fault.NOT_SUPPORTED, f"{action} is not offered by this station")
    return Refusal(Fault.NOT_IMPLEMENTED, f"no action {action!r:.60}")
