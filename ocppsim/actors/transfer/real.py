"""Real transfers: ftp, http and https. Each has a bound on its size and on its time on the wire."""

import errno
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio
from attrs import field

from ocppsim import clock
from ocppsim.actors.transfer import ftp, http, place
from ocppsim.actors.transfer.line import Line
from ocppsim.actors.transfer.place import Place
from ocppsim.actors.transfer.port import Failure, MakeTransfers, TransferFailed
from ocppsim.actors.wire import tls
from ocppsim.values import frozen

WITHIN_S = 300.0
"""How long a transfer may take in all, in seconds of wire time."""

CONNECT_WITHIN_S = 15.0
MOST_BYTES = 256 * 2**20


@frozen
class Real:
    """See `Transfers`. `context` is for https."""

    context: Callable[[], ssl.SSLContext] = tls.default_context
    within_s: float = WITHIN_S
    most_bytes: int = MOST_BYTES
    connect_within_s: float = field(default=CONNECT_WITHIN_S)

    async def download(self, location: str) -> bytes:
        where = place.parse(location)
        async with self._bounded(where):
            if where.scheme == "ftp":
                return await ftp.fetch(where, self._connect, self.most_bytes)
            return await http.fetch(where, self._connect, self.most_bytes)

    async def upload(self, location: str, name: str, content: bytes) -> None:
        where = place.parse(location).for_file(name)
        async with self._bounded(where):
            if where.scheme == "ftp":
                await ftp.store(where, self._connect, content)
            else:
                await http.store(where, self._connect, content)

    @asynccontextmanager
    async def _bounded(self, where: Place) -> AsyncIterator[None]:
        """Within the time; whatever breaks the connection becomes a failure in plain words."""
        try:
            with trio.fail_after(clock.wire(self.within_s)):
                yield
        except trio.TooSlowError:
            raise TransferFailed(Failure.BROKEN, f"{where}: took more than {self.within_s:g} s") from None
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise TransferFailed(Failure.BROKEN, f"{where}: the connection broke") from None

    async def _connect(self, where: Place) -> Line:
        """A connection to host and port, with TLS where the place says so."""
        try:
            with trio.fail_after(clock.wire(self.connect_within_s)):
                stream: trio.abc.Stream = await trio.open_tcp_stream(where.host, where.port)
                if where.scheme == "https":
                    stream = await _secured(stream, where, self.context())
        except trio.TooSlowError:
            words = f"{where}: no connection within {self.connect_within_s:g} s"
            raise TransferFailed(Failure.BROKEN, words) from None
        except ssl.SSLError as error:
            raise TransferFailed(Failure.BROKEN, f"{where}: {tls.words(error)}") from None
        except (OSError, UnicodeError, ValueError) as error:  # the last two of a name that cannot be one
            raise TransferFailed(Failure.BROKEN, f"{where}: {_words(error)}") from None
        return Line(stream)


async def _secured(stream: trio.abc.Stream, where: Place, context: ssl.SSLContext) -> trio.abc.Stream:
    secure: trio.SSLStream[trio.abc.Stream] = trio.SSLStream(
        stream, context, server_hostname=where.host, https_compatible=True
    )
    try:
        await secure.do_handshake()
    except BaseException as error:
        await trio.aclose_forcefully(stream)
        if isinstance(error, trio.BrokenResourceError) and isinstance(error.__cause__, ssl.SSLError):
            raise error.__cause__ from None
        raise
    return secure


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno in (errno.ECONNREFUSED, None) and "attempts" in str(error):
            return "connection refused"
        return (error.strerror or "no connection").lower()
    return "no name of a host"


def real(context: Callable[[], ssl.SSLContext] = tls.default_context) -> MakeTransfers:
    """The maker of real transfers, the same for all stations; the context is made when https needs it."""
    transfers = Real(context)
    return lambda _: transfers
