"""The seam between the central system and whatever carries its texts: a websocket, or a pipe in memory."""

from typing import Protocol


class ChannelClosed(Exception):
    """The connection is over. `code` is the websocket close code, 1006 when there was no Close frame."""

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(f"closed {code} {reason}".rstrip())
        self.code, self.reason = code, reason


class Channel(Protocol):
    """One open connection of a station. A send or receive after its end raises ChannelClosed."""

    async def send(self, text: str) -> None:
        """Write one text frame."""

    async def receive(self) -> str | bytes:
        """The next frame; bytes for a binary one. Cancelling it loses nothing."""

    def unread(self) -> bool:
        """Whether a frame has arrived that nobody received yet."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close cleanly: a Close frame each way, at most two seconds of wire time. Never raises."""

    def drop(self) -> None:
        """Break the connection without a Close frame."""
