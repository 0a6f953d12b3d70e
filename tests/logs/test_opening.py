"""The log of a run: what is written where, off the thread that logs; and logging is left as it was found."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ocppsim.config.logging_settings import LEVELS, LogSettings
from ocppsim.logs import opening
from ocppsim.logs.lines import redacted
from ocppsim.logs.opening import open_logging
from ocppsim.logs.rotation import LogFile
from tests.config.bench import simulator

PLAIN = LogSettings(rotate=False)

log = logging.getLogger("ocppsim.somewhere")


def lines(folder: Path, name: str = "combined") -> list[str]:
    return (folder / "logs" / f"{name}.log").read_text().splitlines()


def messages(folder: Path, name: str = "combined") -> list[str]:
    return [line.split(" ", 1)[1] for line in lines(folder, name)]


@contextmanager
def global_state_is_kept() -> Iterator[None]:
    def state() -> object:
        loggers = [logging.getLogger(name) for name in ("", "ocppsim", "ocppsim.somewhere")]
        return [
            (one.level, one.propagate, one.disabled, list(one.handlers), list(one.filters)) for one in loggers
        ]

    before = state(), logging.getLevelName(25), logging.raiseExceptions, set(threading.enumerate())
    yield
    assert before == (state(), logging.getLevelName(25), logging.raiseExceptions, set(threading.enumerate()))


# -- where it goes


def test_everything_goes_to_one_file_and_errors_to_another_too(tmp_path: Path) -> None:
    with global_state_is_kept(), open_logging(PLAIN, tmp_path):
        log.debug("details")
        log.info("news of %s", "CS-1")
        log.error("trouble")
    assert messages(tmp_path) == [
        "info: ocppsim.somewhere: news of CS-1",
        "error: ocppsim.somewhere: trouble",
    ]
    assert messages(tmp_path, "error") == ["error: ocppsim.somewhere: trouble"]


@pytest.mark.parametrize("level", LEVELS)
def test_the_level_decides_what_is_written(tmp_path: Path, level: str) -> None:
    with open_logging(evolve(PLAIN, level=level), tmp_path):
        for name, number in LEVELS.items():
            log.log(number, "%s", name)
    names = list(LEVELS)
    assert [line.rpartition(" ")[2] for line in lines(tmp_path)] == names[: names.index(level) + 1]
    errors = [name for name in names[: names.index(level) + 1] if LEVELS[name] >= logging.ERROR]
    assert [line.rpartition(" ")[2] for line in lines(tmp_path, "error")] == errors


def test_the_level_can_change_while_it_is_open(tmp_path: Path) -> None:
    with global_state_is_kept(), open_logging(PLAIN, tmp_path) as book:
        log.debug("before")
        book.follow(evolve(PLAIN, level="debug"))
        log.debug("details")
        log.error("trouble")
        book.follow(evolve(PLAIN, level="warning"))
        log.info("news")
        log.warning("warning")
    assert [line.rpartition(" ")[2] for line in lines(tmp_path)] == ["details", "trouble", "warning"]
    assert [line.rpartition(" ")[2] for line in lines(tmp_path, "error")] == ["trouble"]


def test_a_log_that_is_not_written_has_no_level(tmp_path: Path) -> None:
    disabled = evolve(PLAIN, enabled=False)
    with global_state_is_kept(), open_logging(disabled, tmp_path) as book:
        level = logging.getLogger("ocppsim").level
        book.follow(evolve(disabled, level="debug"))
        assert logging.getLogger("ocppsim").level == level


def test_one_file_may_serve_both(tmp_path: Path) -> None:
    with open_logging(evolve(PLAIN, error_file=PLAIN.file), tmp_path):
        log.error("once")
    assert len(lines(tmp_path)) == 1


def test_absolute_paths_are_taken_as_they_are(tmp_path: Path) -> None:
    keys = evolve(PLAIN, file=str(tmp_path / "a" / "b.log"))
    with open_logging(keys, tmp_path / "elsewhere"):
        log.info("here")
    assert "here" in (tmp_path / "a" / "b.log").read_text()


def test_disabled_nothing_is_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with global_state_is_kept(), open_logging(evolve(PLAIN, enabled=False, console=True), tmp_path):
        log.error("nobody wants to know")
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.effective("log.maxFiles", "log.maxSize")
def test_it_rotates_as_its_keys_say(tmp_path: Path) -> None:
    keys = simulator(tmp_path, log={"maxSize": 200, "maxFiles": 2, "rotate": True}).configuration.log
    with open_logging(keys, tmp_path) as book:
        for number in range(20):
            log.info("line %d, long enough to fill a file before long", number)
        [combined, _] = book.files
    names = sorted(path.name for path in (tmp_path / "logs").glob("combined-*"))
    assert len(names) == 2
    day = combined.today().isoformat()
    assert all(name.startswith(f"combined-{day}.log.") for name in names)


@pytest.mark.parametrize(
    ("console", "free", "expected"), [(True, True, 1), (False, True, 0), (True, False, 0)]
)
def test_the_console_gets_it_if_it_is_wanted_and_free(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], console: bool, free: bool, expected: int
) -> None:
    with open_logging(evolve(PLAIN, console=console), tmp_path, console=free):
        log.info("for everybody")
    out, err = capsys.readouterr()
    assert (out, err.count("for everybody")) == ("", expected)


def test_handlers_of_others_hear_it_as_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_logging(PLAIN, tmp_path):
        log.info("for all")
    assert caplog.messages == ["for all"]
    log.warning("afterwards")
    assert len(lines(tmp_path)) == 1


def test_all_is_as_before_when_the_block_fails(tmp_path: Path) -> None:
    def fail() -> None:
        log.info("before it fails")
        raise RuntimeError

    with global_state_is_kept(), pytest.raises(RuntimeError), open_logging(PLAIN, tmp_path):
        fail()
    assert len(lines(tmp_path)) == 1


def test_a_file_that_cannot_be_opened_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("no folder")
    with global_state_is_kept(), pytest.raises(OSError, match="logs"), open_logging(PLAIN, tmp_path):
        pytest.fail("it must not come to this")


# -- how it is written


def test_json_is_an_object_for_each_record(tmp_path: Path) -> None:
    with open_logging(evolve(PLAIN, format="json"), tmp_path):
        log.warning('two\nlines, "quoted"', extra={"station": "CS-1"})
        try:
            raise ValueError("of ws://user:secret@csms.example/")
        except ValueError:
            log.exception("failed")
    first, second = map(json.loads, lines(tmp_path))
    timestamp = first.pop("timestamp")
    assert timestamp.endswith("Z")
    assert first == {"level": "warning", "message": 'two\nlines, "quoted"', "source": "CS-1"}
    assert second["source"] == "ocppsim.somewhere"
    assert "ValueError: of ws://***@csms.example/" in second["stack"]


def test_a_message_stays_one_line_whatever_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What pytest catches goes from process to process, which half of a surrogate pair cannot.
    monkeypatch.setattr(logging.getLogger("ocppsim"), "propagate", False)
    with open_logging(PLAIN, tmp_path):
        log.info("one\ntwo\r\x1b[31mthree\u2028four \ud800")
    assert messages(tmp_path) == [r"info: ocppsim.somewhere: one\ntwo\r\x1b[31mthree\u2028four \ud800"]


def test_words_are_those_of_the_moment(tmp_path: Path) -> None:
    changing: list[Any] = ["before"]
    with open_logging(PLAIN, tmp_path):
        log.info("%s", changing)
        changing[0] = "after"
    assert messages(tmp_path) == ["info: ocppsim.somewhere: ['before']"]


@pytest.mark.parametrize(
    "text",
    [
        "dialling wss://user:hidden@csms.example/ocpp",
        "dialling wss://us/er:hidden@csms.example",
        "Authorization: Basic hidden",
        "authorization: bearer hidden.x-y_z=",
        '{"supervisionPassword": "hidden"}',
        r'{"password":"hid\"hidden"}',
        '{"AuthorizationKey":"hidden"}',
    ],
)
def test_secrets_do_not_come_through(text: str) -> None:
    assert "hidden" in text
    assert "hidden" not in redacted(text)


def test_what_is_no_secret_comes_through() -> None:
    for text in ("connected to ws://csms.example:80/ocpp/CS-1", "TAG@2 was shown", '{"idTag":"TAG"}'):
        assert redacted(text) == text


# -- off the thread


def test_a_disk_that_hangs_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, hangs, writers = threading.Event(), threading.Event(), set()
    write = LogFile.write

    def stuck(file: LogFile, line: bytes) -> None:
        writers.add(threading.get_ident())
        hangs.set()
        assert let_go.wait(30)
        write(file, line)

    monkeypatch.setattr(LogFile, "write", stuck)
    monkeypatch.setattr(opening, "WAITING", 10)
    with open_logging(PLAIN, tmp_path) as book:
        log.info("line 0")
        assert hangs.wait(30)  # later, some would be dropped before it, and that be told in a line of its own
        for number in range(1, 50):
            log.info("line %d", number)  # returns although nothing can be written
        assert book.dropped == 39
        let_go.set()
    assert threading.get_ident() not in writers
    *written, last = messages(tmp_path)
    assert len(written) == 50 - 39
    assert "39 records were dropped" in last


def test_a_disk_that_refuses_is_said_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Semaphore(0)
    refuses = True
    write = LogFile.write

    def refusing(file: LogFile, line: bytes) -> None:
        try:
            if refuses:
                raise OSError(28, "No space left on device")
            write(file, line)
        finally:
            written.release()

    said = io.StringIO()
    monkeypatch.setattr(LogFile, "write", refusing)
    monkeypatch.setattr("sys.stderr", said)
    with open_logging(PLAIN, tmp_path) as book:
        for _ in range(3):
            log.info("lost")
            assert written.acquire(timeout=10)
        refuses = False
        log.info("written")
    assert (
        said.getvalue()
        == f"ocppsim: {tmp_path}/logs/combined.log cannot be written: No space left on device\n"
    )
    assert book.dropped == 3
    assert messages(tmp_path) == ["info: ocppsim.somewhere: written"]
