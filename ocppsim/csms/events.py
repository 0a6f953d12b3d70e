"""What a listener of the central system is told. Times are POSIX seconds of station time."""

from collections.abc import Callable
from typing import TypeAlias

from ocppsim.csms.findings import Finding
from ocppsim.protocol.actions import Sender
from ocppsim.values import frozen


@frozen
class Connected:
    time: float
    identity: str


@frozen
class Disconnected:
    """A connection ended, with the close code and reason that this side saw."""

    time: float
    identity: str
    code: int
    reason: str


@frozen
class FrameSeen:
    """One frame, received or about to be sent."""

    time: float
    identity: str
    sender: Sender
    text: str | bytes


@frozen
class HandshakeFailed:
    """Somebody connected and did not become a peer."""

    time: float
    reason: str


Event: TypeAlias = Connected | Disconnected | FrameSeen | HandshakeFailed | Finding
Listener: TypeAlias = Callable[[Event], None]
