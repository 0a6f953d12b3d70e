"""What a user does wrong is said in one line, with exit code 2, before anything starts."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import Ended, run_anew

URL = "ws://127.0.0.1:9"

WRONG = [
    ("", "required: COMMAND"),
    ("nonsense", "invalid choice: 'nonsense'"),
    ("charge", "required: URL"),
    ("run --confg x", "unrecognized arguments: --confg x (see ocppsim run --help)"),
    ("charge http://host", "must begin with ws:// or wss://"),
    ("charge host:9000", "must begin with ws:// or wss://"),
    ("charge ws://", "names no host"),
    ("charge ws://host:99999", "port must be a number from 1 to 65535"),
    ("charge ws://[::1", "host is not valid"),
    (f"charge {URL} --template nope", "no template 'nope'; there are ac-"),
    (f"charge {URL} --id-tag 123456789012345678901", "--id-tag: an idTag has 1 to 20 printable characters"),
    (f"charge {URL} --id .", "identity must not be empty, '.' or '..'"),
    (f"charge {URL} --ocpp 2.0.1", "--ocpp 2.0.1: no sessions yet"),
    (f"charge {URL} --connectors 0", "--connectors: must be a whole number from 1 to 100"),
    (f"charge {URL} --duration nan", "--duration: not a finite number"),
    (f"charge {URL} --duration 0", "--duration: must be above 0"),
    (f"charge {URL} --patience -1", "--patience: must be above 0"),
    (f"charge {URL} --speed 0", "--speed: must be above 0"),
    (f"charge {URL} --speed 1e300", "--speed: must be at most "),
    (f"charge {URL} --seed x", "--seed: must be a whole number"),
    (f"charge {URL} --strict never", "--strict: invalid choice: 'never'"),
    (f"charge {URL} --user me", "--user needs --password-env"),
    (f"charge {URL} --password-env OCPPSIM_NO_SUCH", "the environment has no OCPPSIM_NO_SUCH"),
    (f"charge {URL} --cert /nowhere", "--cert and --key go together"),
    (f"charge {URL} --cert /nowhere --key /nowhere", "/nowhere: no such file"),
    (f"charge {URL} --ca /nowhere", "/nowhere: no such file"),
    (f"charge {URL} --header nonsense", "a header is written NAME: VALUE"),
    (f"charge {URL} --header Host:x", "the header Host belongs to the handshake"),
    (f"charge {URL} --state /proc/nowhere", "--state /proc/nowhere: "),
    (f"charge {URL} --trace /nowhere/file", "--trace /nowhere/file: No such file"),
    ("demo --stations 0", "--stations: must be a whole number from 1 to 100000"),
    ("demo --url nonsense", "must begin with ws:// or wss://"),
    ("demo --ca /nowhere", "/nowhere: no such file"),
    ("run config.toml", "unrecognized arguments: config.toml (name the file with --config; see ocppsim run"),
    ("demo --duration x", "--duration: not a number"),
    ("csms --port 65536", "--port: must be a whole number from 0 to 65535"),
    ("csms --silent Nonsense", "--silent: invalid choice: 'Nonsense'"),
    ("csms --cert /nowhere", "--cert and --key go together"),
    ("csms --cert /nowhere --key /nowhere", "No such file"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line for line, _ in WRONG])
def test_a_mistake_is_told_in_one_line(command: Callable[..., Ended], line: str, words: str) -> None:
    ended = command(*line.split())

    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert ended.err.startswith("ocppsim: ")
    assert ended.err.count("\n") == 1


def test_a_folder_in_use_is_told(command: Callable[..., Ended], tmp_path: Path) -> None:
    from ocppsim.actors.store import Folder

    folder = Folder.open(tmp_path)
    try:
        ended = command("charge", URL, "--state", str(tmp_path))
    finally:
        folder.close()

    assert (ended.code, ended.err) == (2, f"ocppsim: --state: {tmp_path} is in use by another process\n")


def test_a_file_instead_of_a_folder_is_told(command: Callable[..., Ended], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    ended = command("charge", URL, "--state", str(file))

    assert (ended.code, ended.err) == (2, f"ocppsim: --state {file}: File exists\n")


def test_a_port_in_use_is_told(command: Callable[..., Ended]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("csms", "--port", str(port))

    assert ended.code == 2
    assert ended.err == f"ocppsim: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


def test_a_host_of_others_is_told(command: Callable[..., Ended]) -> None:
    ended = command("csms", "--port", "0", "--host", "203.0.113.1")

    assert ended.code == 2
    assert ended.err == "ocppsim: cannot listen on 203.0.113.1 port 0: Cannot assign requested address\n"


def test_the_program_tells_its_version_and_its_commands() -> None:
    assert run_anew("--version") == (0, "ocppsim 0.1.0\n", "")
    told = run_anew("--help")
    assert (told.code, told.err) == (0, "")
    assert all(name in told.out for name in ("demo", "charge", "csms"))
