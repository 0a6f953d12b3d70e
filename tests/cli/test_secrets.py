"""What must not be seen is seen nowhere; what is written can be read."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import Ended, closed_port, run_anew
from tests.real.independent import IndependentServer

Command = Callable[..., Ended]
SECRET = "s3cr3t-Pa55"
FORMS = (SECRET, base64.b64encode(f"CS-1:{SECRET}".encode()).decode())


def with_password(url: str) -> str:
    return url.replace("://", f"://CS-1:{SECRET}@")


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("way", ["url", "environment", "header"])
def test_secrets_are_not_written(
    command: Command,
    independent_server: IndependentServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    accepted: bool,
) -> None:
    independent_server.settings.passwords = {"CS-1": SECRET if accepted else "other"}
    monkeypatch.setenv("OCPPSIM_PASSWORD", SECRET)
    url, options = {
        "url": (with_password(independent_server.url), ()),
        "environment": (independent_server.url, ("--password-env", "OCPPSIM_PASSWORD")),
        "header": (independent_server.url, ("--header", f"Authorization: Basic {FORMS[1]}")),
    }[way]
    trace, state = tmp_path / "trace", tmp_path / "state"

    options = (*options, "--trace", str(trace), "--state", str(state))
    ended = command("charge", url, "--speed", "50", "--duration", "10", *options)

    assert ended.code == (0 if accepted else 1)
    written = ended.out + ended.err + trace.read_text()
    written += "".join(file.read_text() for file in state.iterdir())
    assert [form for form in FORMS if form in written] == []
    entries = [json.loads(line) for line in trace.read_text().splitlines()]
    traced = [one["text"] for one in entries if one["way"] != "-"]
    assert len(traced) == len(independent_server.seen.frames)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:{port}/?token={secret}", "ws://CS-1:{secret}@127.0.0.1:{port}x/"]
)
def test_urls_are_not_echoed(command: Command, url: str) -> None:
    address = url.format(port=closed_port(), secret=SECRET)
    for options in (
        ("charge", address, "--patience", "0.2"),
        ("demo", "--url", address, "--duration", "0.2"),
    ):
        ended = command(*options)
        assert ended.code in (1, 2, 3)
        assert SECRET not in ended.out + ended.err


def test_colours_and_encodings(independent_server: IndependentServer) -> None:
    """No colour, and no encoding error, where the terminal has neither."""
    arguments = ("charge", independent_server.url, "--speed", "50", "--duration", "5", "--insecure")
    ended = run_anew(*arguments, environment={"PYTHONIOENCODING": "ascii"})

    assert ended.code == 0
    assert "\x1b" not in ended.out + ended.err
    assert ended.out.isascii()
    assert ended.err == "--insecure: server certificates are not checked\n"


def test_a_disk_that_is_full_costs_the_trace_and_not_the_session(
    command: Command, independent_server: IndependentServer
) -> None:
    options = ("--speed", "50", "--duration", "5", "--trace", "/dev/full")
    ended = command("charge", independent_server.url, *options)

    assert (ended.code, ended.err) == (2, "ocppsim: --trace /dev/full: No space left on device\n")
    assert all(one.stop is not None for one in independent_server.seen.transactions())
