"""What an action is: its name, its two messages, and who may send it."""

from enum import Enum
from typing import ClassVar, Generic, TypeVar

from ocppsim.values import frozen

R_co = TypeVar("R_co", covariant=True)


class Message(Generic[R_co]):
    """Base of the requests that are answered with an `R_co`. The wire names of fields are camelCase."""

    __slots__ = ()
    action: ClassVar[str]


class Sender(Enum):
    STATION = "station"
    CENTRAL_SYSTEM = "central system"
    BOTH = "both"


@frozen
class Action:
    """One row of a version's table of actions."""

    request: type[Message[object]]
    response: type
    sender: Sender
    profile: str

    @property
    def name(self) -> str:
        return self.request.action
