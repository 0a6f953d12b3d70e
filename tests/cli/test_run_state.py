"""What `ocppsim run` leaves in its folder, finds there, and says of it."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocppsim.actors.store import Folder
from ocppsim.persistence.shelf import Shelf
from tests.cli.support import Ended, closed_port
from tests.cli.test_run import configuration
from tests.persistence.peer_files import key
from tests.real.independent import IndependentServer

Command = Callable[..., Ended]


def options(file: Path) -> tuple[str, ...]:
    return ("run", "--config", str(file), "--plain", "--speed", "20", "--duration", "20")


def stations(folder: Path) -> list[Path]:
    return sorted((folder / "configurations").glob("*.json"))


def test_a_second_run_goes_on_where_the_first_ended(
    command: Command, independent_server: IndependentServer, tmp_path: Path
) -> None:
    file = configuration(tmp_path, independent_server.url, chargePointSerialNumberPrefix="P-")
    first = command(*options(file))
    numbers = [
        json.loads(one.read_text())["stationInfo"]["chargePointSerialNumber"] for one in stations(tmp_path)
    ]
    second = command(*options(file))

    assert (first.code, second.code) == (0, 0)
    assert len(set(numbers)) == 2
    told = [
        json.loads(frame.text)[3]["chargePointSerialNumber"]
        for frame in independent_server.seen.frames
        if '"BootNotification"' in frame.text
    ]
    assert sorted(told) == sorted(number[:25] for number in numbers * 2)
    assert (tmp_path / "configurations" / "journal.jsonl").exists()
    assert first.err.splitlines() == second.err.splitlines()


def test_sessions_that_were_left_open_are_closed_by_the_next_run(
    command: Command, independent_server: IndependentServer, tmp_path: Path
) -> None:
    file = configuration(tmp_path, independent_server.url, stopTransactionsOnStopped=False)
    command(*options(file))
    left = independent_server.seen.transactions()
    assert [one.stop for one in left] == [None, None]
    command(*options(file))

    for one in left:
        first, second = independent_server.seen.transactions(one.identity)
        assert first.stop is not None
        assert first.stop.reason == "PowerLoss"
        assert second.meter_start_wh == first.stop.meter_stop_wh
        assert second.stop is None


def test_files_that_are_damaged_and_passwords_that_move_are_told(
    command: Command, independent_server: IndependentServer, tmp_path: Path
) -> None:
    file = configuration(tmp_path, independent_server.url)
    command(*options(file))
    one, other = stations(tmp_path)
    one.write_text("{")
    content = json.loads(other.read_text())
    content["configurationKey"].append(key("AuthorizationKey", "0123456789abcdef"))
    other.write_text(json.dumps(content))
    ended = command(*options(file))

    notes = [line for line in ended.err.splitlines() if "configurations" in line]
    assert ended.code == 0
    assert len(notes) == 2
    assert f"ocppsim: note: {one}: line 1, column 2: " in ended.err
    assert (
        f"it is set aside as {one.name}.damaged, and the station begins as its template has it" in ended.err
    )
    assert (
        f"ocppsim: note: {other}: AuthorizationKey is used, and moved to configurations/secrets" in ended.err
    )
    assert "0123456789abcdef" not in ended.err + ended.out + other.read_text()
    [log] = (tmp_path / "logs").glob("combined*.log")
    assert f"{one}: line 1" in log.read_text()
    assert one.with_suffix(".json.damaged").read_text() == "{"


def test_a_damaged_journal_is_told(command: Command, tmp_path: Path) -> None:
    """What is lost with it are sessions and registers: more than a line of a log."""
    file = configuration(tmp_path, f"ws://127.0.0.1:{closed_port()}")
    journal = tmp_path / "configurations" / "journal.jsonl"
    journal.parent.mkdir()
    journal.write_text("no record\n")
    ended = command("run", "--config", str(file), "--plain", "--duration", "0.1")
    assert f"ocppsim: note: {journal} line 1: " in ended.err
    assert "kept a copy in journal.damaged" in ended.err
    [log] = (tmp_path / "logs").glob("combined*.log")
    assert f"{journal} line 1: " in log.read_text()


def test_where_the_folder_cannot_be_written_the_run_goes_on_and_says_so(
    command: Command, independent_server: IndependentServer, tmp_path: Path
) -> None:
    file = configuration(tmp_path, independent_server.url)
    (tmp_path / "configurations").write_text("in the way")
    ended = command(*options(file))

    assert ended.code == 0
    assert f"{tmp_path}/configurations: nothing is kept of this run: File exists" in ended.err
    assert "2, of which 2 booted" in ended.out


def test_a_folder_in_use_is_refused(command: Command, tmp_path: Path) -> None:
    file = configuration(tmp_path, "ws://127.0.0.1:1")
    folder = Folder.open(tmp_path / "configurations")
    ended = command(*options(file))
    folder.close()

    assert (ended.code, ended.out) == (2, "")
    assert "configurations is in use by another process; a second run needs a folder of its own" in ended.err


def test_a_disk_that_refuses_in_the_midst_is_said_in_the_end(
    command: Command,
    independent_server: IndependentServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(shelf: Shelf, hash_id: str, content: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Shelf, "write", refuse)
    file = configuration(tmp_path, independent_server.url)
    ended = command(*options(file))

    assert ended.code == 0
    assert ended.err.splitlines()[-1] == (
        f"configurations: files of stations are not up to date: {tmp_path}/configurations: "
        "No space left on device"
    )
    assert ended.out.count("files of stations are not written") == 1
    assert "2, of which 2 booted" in ended.out


def test_the_lock_goes_with_the_run(
    command: Command, independent_server: IndependentServer, tmp_path: Path
) -> None:
    file = configuration(tmp_path, independent_server.url)
    command(*options(file))
    with (tmp_path / "configurations" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize(
    ("worker", "kept"),
    [
        (
            {"processType": "fixedPool", "poolMinSize": 2, "poolMaxSize": 4},
            "processType, poolMinSize, poolMaxSize",
        ),
        ({"processType": "workerSet", "startDelay": 0}, "processType"),
        ({"resourceLimits": {"stackSizeMb": 4}}, "resourceLimits"),
        ({"startDelay": 0, "elementAddDelay": 0, "elementsPerWorker": "all"}, None),
        (None, None),
    ],
)
def test_a_run_says_that_everything_runs_in_one_process(
    command: Command, tmp_path: Path, worker: dict[str, Any] | None, kept: str | None
) -> None:
    file = configuration(tmp_path, "ws://127.0.0.1:1", autoStart=False)
    content = json.loads(file.read_text()) | ({"worker": worker} if worker is not None else {})
    file.write_text(json.dumps(content))
    ended = command(*options(file))

    assert ended.code == 2
    said = f"ocppsim: note: {file}: worker: everything runs in one process for now; kept: {kept}\n"
    assert (said in ended.err) is (kept is not None)
    assert ("one process" in ended.err) is (kept is not None)


def test_a_worker_section_without_sense_is_refused(command: Command, tmp_path: Path) -> None:
    file = configuration(tmp_path, "ws://127.0.0.1:1")
    worker = {"processType": "threads", "poolMinSize": 4, "poolMaxSize": 2}
    file.write_text(json.dumps(json.loads(file.read_text()) | {"worker": worker}))
    ended = command(*options(file))

    assert ended.code == 2
    assert "worker.processType: must be workerSet, fixedPool or dynamicPool" in ended.err
