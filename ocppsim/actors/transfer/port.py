"""What a station needs of file transfers."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol, TypeAlias

from ocppsim.model.specification import Specification


class Failure(Enum):
    """Why a transfer failed. Those for which another try is of no use are `final`."""

    BROKEN = auto()  # the other machine or the way to it
    DENIED = auto()
    BAD_LOCATION = auto()
    NOT_SUPPORTED = auto()

    @property
    def final(self) -> bool:
        return self in (Failure.BAD_LOCATION, Failure.NOT_SUPPORTED)


class TransferFailed(Exception):
    """A transfer that did not succeed; the words hold nothing of the location but host and port."""

    def __init__(self, why: Failure, words: str) -> None:
        super().__init__(words)
        self.why = why


class Transfers(Protocol):
    """One attempt each; raises TransferFailed. Whoever waits may be cancelled at once."""

    async def download(self, location: str) -> bytes:
        """Fetch a file; its SHA-256."""

    async def upload(self, location: str, name: str, content: bytes) -> None:
        """Put a file of this name into a folder, or what the location says into its place."""


MakeTransfers: TypeAlias = Callable[[Specification], Transfers]
