"""What can be wrong with a message, and the CALLERROR code that each version has for it."""

from collections.abc import Mapping
from enum import Enum, auto

import attrs

from ocppsim.values import frozen


class Fault(Enum):
    """What is wrong with a CALL. Where several things are, the one that stands first here is reported."""

    UNREADABLE = auto()
    MESSAGE_TYPE = auto()
    FORMATION = auto()
    PAYLOAD = auto()
    NOT_IMPLEMENTED = auto()
    NOT_SUPPORTED = auto()
    TYPE = auto()
    REQUIRED = auto()
    ADDITIONAL = auto()
    PROPERTY = auto()
    INTERNAL = auto()
    REJECTED = auto()  # the station was told that it is not welcome, and does nothing for anybody


V16_CODES: Mapping[Fault, str] = {
    Fault.FORMATION: "FormationViolation",
    Fault.PAYLOAD: "FormationViolation",
    Fault.NOT_IMPLEMENTED: "NotImplemented",
    Fault.NOT_SUPPORTED: "NotSupported",
    Fault.TYPE: "TypeConstraintViolation",
    Fault.REQUIRED: "OccurenceConstraintViolation",
    Fault.ADDITIONAL: "FormationViolation",
    Fault.PROPERTY: "PropertyConstraintViolation",
    Fault.INTERNAL: "InternalError",
}
"""OCPP-J 1.6, 4.2.3, letter by letter ("Occurence" with one r). A fault without a code gets no answer."""

V201_CODES: Mapping[Fault, str] = {
    Fault.UNREADABLE: "RpcFrameworkError",
    Fault.MESSAGE_TYPE: "MessageTypeNotSupported",
    Fault.FORMATION: "RpcFrameworkError",
    Fault.PAYLOAD: "FormatViolation",
    Fault.NOT_IMPLEMENTED: "NotImplemented",
    Fault.NOT_SUPPORTED: "NotSupported",
    Fault.TYPE: "TypeConstraintViolation",
    Fault.REQUIRED: "OccurrenceConstraintViolation",
    Fault.ADDITIONAL: "FormatViolation",
    Fault.PROPERTY: "PropertyConstraintViolation",
    Fault.INTERNAL: "InternalError",
    Fault.REJECTED: "SecurityError",
}
"""OCPP-J 2.0.1, 4.3."""

UNREADABLE_ID = "-1"
"""The id of an answer to what had none that could be read, in the versions that answer it."""

_RULES = {"type": Fault.TYPE, "required": Fault.REQUIRED, "additionalProperties": Fault.ADDITIONAL}


@frozen
class Violation:
    """One breach of a schema: where, which rule, in words."""

    path: str
    rule: str
    message: str

    @property
    def fault(self) -> Fault:
        return _RULES.get(self.rule, Fault.PROPERTY)

    def __str__(self) -> str:
        return f"{self.path or 'payload'}: {self.message} ({self.rule})"


class Refusal(Exception):
    """A CALL that ends as CALLERROR; `fault` chooses the code, the violations become errorDetails."""

    def __init__(self, fault: Fault, description: str = "", violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(fault.name, description)
        self.fault, self.description, self.violations = fault, description, violations

    @classmethod
    def of(cls, violations: tuple[Violation, ...]) -> "Refusal":
        """The refusal for breaches of a schema: the gravest gives code and description."""
        worst = min(violations, key=lambda violation: violation.fault.value)
        return cls(worst.fault, str(worst), violations)

    @property
    def details(self) -> dict[str, object]:
        if not self.violations:
            return {}
        return {"violations": [attrs.asdict(violation) for violation in self.violations]}
