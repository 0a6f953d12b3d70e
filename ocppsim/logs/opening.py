"""Opening the log of a run, and leaving logging as it was found."""

import copy
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from queue import SimpleQueue

from attrs import define, field

from ocppsim.config.logging_settings import LogKeys, is_json, kept, most_bytes, threshold
from ocppsim.logs.lines import Json, Plain
from ocppsim.logs.rotation import LogFile

WAITING = 100_000
"""So many records may wait for a slow disk; what comes then is counted and dropped."""

LOGGER = "ocppsim"

_TRACEBACKS = logging.Formatter()


class _Hand(QueueHandler):
    """Takes a record where it arises, and leaves it for the thread: nothing here waits."""

    def __init__(self, queue: "SimpleQueue[logging.LogRecord]") -> None:
        super().__init__(queue)
        self.waiting = queue
        self.dropped = 0
        self._told = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """The words are made now, for what they speak of may change; their form is made later."""
        record = copy.copy(record)
        record.msg, record.args = record.getMessage(), None
        if record.exc_info:
            record.exc_text, record.exc_info = _TRACEBACKS.formatException(record.exc_info), None
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.waiting.qsize() >= WAITING:
            self.dropped += 1
            return
        self._tell_what_was_dropped()
        self.waiting.put(record)

    def close(self) -> None:
        """What was dropped last is told too, however many wait."""
        self._tell_what_was_dropped()
        super().close()

    def _tell_what_was_dropped(self) -> None:
        if (fresh := self.dropped - self._told) > 0:
            self._told = self.dropped
            words = f"{fresh} records were dropped: the log is too slow"
            self.waiting.put(
                logging.makeLogRecord({"name": __name__, "msg": words, "levelno": logging.WARNING})
            )


class _FileHandler(logging.Handler):
    """Runs in the thread. A disk that refuses is told on stderr, once, and tried again."""

    def __init__(self, file: LogFile, level: int) -> None:
        super().__init__(level)
        self.file = file
        self.trouble = ""
        self.lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        try:
            self.file.write(line)
        except OSError as error:
            self.lost += 1
            if not self.trouble:
                self.trouble = error.strerror or str(error)
                _say(f"ocppsim: {self.file.path} cannot be written: {self.trouble}")
        else:
            self.trouble = ""

    def close(self) -> None:
        self.file.close()
        super().close()


class _ConsoleHandler(logging.Handler):
    """Runs in the thread; writes to what stderr is then."""

    def emit(self, record: logging.LogRecord) -> None:
        _say(self.format(record))


def _say(line: str) -> None:
    """To what stderr is now."""
    with suppress(OSError, ValueError):  # it was closed: nobody looks any more
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


@define(eq=False)
class Logbook:
    """What became of the log."""

    files: list[LogFile] = field(factory=list)
    _hand: _Hand | None = None
    _handlers: list[_FileHandler] = field(factory=list)

    @property
    def dropped(self) -> int:
        """Records that never came to a file, for want of speed or of a disk."""
        waiting = self._hand.dropped if self._hand is not None else 0
        return waiting + sum(handler.lost for handler in self._handlers)

    def follow(self, keys: LogKeys) -> None:
        """The least serious level that is written is another one from now on."""
        if self._hand is None:
            return
        level = threshold(keys.level)
        self._hand.setLevel(level)  # where records arise: of what waits already, nothing is left out
        logging.getLogger(LOGGER).setLevel(level)


@contextmanager
def open_logging(keys: LogKeys, folder: Path, *, console: bool = True) -> Iterator[Logbook]:
    """Log what `ocppsim` says to files below the folder of the configuration, until the block ends.

    `console=False` keeps the terminal free, whatever the keys say. Only the logger `ocppsim` gets a handler
    and a level, and loses both in the end; handlers of others hear it as before. At the end everything is
    written. BadLog for keys that cannot be meant, OSError for files that cannot be opened.
    """
    logger = logging.getLogger(LOGGER)
    level = threshold(keys.level)
    with ExitStack() as stack:
        if not keys.enabled:
            _attach(stack, logger, logging.NullHandler(), logger.level)
            yield Logbook()
            return
        files = _open_files(stack, keys, folder)
        handlers: list[logging.Handler] = [*files]
        if keys.console and console:
            handlers.append(_ConsoleHandler())
        formatter = Json() if is_json(keys.format) else Plain()
        for handler in handlers:
            handler.setFormatter(formatter)
        queue: SimpleQueue[logging.LogRecord] = SimpleQueue()
        hand = _Hand(queue)
        hand.setLevel(level)
        listener = QueueListener(queue, *handlers, respect_handler_level=True)
        listener.start()
        stack.callback(listener.stop)
        _attach(stack, logger, hand, level)
        yield Logbook([handler.file for handler in files], hand, files)


def _open_files(stack: ExitStack, keys: LogKeys, folder: Path) -> list[_FileHandler]:
    wanted = {folder / keys.file: logging.NOTSET}
    wanted.setdefault(folder / keys.error_file, logging.ERROR)
    handlers = []
    for path, least in wanted.items():
        file = LogFile(path, keys.rotate, most_bytes(keys.max_size), kept(keys.max_files))
        file.open()
        handler = _FileHandler(file, least)
        stack.callback(handler.close)
        handlers.append(handler)
    return handlers


def _attach(stack: ExitStack, logger: logging.Logger, handler: logging.Handler, level: int) -> None:
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    stack.callback(logger.setLevel, before)
    stack.callback(handler.close)
    stack.callback(logger.removeHandler, handler)
