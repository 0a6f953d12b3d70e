"""What a station can do wrong in the eyes of the central system."""

from enum import Enum

from ocppsim.values import frozen


class Breach(Enum):
    """The rules that a station can break."""

    UNREADABLE = "unreadable message"
    INVALID = "message against its schema"
    WRONG_ACTION = "action that no station sends"
    LONG_MESSAGE_ID = "message id of more than 36 characters"
    MESSAGE_ID_REUSED = "one message id for two messages"
    OVERLAP = "CALL before the last one was answered"
    UNASKED_ANSWER = "answer to no open call"
    INVALID_ANSWER = "answer against its schema"
    ERROR_CODE = "error code that OCPP does not know"

    NOT_ACCEPTED = "message before the boot was accepted"
    EARLY_BOOT = "boot before the interval was over"
    STATUS_OF_ZERO = "status that connector 0 cannot have"

    DOUBLE_START = "start while a transaction is open"
    START_OF_ZERO = "start on connector 0"
    UNKNOWN_TRANSACTION = "transaction that was never started"
    ENDED_TRANSACTION = "transaction that has ended"
    OTHER_CONNECTOR = "transaction of another connector"
    REPEATED = "second message for one event"

    REGISTER_BACK = "energy register went back"
    TIME_BACK = "time went back"
    FUTURE = "time in the future"
    NO_NUMBER = "measured value that is no number"
    TOO_MUCH_ENERGY = "more energy than the power allows"


@frozen
class Finding:
    """One breach: who, when (POSIX seconds), which rule, in words."""

    time: float
    identity: str
    rule: Breach
    text: str

    def __str__(self) -> str:
        return f"{self.identity}: {self.rule.value}: {self.text}"
