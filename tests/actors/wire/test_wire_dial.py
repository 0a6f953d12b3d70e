"""Handshakes that fail: each ends at once and with its reason."""

import base64
import gc
import os
import socket
import struct
from functools import partial

import pytest
import trio
from trio.testing import wait_all_tasks_blocked
from wsproto.events import CloseConnection, TextMessage

from ocppsim.actors.wire.transport import Dial, DialFailed, TransportClosed
from tests.actors.wire.peers import DialTo, RawPeer, Serve, answering, drain, read_request

AT_ONCE_S = 2.0
"""Far below every time-out of the dialler, far above what a loaded machine needs."""


async def failure(dial: Dial) -> DialFailed:
    """How the dial failed; it must not have waited for a time-out."""
    with trio.fail_after(AT_ONCE_S), pytest.raises(DialFailed) as caught:
        async with dial():
            pytest.fail("the websocket opened")
    return caught.value


async def test_nobody_listens(dial_to: DialTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    assert str(await failure(dial_to(port))) == "connection refused"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "connection closed during the handshake"),
        (b"HTTP/1.1 401", "connection closed during the handshake"),
        (b"220 mail.example ESMTP\r\n", "the answer is not HTTP"),
        (b"\x00" * 100, "the answer is not HTTP"),
        (b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
         "the answer is no websocket handshake"),
        (b"HTTP/1.1 101 x\r\nSec-WebSocket-Protocol: \xff\xff\r\n\r\n",
         "subprotocol \ufffd\ufffd chosen, ocpp1.6 offered"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "HTTP 100 Continue"),
        (b"HTTP/1.1 302 x\r\nLocation: ws://other/\r\nContent-Length: 0\r\n\r\n", "HTTP 302 Found"),
        (b"HTTP/1.1 503 x\r\nContent-Length: 4\r\n\r\nbusy", "HTTP 503 Service Unavailable: busy"),
        (b"HTTP/1.0 401 x\r\n\r\nwho are you?", "HTTP 401 Unauthorized: who are you?"),
    ],
)  # fmt: skip
async def test_peer_answers_something_else_and_closes(
    serve: Serve, answer: bytes, reason: str, dial_to: DialTo
) -> None:
    failed = await failure(dial_to(await serve(answering(answer))))

    assert failed.reason == reason


@pytest.mark.parametrize(("status", "permanent"), [(401, True), (403, True), (404, True), (500, False)])
async def test_refusal_on_a_connection_that_stays_open(
    serve: Serve, status: int, permanent: bool, dial_to: DialTo
) -> None:
    answer = b"HTTP/1.1 %d x\r\nContent-Length: 6\r\n\r\nreason" % status

    failed = await failure(dial_to(await serve(answering(answer, then_close=False))))

    assert (failed.status, failed.permanent) == (status, permanent)
    assert failed.reason.endswith(": reason")


async def test_refusal_whose_body_never_ends_is_still_told(serve: Serve, dial_to: DialTo) -> None:
    port = await serve(answering(b"HTTP/1.1 403 x\r\n\r\nnot you", then_close=False))

    failed = await failure(dial_to(port, handshake_timeout_s=0.3))

    assert (failed.reason, failed.status) == ("HTTP 403 Forbidden: not you", 403)


