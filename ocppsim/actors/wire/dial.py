"""Dialling a central system: TCP, TLS and the opening handshake, each failure with its reason in words."""

import base64
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import trio
from attrs import field, frozen
from trio_websocket import wrap_client_stream

from ocppsim import clock
from ocppsim.actors.wire import tls as tls_contexts
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.answer import explain, wrong_subprotocol
from ocppsim.actors.wire.stream import RECEIVE_BYTES, LightStream, WatchedStream
from ocppsim.actors.wire.transport import Address, Dial, DialFailed, Transport
from ocppsim.actors.wire.websocket import Fence, Websocket

QUEUED_MESSAGES = 64
"""What the library reads ahead of us. Above it, pings wait as well."""

MESSAGE_BYTES = 1024 * 1024
"""The longest message taken; a longer one ends the connection with 1009."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN_HEADERS = re.compile(r"host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*")


def websocket_dial(
    address: Address,
    *,
    subprotocol: str,
    headers: Sequence[tuple[str, str]] = (),
    tls: ssl.SSLContext | None = None,
    addresses: AddressBook,
    handshake_timeout_s: float = 30.0,
) -> Dial:
    """How to open a websocket to `address`, again and again.

    The address' credentials go as Basic authentication unless `headers` bring their own Authorization.
    `handshake_timeout_s` is wire time for all of it: look-up, TCP, TLS and websocket. Raises ValueError for
    headers that cannot be sent.
    """
    if address.secure and tls is None:
        tls = tls_contexts.default_context()
    dialler = _Dialler(
        address,
        subprotocol,
        _encoded([*_authorization(address, headers), *headers]),
        tls if address.secure else None,
        addresses,
        handshake_timeout_s,
    )
    return dialler.open


@frozen
class _Dialler:
    address: Address
    subprotocol: str
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    tls: ssl.SSLContext | None
    addresses: AddressBook
    handshake_timeout_s: float

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transport]:
        """One connection: the caller's task, the library's reader, and the nursery that holds the reader."""
        deadline = trio.current_time() + clock.wire(self.handshake_timeout_s)
        light = await self.addresses.connect(self.address.host, self.address.port, deadline)
        failure: BaseException | None = None
        try:
            async with trio.open_nursery() as nursery:
                try:
                    websocket = await self._handshake(nursery, light, deadline)
                    yield websocket
                    await websocket.close()
                except Exception as error:
                    failure = error  # around the nursery, which would wrap it
                finally:
                    light.drop()
                    nursery.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            failure = _sole(failure, *group.exceptions)
        if failure is not None:
            try:
                raise failure  # outside of `except`, so that its cause and context stay its own
            finally:
                del failure  # or the traceback would hold this frame, and the frame the traceback

    async def _handshake(self, nursery: trio.Nursery, light: LightStream, deadline: float) -> Websocket:
        stream = WatchedStream(light if self.tls is None else await self._secured(light, self.tls, deadline))
        fence = Fence(nursery, stream)
        connection = None
        with fence.until_over(deadline):
            connection = await wrap_client_stream(
                cast("trio.Nursery", fence),
                cast("trio.SocketStream", stream),  # declared narrower than what it takes
                self._host_header(),
                self.address.target,
                subprotocols=[self.subprotocol],
                extra_headers=self.headers,
                message_queue_size=QUEUED_MESSAGES,
                max_message_size=MESSAGE_BYTES,
                receive_buffer_size=RECEIVE_BYTES,
            )
        if connection is None:
            raise self._explained(stream, fence)
        if connection.subprotocol != self.subprotocol:
            raise wrong_subprotocol(connection.subprotocol, self.subprotocol)
        stream.opened()
        return Websocket(connection, fence)

    async def _secured(
        self, light: LightStream, tls: ssl.SSLContext, deadline: float
    ) -> trio.SSLStream[LightStream]:
        stream = trio.SSLStream(light, tls, server_hostname=self.address.host, https_compatible=True)
        try:
            with trio.move_on_at(deadline):
                await stream.do_handshake()
                return stream
        except trio.BrokenResourceError as error:
            raise _tls_failed(error.__cause__) from error.__cause__
        raise DialFailed(f"no answer to the TLS handshake within {self.handshake_timeout_s:g} s")

    def _explained(self, stream: WatchedStream, fence: Fence) -> DialFailed:
        """Why the opening handshake came to nothing; what the peer said goes before how it ended."""
        secrets = [self.address.password or "", *(value.decode() for _, value in self.headers)]
        if failed := explain(bytes(stream.answer or b""), self.subprotocol, secrets):
            return failed
        if isinstance(stream.failure, ssl.SSLError):
            return _tls_failed(stream.failure)
        if fence.is_over:
            return DialFailed("connection closed during the handshake")
        return DialFailed(f"no answer to the handshake within {self.handshake_timeout_s:g} s")

    def _host_header(self) -> str:
        address = self.address
        host = f"[{address.host}]" if ":" in address.host else address.host
        return host if address.port == (443 if address.secure else 80) else f"{host}:{address.port}"


def _sole(*raised: BaseException | None) -> BaseException:
    """What to raise for all this: the one error in it, or all of them; a cancellation if there is none."""
    errors = [error for error in raised if error is not None]
    bugs = [error for error in errors if not isinstance(error, trio.Cancelled)]
    if len(bugs) > 1:
        return BaseExceptionGroup("around a websocket", bugs)
    return bugs[0] if bugs else errors[0]


def _tls_failed(cause: BaseException | None) -> DialFailed:
    if isinstance(cause, ssl.SSLError):
        return DialFailed(f"TLS: {tls_contexts.words(cause)}")
    return DialFailed("TLS: the peer closed the connection")


def _authorization(address: Address, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if address.user is None or any(name.lower() == "authorization" for name, _ in headers):
        return []
    credentials = f"{address.user}:{address.password or ''}".encode(errors="surrogateescape")
    return [("Authorization", f"Basic {base64.b64encode(credentials).decode()}")]


def _encoded(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Refuses what would break the request, or end in the middle of a connection attempt. Names no value."""
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a header")
        if _OWN_HEADERS.fullmatch(name.lower()):
            raise ValueError(f"the header {name} belongs to the handshake")
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"the value of the header {name} must be printable ASCII")
    return [(name.encode(), value.strip().encode()) for name, value in headers]
