"""What the central system writes in return for a CALL: a pure function of frame, rules and record."""

from collections.abc import Callable

from ocppsim.csms.answers import Answers, read
from ocppsim.csms.behaviour import Answer, Behaviour, Close, Drop, Effect, Garble, Refuse, Silent
from ocppsim.csms.findings import Breach
from ocppsim.csms.garble import garbled
from ocppsim.csms.record import StationRecord
from ocppsim.csms.registration import BOOT
from ocppsim.protocol import frames, v16
from ocppsim.protocol.errors import V16_CODES, Fault, Refusal
from ocppsim.protocol.frames import Call, Malformed
from ocppsim.values import frozen

_DELIVERED_ONCE = frozenset({"StartTransaction", "MeterValues", "StopTransaction"})
"""Stations resend these under the same id until they are answered; a resend must not count twice."""

_BREACHES = {Fault.NOT_SUPPORTED: Breach.WRONG_ACTION, Fault.NOT_IMPLEMENTED: Breach.WRONG_ACTION}


@frozen
class Reply:
    """What to do in return for one CALL, after `delay_s` of wire time."""

    texts: tuple[str, ...] = ()
    delay_s: float = 0.0
    ending: Close | Drop | None = None
    to_sign: str | None = None  # a request for a certificate that was accepted


@frozen
class Responder:
    """Replies to CALLs. `is_tag_in_use` looks at the transactions of all stations."""

    answers: Answers
    behaviour: Behaviour
    is_tag_in_use: Callable[[str], bool]

    def reply(self, record: StationRecord, frame: Call | Malformed, text: str | bytes, now: float) -> Reply:
        if isinstance(frame, Malformed):
            return _malformed(record, frame, now)
        record.calls[frame.action if frame.action in v16.ACTIONS else "(unknown)"] += 1
        is_allowed = record.judge.registration.allows(frame.action)
        record.judge.called(now, frame.id, frame.action)
        decision = self.behaviour.decide(record.identity, frame.action, record.random)
        effect = decision.effect
        if not is_allowed and self.behaviour.refuse_before_boot and isinstance(effect, Answer | None):
            effect = Refuse("SecurityError", "the boot was not accepted")
        ending = effect if isinstance(effect, Close | Drop) else None
        lost = ending is not None or isinstance(effect, Silent)
        if isinstance(effect, Silent | Close | Drop) and not effect.processed:
            return Reply(delay_s=decision.delay_s, ending=ending)
        answer = self._answer(record, frame, str(text), effect, now, lost=lost)
        if isinstance(effect, Garble):
            return Reply(garbled(effect.how, frame.id, answer), decision.delay_s)
        to_sign = None
        if frame.action == "SignCertificate" and self.answers.signs and answer.startswith("[3,"):
            to_sign = str(frame.payload.get("csr"))
        return Reply(() if lost else (answer,), decision.delay_s, ending, to_sign)

    def _answer(
        self, record: StationRecord, call: Call, text: str, effect: Effect | None, now: float, *, lost: bool
    ) -> str:
        heard = record.heard(call.id)
        if heard is not None and heard.is_same(text):
            record.resent += 1
            if heard.answer is not None:
                return heard.answer
        elif heard is not None:
            record.judge.note(now, Breach.MESSAGE_ID_REUSED, f"{call.action:.40} {call.id:.60}")
        try:
            return self._process(record, call, text, effect, now, lost=lost)
        except Refusal as refusal:
            rule = _BREACHES.get(refusal.fault, Breach.INVALID)
            record.judge.note(now, rule, f"{call.action:.40}: {refusal.description:.300}")
            code = V16_CODES[refusal.fault]
            return frames.call_error(call.id, code, refusal.description, refusal.details)

    def _process(
        self, record: StationRecord, call: Call, text: str, effect: Effect | None, now: float, *, lost: bool
    ) -> str:
        message = read(call)
        if isinstance(effect, Refuse):
            record.judge.processed(now, message, None)
            return frames.call_error(call.id, effect.code, effect.description)
        in_use = self.is_tag_in_use(str(call.payload.get("idTag")))
        payload = self.answers.to(message, now, record.new_transaction_id, in_use=in_use)
        if isinstance(effect, Answer):
            payload = effect.over(payload)
        record.boots += call.action == BOOT
        record.judge.processed(now, message, payload, lost=lost)
        answer = frames.call_result(call.id, payload)
        record.remember(call.id, text, answer if call.action in _DELIVERED_ONCE else None)
        return answer


def _malformed(record: StationRecord, frame: Malformed, now: float) -> Reply:
    record.judge.note(now, Breach.UNREADABLE, frame.why)
    if frame.id is None or frame.fault not in V16_CODES:
        return Reply()
    return Reply((frames.call_error(frame.id, V16_CODES[frame.fault], frame.why),))