async def test_endless_answer_is_not_read_for_ever(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await read_request(stream)
        await stream.send_all(b"HTTP/1.1 500 x\r\n\r\n")
        while True:
            await stream.send_all(b"<" * 4096)

    assert (await failure(dial_to(await serve(handler)))).status == 500


async def test_reset_during_the_handshake(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await read_request(stream)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert str(await failure(dial_to(await serve(handler)))) == "connection closed during the handshake"


async def test_silence_ends_with_the_time_out(serve: Serve, dial_to: DialTo) -> None:
    failed = await failure(dial_to(await serve(drain), handshake_timeout_s=0.3))

    assert (str(failed), failed.permanent) == ("no answer to the handshake within 0.3 s", False)


async def test_server_without_subprotocol_is_refused_for_good(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept(subprotocol=None)
        await drain(stream)

    failed = await failure(dial_to(await serve(handler)))

    assert (str(failed), failed.permanent) == ("no subprotocol chosen, ocpp1.6 offered", True)


async def test_server_with_another_subprotocol_is_refused_for_good(serve: Serve, dial_to: DialTo) -> None:
    answer = b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: soap\r\n\r\n"

    failed = await failure(dial_to(await serve(answering(answer, then_close=False))))

    assert (str(failed), failed.permanent) == ("subprotocol soap chosen, ocpp1.6 offered", True)


async def test_request_carries_path_host_credentials_and_headers(serve: Serve, dial_to: DialTo) -> None:
    requests: list[bytes] = []

    async def handler(stream: trio.SocketStream) -> None:
        requests.append(await read_request(stream))

    port = await serve(handler)
    await failure(dial_to(port, credentials="CS-1:p%40ss%FF@", headers=[("X-Tenant", "blue")]))

    lines = requests[0].split(b"\r\n")
    assert lines[0] == b"GET /ocpp/CS-1 HTTP/1.1"
    assert b"Host: 127.0.0.1:%d" % port in lines
    assert b"Authorization: Basic " + base64.b64encode(b"CS-1:p@ss\xff") in lines
    assert b"X-Tenant: blue" in lines
    assert b"Sec-WebSocket-Protocol: ocpp1.6" in lines


async def test_own_authorization_header_goes_before_the_credentials(serve: Serve, dial_to: DialTo) -> None:
    requests: list[bytes] = []

    async def handler(stream: trio.SocketStream) -> None:
        requests.append(await read_request(stream))

    port = await serve(handler)
    await failure(dial_to(port, credentials="CS-1:x@", headers=[("authorization", "Bearer y")]))

    assert requests[0].lower().count(b"authorization:") == 1
    assert b"Bearer y" in requests[0]


async def test_no_secret_shows_in_a_refusal_that_repeats_it(serve: Serve, dial_to: DialTo) -> None:
    async def handler(stream: trio.SocketStream) -> None:
        request = await read_request(stream)
        sent = next(line for line in request.split(b"\r\n") if line.startswith(b"Authorization"))
        await stream.send_all(b"HTTP/1.1 401 x\r\n\r\n" + sent)

    dial = dial_to(await serve(handler), credentials="alice:hunter2@")
    failed = await failure(dial)

    assert str(failed) == "HTTP 401 Unauthorized"
    assert "hunter2" not in repr(dial)
    assert base64.b64encode(b"alice:hunter2").decode() not in repr(dial)


@pytest.mark.parametrize(
    ("name", "value"),
    [("X Y", "v"), ("", "v"), ("X-Y", "a\r\nb"), ("X-Y", "hunter\x00"), ("X-Y", "hünter"),
     ("Host", "v"), ("upgrade", "v"), ("Sec-WebSocket-Protocol", "v")],
)  # fmt: skip
def test_headers_that_would_break_the_request_are_refused_without_their_values(
    name: str, value: str, dial_to: DialTo
) -> None:
    with pytest.raises(ValueError, match="header") as caught:
        dial_to(9000, headers=[(name, value)])

    assert "nter" not in str(caught.value)


async def test_opening_and_the_peers_close_in_one_segment_still_open(serve: Serve, dial_to: DialTo) -> None:
    """The reader may come to its end before the dialling task runs again: that is no failed handshake."""

    async def handler(stream: trio.SocketStream) -> None:
        await RawPeer(stream).accept(TextMessage("hello"), CloseConnection(4001, "full"))

    port = await serve(handler)
    for _ in range(20):
        async with dial_to(port)() as transport:
            assert await transport.receive() == "hello"
            with pytest.raises(TransportClosed) as caught:
                await transport.receive()
            assert (caught.value.code, caught.value.reason) == (4001, "full")


async def test_failed_and_cancelled_dials_leave_no_descriptor(serve: Serve, dial_to: DialTo) -> None:
    port = await serve(drain)
    closing = await serve(answering(b""))
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))

    async with trio.open_nursery() as nursery:
        for _ in range(30):
            nursery.start_soon(failure, dial_to(closing))
        for steps in range(30):
            nursery.start_soon(partial(_cancelled_after, steps), dial_to(port))

    with trio.fail_after(AT_ONCE_S):  # until the servers have seen the ends of these connections, too
        while len(os.listdir("/proc/self/fd")) > before:
            await wait_all_tasks_blocked()


async def _cancelled_after(steps: int, dial: Dial) -> None:
    """Cancel the dial after so many passes of the scheduler: in look-up, connect or handshake."""

    async def cancel_soon(scope: trio.CancelScope) -> None:
        for _ in range(steps):
            await trio.lowlevel.checkpoint()
        scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(cancel_soon, nursery.cancel_scope)
        async with dial():
            pytest.fail("the websocket opened")
