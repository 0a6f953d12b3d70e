"""What the bytes that answered an opening handshake say about its failure."""

import pytest

from ocppsim.actors.wire.answer import explain, is_whole, wrong_subprotocol
from tests.tables import each

OFFERED = "ocpp1.6"


def test_a_refusal_has_status_phrase_and_first_line_of_its_body() -> None:
    answer = b"HTTP/1.1 401 No\r\nContent-Length: 20\r\n\r\nunknown station\nmore"

    failed = explain(answer, OFFERED)

    assert failed is not None
    assert (failed.reason, failed.status) == ("HTTP 401 Unauthorized: unknown station", 401)


@pytest.mark.parametrize(
    ("status", "permanent"), [(401, True), (403, True), (404, True), (400, False), (503, False)]
)
def test_only_401_403_404_are_permanent(status: int, permanent: bool) -> None:
    failed = explain(b"HTTP/1.1 %d x\r\n\r\n" % status, OFFERED)

    assert failed is not None
    assert (failed.status, failed.permanent) == (status, permanent)


def test_unknown_status_has_no_phrase() -> None:
    assert str(explain(b"HTTP/1.0 599\r\n\r\n", OFFERED)) == "HTTP 599"


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        (b"", ""),
        (b"\n\n  busy \r\nx", ": busy"),
        (b"bell\x07 \x1b[31mred", ": bell [31mred"),
        (b"caf\xc3\xa9 \xff", ": caf\u00e9 \ufffd"),
        (b"x" * 500, ": " + "x" * 80),
        (b"<html><head>", ""),
    ],
)
def test_only_a_short_printable_line_of_the_body_is_quoted(body: bytes, quoted: str) -> None:
    assert str(explain(b"HTTP/1.1 503 x\r\n\r\n" + body, OFFERED)) == f"HTTP 503 Service Unavailable{quoted}"


def test_a_chunked_body_is_put_together() -> None:
    answer = b"HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nno s\r\n4\r\nuch!\r\n0\r\n\r\n"

    assert str(explain(answer, OFFERED)) == "HTTP 404 Not Found: no such!"


def test_a_broken_body_does_not_hide_the_status() -> None:
    answer = b"HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"

    assert str(explain(answer, OFFERED)) == "HTTP 404 Not Found"


def test_a_body_that_repeats_a_secret_is_not_quoted() -> None:
    answer = b"HTTP/1.1 403 x\r\n\r\nwrong password hunter2"

    assert str(explain(answer, OFFERED, secrets=["", "hunter2"])) == "HTTP 403 Forbidden"


@pytest.mark.parametrize("answer", [b"", b"HT", b"HTTP/1.1 401 x\r\nServer: y\r\n"])
def test_the_beginning_of_an_answer_explains_nothing(answer: bytes) -> None:
    assert explain(answer, OFFERED) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "the answer is not HTTP"),
        (b"\x00\x01\x02", "the answer is not HTTP"),
        (b"HTTP/1.1 what\r\n\r\n", "the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "the answer is not HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "the answer is TLS: use wss://"),
        (b"HTTP/1.1 101 x\r\n\r\n", "the answer is no websocket handshake"),
        (
            b"HTTP/1.1 101 x\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n",
            "the answer is no websocket handshake",
        ),
    ],
)
def test_what_is_no_handshake_is_named(answer: bytes, reason: str) -> None:
    failed = explain(answer, OFFERED)

    assert failed is not None
    assert (failed.reason, failed.status, failed.permanent) == (reason, None, False)


def test_another_subprotocol_is_permanent() -> None:
    failed = explain(b"HTTP/1.1 101 x\r\nSec-WebSocket-Protocol: ocpp2.0.1\r\n\r\n", OFFERED)

    assert failed is not None
    assert (failed.reason, failed.permanent) == ("subprotocol ocpp2.0.1 chosen, ocpp1.6 offered", True)
    assert wrong_subprotocol(None, OFFERED).reason == "no subprotocol chosen, ocpp1.6 offered"


@each(
    ("answer", "whole"),
    [
        (b"", False),
        (b"HT", False),
        (b"HTTP/1.1 401 x\r\n", False),
        (b"HTTP/1.1 401 x\r\nContent-Length: 3\r\n\r\nab", False),
        (b"HTTP/1.1 401 x\r\nContent-Length: 3\r\n\r\nabc", True),
        (b"HTTP/1.1 401 x\r\n\r\nuntil the end", False),
        (b"HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 204 x\r\n\r\n", True),
        (b"HTTP/1.1 101 x\r\n\r\n", True),
        (b"HTTP/1.1 100 x\r\n\r\n", True),
        (b"HTTP/1.1 no status\r\n\r\n", True),
        (b"220 mail.example", True),
    ],
)
def test_answer_is_whole_when_nothing_of_it_is_to_come(answer: bytes, whole: bool) -> None:
    assert is_whole(answer) is whole
