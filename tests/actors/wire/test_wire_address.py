"""URLs of central systems: what is taken from them, what is refused, and that no secret ever shows."""

import pytest

from ocppsim.actors.wire.address import parse
from tests.tables import each


@each(
    ("url", "host", "port", "target", "secure"),
    [
        ("ws://csms", "csms", 80, "/CS-1", False),
        ("wss://csms/", "csms", 443, "/CS-1", True),
        ("ws://csms:9000/ocpp", "csms", 9000, "/ocpp/CS-1", False),
        ("WS://CSMS.Example:9000/Ocpp/", "csms.example", 9000, "/Ocpp/CS-1", False),
        ("ws://csms/a?token=x&y=%20z", "csms", 80, "/a/CS-1?token=x&y=%20z", False),
        ("ws://csms?token=x", "csms", 80, "/CS-1?token=x", False),
        ("ws://csms/a%20b/ü", "csms", 80, "/a%20b/%C3%BC/CS-1", False),
        ("ws://[::1]:9000/x", "::1", 9000, "/x/CS-1", False),
        ("wss://[2001:DB8::1]", "2001:db8::1", 443, "/CS-1", True),
        ("ws://bücher.example", "xn--bcher-kva.example", 80, "/CS-1", False),
        ("ws://csms_1:80", "csms_1", 80, "/CS-1", False),
    ],
)
def test_url_is_split_and_the_identity_becomes_its_last_segment(
    url: str, host: str, port: int, target: str, secure: bool
) -> None:
    address = parse(url, "CS-1")

    assert (address.host, address.port, address.target, address.secure) == (host, port, target, secure)
    assert (address.user, address.password) == (None, None)


@pytest.mark.parametrize(
    ("identity", "segment"),
    [
        ("CS 1", "CS%201"),
        ("a/b", "a%2Fb"),
        ("RDAM|123", "RDAM%7C123"),
        ("q?x#y%z", "q%3Fx%23y%25z"),
        ("Säule", "S%C3%A4ule"),
        ("A:B=C+D@E*F", "A:B=C+D@E*F"),
        ("line\nbreak", "line%0Abreak"),
    ],
)
def test_identity_is_percent_encoded_where_a_path_segment_needs_it(identity: str, segment: str) -> None:
    assert parse("ws://csms/ocpp", identity).target == f"/ocpp/{segment}"


@each(
    ("url", "reason"),
    [
        ("http://csms", "must begin with ws://"),
        ("csms:9000", "must begin with ws://"),
        ("ws:/csms", "must begin with ws://"),
        ("", "must begin with ws://"),
        ("ws://", "names no host"),
        ("ws://:9000", "names no host"),
        ("ws://user@:9000", "names no host"),
        ("ws://csms:port", "port must be a number"),
        ("ws://csms:0", "port must be a number"),
        ("ws://csms:65536", "port must be a number"),
        ("ws://csms:-1", "port must be a number"),
        ("ws://csms/#top", "fragment"),
        ("ws://csms/#", "fragment"),
        ("ws://csms/a b", "spaces or control"),
        ("ws://cs\nms/", "spaces or control"),
        ("ws://csms/\x7f", "spaces or control"),
        (" ws://csms", "spaces or control"),
        ("ws://[::1", "host is not valid"),
        ("ws://[::g]", "host is not valid"),
        ("ws://[fe80::1%25eth0]", "host is not valid"),
        ("ws://a..b", "host is not valid"),
        ("ws://.csms", "host is not valid"),
        ("ws://" + "a" * 64, "host is not valid"),
        ("ws://cs%6Ds", "host is not valid"),
        ("ws://a\\b", "host is not valid"),
        ("ws://a:b:c@csms:9x", "port must be a number"),
        ("ws://us%3Aer:pw@csms", "colon"),
    ],
)
def test_what_is_no_websocket_url_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(url, "CS-1")


@pytest.mark.parametrize("identity", ["", ".", ".."])
def test_identity_that_would_vanish_from_the_path_is_refused(identity: str) -> None:
    with pytest.raises(ValueError, match="identity"):
        parse("ws://csms", identity)


@pytest.mark.parametrize(
    ("credentials", "user", "password"),
    [
        ("CS-1:secret@", "CS-1", "secret"),
        ("CS%201:p%40ss%2F%3Aword@", "CS 1", "p@ss/:word"),
        ("CS-1:p:w@", "CS-1", "p:w"),
        ("CS-1@", "CS-1", ""),
        (":secret@", "", "secret"),
        ("@", None, None),
    ],
)
def test_credentials_are_taken_out_of_the_url_and_decoded(
    credentials: str, user: str | None, password: str | None
) -> None:
    address = parse(f"ws://{credentials}csms/ocpp", "CS-1")

    assert (address.user, address.password) == (user, password)
    assert address.target == "/ocpp/CS-1"


def test_octets_of_a_binary_key_survive() -> None:
    password = parse("ws://CS-1:%00%FFk@csms", "CS-1").password

    assert password is not None
    assert password.encode(errors="surrogateescape") == b"\x00\xffk"


def test_repr_shows_neither_credentials_nor_query() -> None:
    address = parse("wss://alice:hunter2@[::1]:9000/ocpp?token=sesame", "CS-1")

    assert repr(address) == str(address) == "wss://[::1]:9000/ocpp/CS-1?..."


@pytest.mark.parametrize(
    "url",
    [
        "ws://alice:hunter2#@csms",
        "ws://alice:hunter2/@csms",
        "ws://alice:hunter2@cs ms",
        "http://alice:hunter2@csms",
        "ws://alice:hunter2@\uff03csms",
        "ws://alice:hunter2@[::1",
        "ws://alice%3A:hunter2@csms",
    ],
)
def test_errors_do_not_show_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as caught:
        parse(url, "CS-1")

    assert "hunter2" not in f"{caught.value!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
