"""`ocppsim charge` against a central system that lies: it ends by itself and in plain words."""

from collections.abc import Callable

import pytest

from tests.cli.liar import both, error, honest, open_http, open_liar, result, texts
from tests.cli.support import Ended

Command = Callable[..., Ended]
OPTIONS = ("--speed", "100", "--duration", "20", "--patience", "0.5")


def test_start_transaction_refuses_the_tag_that_authorize_took(command: Command) -> None:
    blocked = result({"transactionId": 7, "idTagInfo": {"status": "Blocked"}})
    with open_liar({"StartTransaction": blocked}) as liar:
        ended = command("charge", liar.url, *OPTIONS)

    assert ended.code == 1
    assert ended.err == "ocppsim: the central system refused: StartTransaction: the tag is blocked\n"
    assert liar.actions.count("StopTransaction") == 1, "the session must not stay open"


def test_a_stop_that_is_refused_again_and_again_is_given_up(command: Command) -> None:
    with open_liar({"StopTransaction": error("InternalError", "no\x1b[2J disk")}) as liar:
        ended = command("charge", liar.url, *OPTIONS)

    assert ended.code == 1
    assert ended.err.startswith("ocppsim: the central system refused: StopTransaction given up")
    assert len({call_id for action, call_id in liar.calls if action == "StopTransaction"}) == 1
    assert liar.actions.count("StopTransaction") == 3
    assert "\x1b" not in ended.out + ended.err


def test_an_authorize_that_is_an_error(command: Command) -> None:
    with open_liar({"Authorize": error("InternalError")}) as liar:
        ended = command("charge", liar.url, *OPTIONS)

    assert ended.code == 1
    assert ended.err.startswith("ocppsim: the central system refused: Authorize")


@pytest.mark.parametrize(
    "boot",
    [
        result({}),
        result({"status": "Welcome", "interval": 300, "currentTime": "now"}),
        result({"status": ["Accepted"], "interval": {}, "currentTime": None}),
        result([]),
        result(None),
        error("NotSupported", "\ud800\x07 what?\n"),
        texts("", "[]", "nonsense", "[3]", '[3,"x"]', '[9,"1",{}]', "{", "[2,", "\x00", "[" * 5000),
        texts('[2,"1","Reset",{"type":"Soft"}]', '[2,"2","Unknown",{}]'),
    ],
    ids=["empty", "words", "types", "array", "null", "error", "nonsense", "requests"],
)
def test_a_boot_without_a_usable_answer(command: Command, boot: Callable[[str], list[str]]) -> None:
    with open_liar({"BootNotification": boot}) as liar:
        ended = command("charge", liar.url, *OPTIONS)

    assert ended.code == 3
    assert ended.err.startswith("ocppsim: connected, but no ")
    assert set(liar.actions) == {"BootNotification"}


def test_lies_that_can_be_lived_with_are_told(command: Command) -> None:
    boot = {"status": "Accepted", "interval": 300.0, "currentTime": "2026-01-01T00:00:00", "more": 1}
    lies = {
        "BootNotification": result(boot),
        "StatusNotification": both(honest("StatusNotification"), honest("StatusNotification")),
        "MeterValues": both(texts('[3,"never-asked",{}]'), honest("MeterValues")),
    }
    with open_liar(lies) as liar:
        ended = command("charge", liar.url, *OPTIONS)

    assert (ended.code, ended.err) == (0, "")
    assert "CSMS broke a rule: BootNotification: " in ended.out
    assert "0 violations" not in ended.out
    assert liar.actions.count("StopTransaction") == 1


def test_invalid_answers_can_be_refused(command: Command) -> None:
    boot = {"status": "Accepted", "interval": 300, "currentTime": "2026-01-01T00:00:00Z", "more": 1}
    with open_liar({"BootNotification": result(boot)}) as liar:
        ended = command("charge", liar.url, *OPTIONS, "--strict", "refuse")

    assert ended.code == 3


def test_a_session_without_a_transaction_id(command: Command) -> None:
    nonsense = result({"transactionId": "seven", "idTagInfo": {"status": "Accepted"}})
    with open_liar({"StartTransaction": nonsense}) as liar:
        ended = command("charge", liar.url, *OPTIONS)

    assert (ended.code, ended.err) == (3, "ocppsim: 6 transaction messages were never answered\n")
    assert set(liar.actions) & {"MeterValues", "StopTransaction"} == set(), "whose number nobody knows"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "HTTP 302 Found"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP 200 OK"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", ""),
        (b"\x00\xff" * 100, ""),
        (b"", "closed"),
    ],
    ids=["redirect", "page", "ssh", "bytes", "nothing"],
)
def test_a_port_of_somebody_else(command: Command, reply: bytes, words: str) -> None:
    with open_http(reply) as url:
        ended = command("charge", url, "--patience", "0.3")

    assert ended.code in (1, 3)
    assert words in ended.err
    assert ended.err.count("\n") == 1
    assert ended.err.isprintable() or ended.err[:-1].isprintable()
