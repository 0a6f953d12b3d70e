"""The central system on a real port. No connection can end the server, whatever it sends."""

import logging
from ssl import SSLContext

import trio

from ocppsim import clock
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.events import HandshakeFailed
from ocppsim.csms.handshake import HandshakeRefused, Opened, shake_hands
from ocppsim.csms.websocket import WebSocketChannel
from ocppsim.values import frozen

HANDSHAKE_S = 10.0
"""So long a client may take to become a peer, in wire time."""

_NO_COMMON_SUBPROTOCOL = 1002

logger = logging.getLogger(__name__)


async def serve_websockets(
    central_system: CentralSystem,
    port: int,
    *,
    host: str = "127.0.0.1",
    tls: SSLContext | None = None,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Listen until cancelled; `await nursery.start(serve_websockets, central_system, 0)` gives the port.

    OSError when the address cannot be had.
    """
    listeners = await trio.open_tcp_listeners(port, host=host)
    if port == 0:  # each address of the host got a port of its own; one is enough
        for other in listeners[1:]:
            await other.aclose()
        del listeners[1:]
    doorkeeper = _Doorkeeper(central_system, tls)
    task_status.started(listeners[0].socket.getsockname()[1])
    await trio.serve_listeners(doorkeeper.connection, listeners)


@frozen
class _Doorkeeper:
    """Turns TCP connections into peers of the central system."""

    central_system: CentralSystem
    tls: SSLContext | None

    async def connection(self, socket: trio.SocketStream) -> None:
        """One connection from its first byte to its end; a bug met in it is logged and ends only it."""
        try:
            if not self.central_system.is_down:
                await self._welcome(socket)
        except Exception:
            logger.exception("a connection ended by an error of our own")
        finally:
            await trio.aclose_forcefully(socket)

    async def _welcome(self, socket: trio.SocketStream) -> None:
        stream: trio.abc.Stream = socket
        try:
            with trio.fail_after(clock.wire(HANDSHAKE_S)):
                if self.tls is not None:
                    stream = await self._secured(socket, self.tls)
                opened = await shake_hands(stream, self.central_system.admission)
        except trio.TooSlowError:
            self._refused(f"no handshake within {HANDSHAKE_S:g} s")
            return
        except (HandshakeRefused, trio.BrokenResourceError) as error:
            self._refused(str(error.__cause__ or error) or "the connection broke during the handshake")
            return
        await self._serve(WebSocketChannel(stream, opened.protocol, socket.socket.close), opened)

    async def _secured(self, socket: trio.SocketStream, tls: SSLContext) -> trio.abc.Stream:
        stream = trio.SSLStream(socket, tls, server_side=True, https_compatible=True)
        await stream.do_handshake()
        return stream

    async def _serve(self, channel: WebSocketChannel, opened: Opened) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(channel.pump)
            if opened.subprotocol is None:
                await channel.close(_NO_COMMON_SUBPROTOCOL, "no common subprotocol")
                self._refused("no common subprotocol")
            else:
                await self.central_system.serve(channel, opened.identity)
            nursery.cancel_scope.cancel()

    def _refused(self, reason: str) -> None:
        self.central_system.publish(HandshakeFailed(clock.now(), reason))
