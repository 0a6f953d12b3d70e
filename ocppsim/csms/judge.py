"""The judge of one station: it is told what the station does and notes what breaks the rules. Pure."""

from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime

from ocppsim.csms import transaction_rules
from ocppsim.csms.findings import Breach, Finding
from ocppsim.csms.ledger import Ledger
from ocppsim.csms.limits import Limits
from ocppsim.csms.registration import BOOT, Registration
from ocppsim.protocol.actions import Message
from ocppsim.protocol.errors import V16_CODES
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.v16 import core

MESSAGE_ID_LENGTH = 36
FINDINGS_KEPT = 1000

_STATUSES_OF_ZERO = frozenset({"Available", "Unavailable", "Faulted"})
_ERROR_CODES = frozenset(V16_CODES.values()) | {"ProtocolError", "SecurityError", "GenericError"}


class Judge:
    """Keeps the ledger of a station, its registration, and what it did wrong."""

    def __init__(
        self,
        identity: str,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        report: Callable[[Finding], object] = lambda _: None,
    ) -> None:
        self.identity, self.limits = identity, limits
        self.ledger = Ledger()
        self.registration = Registration()
        self.findings: deque[Finding] = deque(maxlen=FINDINGS_KEPT)
        self.breaches: Counter[Breach] = Counter()
        self._report = report

    def note(self, at: float, rule: Breach, text: str) -> None:
        finding = Finding(at, self.identity, rule, text)
        self.findings.append(finding)
        self.breaches[rule] += 1
        self._report(finding)

    def connected(self) -> None:
        """The station opened a connection."""
        self.registration.connected()

    def called(self, at: float, call_id: str, action: str) -> None:
        """A readable CALL arrived."""
        if len(call_id) > MESSAGE_ID_LENGTH:
            self.note(at, Breach.LONG_MESSAGE_ID, f"{action:.40}: {call_id:.60}")
        if not self.registration.allows(action):
            self.note(
                at, Breach.NOT_ACCEPTED, f"{action:.40} while {self.registration.status or 'not booted'}"
            )
        if action == BOOT:
            early_s = self.registration.earliest_boot() - at
            if self.limits.boot_s is not None and early_s > self.limits.boot_s:
                self.note(at, Breach.EARLY_BOOT, f"{early_s:.1f} s too early")
            self.registration.booting()

    def processed(
        self, at: float, message: Message[object], answer: Payload | None, *, lost: bool = False
    ) -> None:
        """A valid message got its answer: None for a CALLERROR; `lost` when the answer was not sent."""
        match message:
            case core.BootNotification() if answer is not None and not lost:
                self.registration.booted(at, answer)
            case core.StatusNotification():
                self._status(at, message)
            case core.StartTransaction():
                self._start(at, message, answer)
            case core.MeterValues():
                self._meter_values(at, message, answer)
            case core.StopTransaction():
                self._stop(at, message, answer)

    def triggered(self, action: str) -> None:
        """The station accepted a TriggerMessage."""
        self.registration.triggered(action)

    def overlapped(self, at: float, waiting_s: float) -> None:
        """A CALL arrived while an earlier one had been waiting for its answer for so long."""
        if waiting_s < self.limits.answer_s:
            self.note(at, Breach.OVERLAP, f"the last one arrived {waiting_s:.3f} s before")

    def error_code(self, at: float, code: str) -> None:
        """The station refused a CALL of ours."""
        if code not in _ERROR_CODES:
            self.note(at, Breach.ERROR_CODE, f"{code:.60}")

    def _status(self, at: float, message: core.StatusNotification) -> None:
        if message.connector_id == 0 and message.status not in _STATUSES_OF_ZERO:
            self.note(at, Breach.STATUS_OF_ZERO, message.status)
        if message.timestamp is not None:
            self._future(at, message.timestamp)

    def _start(self, at: float, message: core.StartTransaction, answer: Payload | None) -> None:
        self._future(at, message.timestamp)
        for rule, text in transaction_rules.on_start(self.ledger, message):
            self.note(at, rule, text)
        match answer:
            case {"transactionId": int(transaction_id)}:
                self.ledger.start(transaction_id, message)
            case _:
                self.ledger.refuse_start(message)

    def _meter_values(self, at: float, message: core.MeterValues, answer: Payload | None) -> None:
        for value in message.meter_value:
            self._future(at, value.timestamp)
        for rule, text in transaction_rules.on_meter_values(self.ledger, message, self.limits):
            self.note(at, rule, text)
        if answer is not None:
            self.ledger.meter(message)

    def _stop(self, at: float, message: core.StopTransaction, answer: Payload | None) -> None:
        self._future(at, message.timestamp)
        for rule, text in transaction_rules.on_stop(self.ledger, message, self.limits):
            self.note(at, rule, text)
        if answer is None:
            self.ledger.refuse_stop(message)
        else:
            self.ledger.stop(message)

    def _future(self, at: float, time: datetime) -> None:
        ahead_s = time.timestamp() - at
        if self.limits.future_s is not None and ahead_s > self.limits.future_s:
            self.note(at, Breach.FUTURE, f"{time:%FT%TZ} is {ahead_s:.0f} s ahead")
