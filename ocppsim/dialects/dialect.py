"""What every dialect can do. Actors know this and no version."""

from collections.abc import Mapping
from typing import Any, Protocol

from ocppsim.model.announcement import Announcement
from ocppsim.model.answers import CallAnswer
from ocppsim.model.commands import Command, KeyReport, KeyVerdict
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault as ConnectorFault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.metering import Series
from ocppsim.model.registration import BootReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.protocol.errors import Fault, Violation
from ocppsim.protocol.frames import Payload
from ocppsim.values import frozen

Shown = tuple[Status, ConnectorFault | None]
"""A status, and the fault that goes with it."""


class InvalidMessage(Exception):
    """A message of our own that breaks its schema: our bug, or a value that nobody checked. Never sent."""

    def __init__(self, action: str, violations: tuple[Violation, ...]) -> None:
        super().__init__(f"{action}: " + "; ".join(map(str, violations)))


@frozen
class Draft:
    """A message ready to be sent."""

    action: str
    payload: Payload


@frozen
class Reading:
    """The central system's answer to a CALL of ours: None where it could not be used."""

    answer: CallAnswer | None
    violations: tuple[Violation, ...]


@frozen
class KeyChange:
    """The word on a change of a key, and the keys that differ from their initial values afterwards."""

    verdict: KeyVerdict
    changed: Mapping[str, str]


class Dialect(Protocol):
    """Stateless: one object serves a whole fleet. Each message made raises InvalidMessage if it is none."""

    @property
    def subprotocol(self) -> str: ...

    @property
    def codes(self) -> Mapping[Fault, str]: ...

    @property
    def has_sessions(self) -> bool:
        """Whether it can tell of them; without, a station has none."""

    def says(self, action: str) -> bool:
        """Whether the version has a message of this name."""

    # what the central system says

    def command(self, action: str, payload: Payload, settings: Settings = ...) -> Command[Any]:
        """What is asked; raises Refusal, also for what the settings switch off."""

    def response(self, action: str, answer: object) -> Payload:
        """The response to an action, from the station's word on its command."""

    def read(self, action: str, payload: Payload) -> Reading:
        """The answer to a CALL of ours."""

    # what the station says

    def boot(self, specification: Specification, reason: BootReason = ...) -> Draft: ...

    def heartbeat(self) -> Draft: ...

    def authorize(self, tag: str) -> Draft: ...

    def status(
        self, number: int, status: Status, fault: ConnectorFault | None, at: float, unplugged: bool = False
    ) -> Draft | None:
        """Of a connector, or of the station as connector 0; None where the version has no message for it.

        `unplugged` says that there is a cable without an EV.
        """

    def alike(self, one: Shown, other: Shown) -> bool:
        """Whether the two are told by the same message."""

    def begun(self, number: int, what: Begun, offset_s: float) -> Draft: ...

    def sampled(self, number: int, what: Sampled, settings: Settings, offset_s: float) -> Draft: ...

    def ended(
        self, number: int, what: Ended, settings: Settings, offset_s: float, series: Series = ()
    ) -> Draft:
        """`series` are the readings of the session that are told with its end."""

    def announce(self, what: Announcement) -> Draft | None:
        """None where the version has no message for it."""

    def with_transaction(self, payload: Payload, transaction_id: int) -> Payload:
        """A message of a session with the id that the central system gave it."""

    # configuration; `changed` holds the keys that differ from the specification's initial values

    def settings(self, specification: Specification, changed: Mapping[str, str]) -> Settings: ...

    def misfit(self, specification: Specification) -> str | None:
        """Why the station cannot have an initial value of its keys."""

    def change_key(
        self, specification: Specification, changed: Mapping[str, str], key: str, value: str
    ) -> KeyChange: ...

    def report_keys(
        self, specification: Specification, changed: Mapping[str, str], names: tuple[str, ...]
    ) -> KeyReport:
        """Raises Refusal where too many are named."""

    def effective_keys(
        self, specification: Specification, changed: Mapping[str, str], at_boot: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The keys that count: some changes wait for a reboot."""

    def with_heartbeat_interval(self, changed: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        """The keys after a boot that set the interval."""

    def with_security_profile(self, changed: Mapping[str, str], profile: int) -> Mapping[str, str]:
        """The keys after a change of the security profile."""
