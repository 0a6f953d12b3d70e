"""The dialler over TLS against an independent server: what opens, and the exact cause of what does not."""

import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
import trio
import trustme
from attrs import frozen
from websockets.trio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from ocppsim.actors.wire.address import parse
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.actors.wire.tls import client_context
from ocppsim.actors.wire.transport import Dial, DialFailed, Flaw, TransportClosed, TransportName

OCPP16 = Subprotocol("ocpp1.6")
DialTo = Callable[..., Dial]
AT_ONCE_S = 2.0


@frozen
class Authority:
    """A private certificate authority and the file that stations trust."""

    ca: trustme.CA
    file: Path

    def server(self, *names: str, **options: Any) -> ssl.SSLContext:
        """A server that has a certificate for `names`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(names or ("localhost", "127.0.0.1")), **options).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(file)
    return Authority(ca, file)


@pytest.fixture(params=get_args(TransportName))
def transport_name(request: pytest.FixtureRequest) -> TransportName:
    """All tests run over each of the transports in turn."""
    name: TransportName = request.param
    return name


@pytest.fixture
def dial_to(transport_name: TransportName) -> DialTo:
    def dial_to(port: int, tls: ssl.SSLContext | None, host: str = "localhost", within: float = 30.0) -> Dial:
        return websocket_dial(
            parse(f"wss://{host}:{port}/ocpp", "CS-1"),
            subprotocol=OCPP16,
            tls=tls,
            addresses=AddressBook(),
            handshake_timeout_s=within,
            transport=transport_name,
        )

    return dial_to


async def listening(nursery: trio.Nursery, context: ssl.SSLContext) -> int:
    async def echo(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)

    server = await nursery.start(
        partial(serve, echo, 0, host="127.0.0.1", subprotocols=[OCPP16], ssl=context)
    )
    port: int = server.listeners[0].socket.getsockname()[1]
    return port


async def reason(dial: Dial) -> str:
    with trio.fail_after(AT_ONCE_S), pytest.raises(DialFailed) as caught:
        async with dial():
            pytest.fail("the websocket opened")
    assert caught.value.permanent is (caught.value.flaw is Flaw.CERTIFICATE)
    return str(caught.value)


async def test_trusted_server_is_spoken_to(
    nursery: trio.Nursery, authority: Authority, dial_to: DialTo
) -> None:
    port = await listening(nursery, authority.server())

    for host in ("localhost", "127.0.0.1"):
        async with dial_to(port, client_context(authority.file), host)() as transport:
            for size in (1, 20_000, 1_000_000):
                await transport.send("x" * size)
                assert await transport.receive() == "x" * size
            await transport.ping()
            await transport.close()


async def test_several_senders_take_turns(
    nursery: trio.Nursery, authority: Authority, dial_to: DialTo
) -> None:
    port = await listening(nursery, authority.server())
    texts = [sign * 200_000 for sign in "abcd"]

    dial = dial_to(port, client_context(authority.file))
    async with dial() as transport, trio.open_nursery() as senders:
        for text in texts:
            senders.start_soon(transport.send, text)
        senders.start_soon(transport.ping)
        echoes = [await transport.receive() for _ in texts]
    assert sorted(map(str, echoes)) == texts


async def test_unknown_authority(nursery: trio.Nursery, authority: Authority, dial_to: DialTo) -> None:
    port = await listening(nursery, authority.server())

    assert await reason(dial_to(port, None)) == "TLS: unable to get local issuer certificate"


async def test_insecure_takes_any_server(
    nursery: trio.Nursery, authority: Authority, dial_to: DialTo
) -> None:
    port = await listening(nursery, authority.server("elsewhere"))

    async with dial_to(port, client_context(insecure=True))() as transport:
        await transport.send("x")
        assert await transport.receive() == "x"


async def test_wrong_name(nursery: trio.Nursery, authority: Authority, dial_to: DialTo) -> None:
    port = await listening(nursery, authority.server("elsewhere"))
    tls = client_context(authority.file)

    assert await reason(dial_to(port, tls)) == (
        "TLS: hostname mismatch, certificate is not valid for 'localhost'"
    )
    assert await reason(dial_to(port, tls, "127.0.0.1")) == (
        "TLS: ip address mismatch, certificate is not valid for '127.0.0.1'"
    )


async def test_expired_certificate(nursery: trio.Nursery, authority: Authority, dial_to: DialTo) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    context = authority.server("localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday)
    port = await listening(nursery, context)

    assert await reason(dial_to(port, client_context(authority.file))) == "TLS: certificate has expired"


@pytest.mark.parametrize("files", [("cert.pem", "key.pem"), ("both.pem",)])
async def test_client_certificate_is_presented_where_it_is_demanded(
    nursery: trio.Nursery, authority: Authority, tmp_path: Path, dial_to: DialTo, files: tuple[str, ...]
) -> None:
    context = authority.server()
    authority.ca.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    port = await listening(nursery, context)
    own = authority.ca.issue_cert("CS-1")
    own.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    own.private_key_pem.write_to_path(tmp_path / "key.pem")
    own.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")

    tls = client_context(authority.file, *(tmp_path / file for file in files))
    async with dial_to(port, tls)() as transport:
        await transport.send("x")
        assert await transport.receive() == "x"


async def test_client_certificate_that_is_missing(
    nursery: trio.Nursery, authority: Authority, dial_to: DialTo
) -> None:
    """TLS 1.3 refuses it only when the client's handshake is done. Blocking: Trio's server sends no alert."""
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED

    def refuse(server: socket.socket) -> None:
        with server.accept()[0] as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as server:
        nursery.start_soon(trio.to_thread.run_sync, refuse, server)
        failed = await reason(dial_to(server.getsockname()[1], client_context(authority.file)))
    assert "certificate required" in failed


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_leaving_by_cancellation_is_immediate(
    nursery: trio.Nursery, authority: Authority, version: ssl.TLSVersion, dial_to: DialTo
) -> None:
    context = authority.server()
    context.minimum_version = context.maximum_version = version
    port = await listening(nursery, context)

    with trio.fail_after(AT_ONCE_S), trio.CancelScope() as scope:
        async with dial_to(port, client_context(authority.file))():
            scope.cancel()
            await trio.sleep_forever()
    assert scope.cancelled_caught


async def test_plain_server_does_not_speak_tls(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    port = await _bare(nursery, handler)
    assert await reason(dial_to(port, None)) == "TLS: wrong version number"


async def test_server_that_hangs_up_on_the_tls_handshake(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await stream.receive_some()

    port = await _bare(nursery, handler)
    assert await reason(dial_to(port, None)) == "TLS: the peer closed the connection"


async def test_server_that_is_silent_in_the_tls_handshake(nursery: trio.Nursery, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        while await stream.receive_some():
            pass

    port = await _bare(nursery, handler)
    assert await reason(dial_to(port, None, within=0.3)) == "no answer to the TLS handshake within 0.3 s"


async def test_tls_server_behind_a_ws_url_is_recognised(
    nursery: trio.Nursery, authority: Authority, transport_name: TransportName
) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        tls = trio.SSLStream(stream, authority.server(), server_side=True)
        with pytest.raises(trio.BrokenResourceError):
            await tls.do_handshake()

    address = parse(f"ws://127.0.0.1:{await _bare(nursery, handler)}", "CS-1")
    dial = websocket_dial(address, subprotocol=OCPP16, addresses=AddressBook(), transport=transport_name)
    assert await reason(dial) in ("the answer is TLS: use wss://", "connection closed during the handshake")


async def test_end_of_tcp_without_close_notify_is_1006(
    nursery: trio.Nursery, authority: Authority, dial_to: DialTo
) -> None:
    servers: list[trio.SocketStream] = []

    async def relay(stream: trio.SocketStream) -> None:
        inner = await trio.open_tcp_stream("127.0.0.1", port)
        servers.append(stream)
        async with inner, trio.open_nursery() as own:
            own.start_soon(_pump, stream, inner)
            own.start_soon(_pump, inner, stream)

    port = await listening(nursery, authority.server())
    async with dial_to(await _bare(nursery, relay), client_context(authority.file))() as transport:
        await servers[0].aclose()
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
        assert caught.value.code == 1006


async def _pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
    try:
        async for data in source:
            await sink.send_all(data)
        await sink.send_eof()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass  # one end has gone; the other will


async def _bare(nursery: trio.Nursery, handler: Callable[[trio.SocketStream], Awaitable[object]]) -> int:
    listeners = await nursery.start(partial(trio.serve_tcp, handler, 0, host="127.0.0.1"))
    port: int = listeners[0].socket.getsockname()[1]
    return port
