"""What every transport needs to open a websocket: TCP, TLS, and words for the handshake that failed."""

import ssl
from collections.abc import Callable

import trio
from attrs import field

from ocppsim import clock
from ocppsim.actors.wire import tls as tls_contexts
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.answer import explain
from ocppsim.actors.wire.stream import LightStream, WatchedStream
from ocppsim.actors.wire.transport import Address, DialFailed, Flaw
from ocppsim.values import frozen


@frozen
class Opening:
    """One station's way to its central system, to be gone for each connection anew."""

    address: Address
    subprotocol: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    tls: ssl.SSLContext | None
    addresses: AddressBook
    handshake_timeout_s: float
    met: Callable[[bytes], None] = field(default=lambda _: None, repr=False)
    """Told the certificate of the central system."""

    def deadline(self) -> float:
        """When, in Trio's clock, a connection begun now must be open."""
        return trio.current_time() + clock.wire(self.handshake_timeout_s)

    async def connect(self, deadline: float) -> LightStream:
        return await self.addresses.connect(self.address.host, self.address.port, deadline)

    async def secure(self, light: LightStream, deadline: float) -> trio.abc.Stream:
        """The stream that the websocket runs on: TLS over `light`, or `light` itself."""
        if self.tls is None:
            return light
        stream = trio.SSLStream(light, self.tls, server_hostname=self.address.host, https_compatible=True)
        try:
            with trio.move_on_at(deadline):
                await stream.do_handshake()
                self.met(stream.getpeercert(binary_form=True) or b"")
                return stream
        except trio.BrokenResourceError as error:
            raise _tls_failed(error.__cause__) from error.__cause__
        raise DialFailed(f"no answer to the TLS handshake within {self.handshake_timeout_s:g} s")

    def explained(self, stream: WatchedStream, *, is_over: bool) -> DialFailed:
        """Why the opening handshake came to nothing; what the peer said goes before how it ended.

        `is_over` says that nothing more would have come.
        """
        secrets = [self.address.password or "", *(value for _, value in self.headers)]
        if failed := explain(bytes(stream.answer or b""), self.subprotocol, secrets):
            return failed
        if isinstance(stream.failure, ssl.SSLError):
            return _tls_failed(stream.failure)
        if is_over:
            return DialFailed("connection closed during the handshake")
        return DialFailed(f"no answer to the handshake within {self.handshake_timeout_s:g} s")


def _tls_failed(cause: BaseException | None) -> DialFailed:
    if isinstance(cause, ssl.SSLError):
        flaw = tls_contexts.flaw(cause)
        return DialFailed(f"TLS: {tls_contexts.words(cause)}", permanent=flaw is Flaw.CERTIFICATE, flaw=flaw)
    return DialFailed("TLS: the peer closed the connection")
