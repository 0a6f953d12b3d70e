"""The dialect of OCPP 1.6 as one object."""

from collections.abc import Mapping
from typing import Any

from ocppsim.dialects.dialect import Draft, KeyChange, Shown
from ocppsim.dialects.translation import Translation
from ocppsim.dialects.v16 import announcements, answers, keys, messages, requests, smart_charging
from ocppsim.dialects.v16.key import LARGEST
from ocppsim.model.announcement import Announcement
from ocppsim.model.commands import Command, KeyReport
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault as ConnectorFault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.metering import Series
from ocppsim.model.registration import BootReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.protocol import schemas, v16
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.errors import V16_CODES, Fault, Refusal
from ocppsim.protocol.frames import Payload
from ocppsim.protocol.v16 import core
from ocppsim.values import frozen

_NOTHING_OFF = Settings()


@frozen
class Dialect16(Translation):
    """See `Dialect`."""

    VERSION = "v16"
    ACTIONS = v16.ACTIONS
    ROWS = requests.ROWS
    ANSWERS = answers.ANSWERS

    @property
    def subprotocol(self) -> str:
        return v16.SUBPROTOCOL

    @property
    def codes(self) -> Mapping[Fault, str]:
        return V16_CODES

    @property
    def has_sessions(self) -> bool:
        return True

    # -- what the central system says

    def command(self, action: str, payload: Payload, settings: Settings = _NOTHING_OFF) -> Command[Any]:
        row = requests.ROWS.get(action)
        if row is None or (settings.off and v16.ACTIONS[action].profile in settings.off):
            raise _unknown(action)
        if settings.off:
            payload = smart_charging.without_what_is_off(action, payload, settings.off)
        return self._command(row, action, payload)

    # -- what the station says

    def boot(self, specification: Specification, reason: BootReason = BootReason.POWER_UP) -> Draft:
        del reason  # 1.6 does not tell it
        return self._draft(messages.boot(specification))

    def heartbeat(self) -> Draft:
        return _HEARTBEAT

    def authorize(self, tag: str) -> Draft:
        return self._draft(core.Authorize(tag))

    def status(
        self, number: int, status: Status, fault: ConnectorFault | None, at: float, unplugged: bool = False
    ) -> Draft:
        return self._draft(messages.status(number, status, fault, at, unplugged))

    def begun(self, number: int, what: Begun, offset_s: float) -> Draft:
        return self._draft(messages.begun(number, what, offset_s))

    def sampled(self, number: int, what: Sampled, settings: Settings, offset_s: float) -> Draft:
        return self._draft(messages.sampled(number, what, settings, offset_s))

    def ended(
        self, number: int, what: Ended, settings: Settings, offset_s: float, series: Series = ()
    ) -> Draft:
        del number  # 1.6 names the transaction alone
        return self._draft(messages.ended(what, settings, offset_s, series))

    def alike(self, one: Shown, other: Shown) -> bool:
        return one == other

    def announce(self, what: Announcement) -> Draft:
        return self._draft(announcements.MESSAGES[type(what)](what))

    def with_transaction(self, payload: Payload, transaction_id: int) -> Payload:
        return {**payload, "transactionId": transaction_id}

    # -- configuration

    def settings(self, specification: Specification, changed: Mapping[str, str]) -> Settings:
        return keys.settings(specification, changed)

    def misfit(self, specification: Specification) -> str | None:
        return keys.misfit(specification)

    def change_key(
        self, specification: Specification, changed: Mapping[str, str], key: str, value: str
    ) -> KeyChange:
        return keys.change(specification, changed, key, value)

    def effective_keys(
        self, specification: Specification, changed: Mapping[str, str], at_boot: Mapping[str, str]
    ) -> Mapping[str, str]:
        return keys.effective(specification, changed, at_boot)

    def report_keys(
        self, specification: Specification, changed: Mapping[str, str], names: tuple[str, ...]
    ) -> KeyReport:
        return keys.report(specification, changed, names)

    def with_heartbeat_interval(self, changed: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        return {**changed, "HeartbeatInterval": str(min(max(round(seconds), 1), LARGEST))}

    def with_security_profile(self, changed: Mapping[str, str], profile: int) -> Mapping[str, str]:
        return {**changed, "SecurityProfile": str(profile)}


_HEARTBEAT = Draft("Heartbeat", {})


def _unknown(action: str) -> Refusal:
    """No request that this station takes: of the wrong direction, not offered here, or no action at all."""
    known = v16.ACTIONS.get(action)
    if known is not None and known.sender is Sender.STATION:
        return Refusal(Fault.NOT_SUPPORTED, f"{action} is what a station says")
    if schemas.known("v16", f"{action}Response"):
        return Refusal(Fault.NOT_SUPPORTED, f"{action} is not offered by this station")
    return Refusal(Fault.NOT_IMPLEMENTED, f"no action {action!r:.60}")
