"""A connection that is read by lines or by pieces."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import trio

from ocppsim.actors.transfer.place import Place
from ocppsim.actors.transfer.port import Failure, TransferFailed

PIECE = 64 * 1024
LONGEST_LINE = 8 * 1024


class Line:
    """One TCP connection, perhaps under TLS."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self._rest = b""

    async def send(self, data: bytes) -> None:
        await self.stream.send_all(data)

    async def piece(self) -> bytes:
        """What has come; empty at the end."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        return bytes(await self.stream.receive_some(PIECE))

    async def text(self) -> str:
        """The next line, without its end."""
        while b"\n" not in self._rest:
            more = bytes(await self.stream.receive_some(PIECE))
            if not more:
                raise TransferFailed(Failure.BROKEN, "the server ended the connection")
            self._rest += more
            if len(self._rest) > LONGEST_LINE:
                raise TransferFailed(Failure.BROKEN, "the server sent a line without end")
        line, _, self._rest = self._rest.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    async def end(self) -> None:
        """Say that nothing more comes, and let the other side know at once."""
        await self.stream.aclose()


Connect: TypeAlias = Callable[[Place], Awaitable[Line]]


@asynccontextmanager
async def connected(connect: Connect, where: Place) -> AsyncIterator[Line]:
    """A connection that is closed afterwards, without a word where something went wrong."""
    line = await connect(where)
    try:
        yield line
    finally:
        await trio.aclose_forcefully(line.stream)
