"""The dialect of OCPP 2.0.1 as one object.

It has no transactions and no device model yet: a station that speaks it boots, reports, beats and clears its
cache. What else it is asked is NotImplemented; tags are refused, since no message could ask about them.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from attrs import evolve

from ocppsim.dialects.dialect import Draft, InvalidMessage, KeyChange, Shown
from ocppsim.dialects.translation import Translation
from ocppsim.dialects.v201 import authorization, availability, provisioning
from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command, KeyReport, KeyVerdict
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault as ConnectorFault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.metering import Series
from ocppsim.model.registration import BootReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.protocol import v201
from ocppsim.protocol.errors import V201_CODES, Fault, Refusal, Violation
from ocppsim.protocol.frames import Payload
from ocppsim.values import frozen

_DEFAULTS = Settings()

HEARTBEAT = "OCPPCommCtrlr.HeartbeatInterval"
"""The variable under which a station remembers what the answer to its boot said."""


@frozen
class Dialect201(Translation):
    """See `Dialect`. `older` offers the subprotocol of 2.0, whose messages of these blocks are the same."""

    VERSION = "v201"
    ACTIONS = v201.ACTIONS
    ROWS = authorization.ROWS
    ANSWERS = {**availability.ANSWERS, **provisioning.ANSWERS}  # noqa: RUF012 -- a ClassVar of the base

    older: bool = False

    @property
    def subprotocol(self) -> str:
        return v201.OLDER_SUBPROTOCOL if self.older else v201.SUBPROTOCOL

    @property
    def codes(self) -> Mapping[Fault, str]:
        return V201_CODES

    @property
    def has_sessions(self) -> bool:
        return False

    # -- what the central system says

    def command(self, action: str, payload: Payload, settings: Settings = _DEFAULTS) -> Command[Any]:
        del settings  # none of these messages can be switched off
        row = self.ROWS.get(action)
        if row is None:
            raise Refusal(Fault.NOT_IMPLEMENTED, f"{action!r:.60} is not there yet")
        return self._command(row, action, payload)

    # -- what the station says

    def boot(self, specification: Specification, reason: BootReason = BootReason.POWER_UP) -> Draft:
        return self._draft(provisioning.boot(specification, reason))

    def heartbeat(self) -> Draft:
        return _HEARTBEAT

    def authorize(self, tag: str) -> Draft:
        del tag
        _not_yet("Authorize")

    def status(
        self, number: int, status: Status, fault: ConnectorFault | None, at: float, unplugged: bool = False
    ) -> Draft | None:
        """The station as a whole has no status of this kind, a fault no code, and a cable no word."""
        del unplugged
        return None if number == 0 else self._draft(availability.status(number, status, at))

    def alike(self, one: Shown, other: Shown) -> bool:
        return availability.word(one[0]) == availability.word(other[0])

    def begun(self, number: int, what: Begun, offset_s: float) -> Draft:
        _not_yet("TransactionEvent")

    def sampled(self, number: int, what: Sampled, settings: Settings, offset_s: float) -> Draft:
        _not_yet("TransactionEvent" if what.session is not None else "MeterValues")

    def ended(
        self, number: int, what: Ended, settings: Settings, offset_s: float, series: Series = ()
    ) -> Draft:
        _not_yet("TransactionEvent")

    def announce(self, what: Announcement) -> None:
        return None

    def with_transaction(self, payload: Payload, transaction_id: int) -> Payload:
        return payload  # there are no messages of sessions

    # -- configuration: no device model yet, so nothing can be read or set from outside

    def settings(self, specification: Specification, changed: Mapping[str, str]) -> Settings:
        return evolve(_DEFAULTS, heartbeat_s=float(changed.get(HEARTBEAT, _DEFAULTS.heartbeat_s)))

    def misfit(self, specification: Specification) -> str | None:
        return None

    def change_key(
        self, specification: Specification, changed: Mapping[str, str], key: str, value: str
    ) -> KeyChange:
        return KeyChange(KeyVerdict.NOT_SUPPORTED, changed)

    def effective_keys(
        self, specification: Specification, changed: Mapping[str, str], at_boot: Mapping[str, str]
    ) -> Mapping[str, str]:
        return changed

    def report_keys(
        self, specification: Specification, changed: Mapping[str, str], names: tuple[str, ...]
    ) -> KeyReport:
        return KeyReport({}, names)

    def with_heartbeat_interval(self, changed: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        return {**changed, HEARTBEAT: str(max(round(seconds), 1))}

    def with_security_profile(self, changed: Mapping[str, str], profile: int) -> Mapping[str, str]:
        return changed


_HEARTBEAT = Draft("Heartbeat", {})


def _not_yet(action: str) -> NoReturn:
    """The caller treats it as a message that cannot be made: it is not sent, and said in the trace."""
    raise InvalidMessage(action, (Violation("", "version", "not there yet in OCPP 2.0.1"),))
