"""Where stations keep what must not be lost: nowhere beyond the process, or in a folder."""

import errno
import fcntl
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from sys import maxsize
from typing import IO, Any, Protocol

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.actors import journal, segments
from ocppsim.actors.backlog import Backlog
from ocppsim.actors.journal import Kept, Record
from ocppsim.actors.secret_folder import SecretFolder
from ocppsim.actors.segments import JOURNAL, OWNERS

log = logging.getLogger(__name__)

SECRETS = Path("configurations") / "secrets"
LARGE = 32 * 2**20
"""A journal with fewer bytes than this, or than four times those of its last compaction, is not compacted."""


RETRY_S = 1.0


class StoreInUse(Exception):
    """Another process writes to the folder."""


class Store(Protocol):
    """Records are kept in their order. Nothing here raises or waits for long."""

    @property
    def trouble(self) -> str:
        """Why records are not kept; empty while they are."""

    @property
    def secrets_trouble(self) -> str:
        """Why passwords and keys are not kept; empty while they are."""

    @property
    def refusals(self) -> int:
        """How often the disk refused."""

    def recall(self, station: str) -> Kept | None: ...

    def known(self, station: str) -> Kept | None:
        """What `recall` will find."""

    def bring(self, station: str, kept: Kept) -> None:
        """Let `recall` find this, from somewhere else, in place of what is known."""

    def record(self, station: str, record: Record, *, urgent: bool = True) -> None:
        """Keep it: soon, and if it is urgent, before the station's next frame."""

    def settle(self, station: str) -> None:
        """A frame is about to leave: what is urgent of its station is kept when this returns."""

    async def live(self) -> None:
        """Runs beside the fleet, and writes down what has come together."""

    def secrets(self, station: str) -> Mapping[str, Any]:
        """Passwords and keys that were kept of a station."""

    def keep_secrets(self, station: str, secrets: Mapping[str, Any]) -> None:
        """Keep them in place of the older ones; as `record`, it never raises."""


class Forgetful:
    """Keeps nothing beyond the process."""

    trouble = ""
    secrets_trouble = ""
    refusals = 0

    def __init__(self) -> None:
        self._brought: dict[str, Kept] = {}

    def recall(self, station: str) -> Kept | None:
        return self._brought.pop(station, None)

    def known(self, station: str) -> Kept | None:
        return self._brought.get(station)

    def bring(self, station: str, kept: Kept) -> None:
        self._brought[station] = kept

    def record(self, station: str, record: Record, *, urgent: bool = True) -> None:
        del station, record, urgent

    def settle(self, station: str) -> None:
        del station

    async def live(self) -> None:
        await trio.lowlevel.checkpoint()

    def secrets(self, station: str) -> Mapping[str, Any]:
        del station
        return {}

    def keep_secrets(self, station: str, secrets: Mapping[str, Any]) -> None:
        del station, secrets


@define(eq=False)
class Folder:
    """One append-only journal, written before the frame leaves; compacted when it is opened, and when large.

    Survives the death of the process; with `fsync` also that of the machine. When the disk refuses, the fleet
    goes on, `trouble` says so, and what was not written waits until the disk takes it. While it lives, the
    records of all stations that come in one round of the scheduler are one write.
    """

    path: Path
    fsync: bool = False
    secret: Path = SECRETS  # of passwords and keys, in the folder
    trouble: str = ""
    _secrets: SecretFolder = field(init=False)
    _refusals: int = 0
    _kept: dict[str, Kept] = field(factory=dict)
    _number: int = 0  # of the file that is written to
    _size: int = 0  # of all files
    _large: int = LARGE  # from here on they are compacted
    _journal: int | None = None  # the file's descriptor: a line is one write, with nothing held back
    _lock: IO[str] | None = None
    _lines: list[bytes] = field(factory=list)  # not written yet
    _urgent: set[str] = field(factory=set)  # stations that have something urgent among them
    _waiting: Backlog = field(factory=Backlog)  # what the disk refused, and what has come since
    _retries: trio.Nursery | None = None
    _is_retrying: bool = False
    _lives: bool = False
    _round: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot)

    def __attrs_post_init__(self) -> None:
        self._secrets = SecretFolder(self.path / self.secret)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        fsync: bool = False,
        secret: Path = SECRETS,
        damaged: Callable[[str], None] = segments.say_damage,
    ) -> "Folder":
        """Raises OSError when the folder cannot be written, StoreInUse when somebody else does.

        `damaged` hears which file can be read in part only.
        """
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path, fsync, secret)
        folder._lock = (path / "lock").open("w")
        try:
            fcntl.flock(folder._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            folder._lock.close()
            raise StoreInUse(f"{path} is in use by another process") from None
        files = segments.found(path) or [path / JOURNAL]
        folder._kept = segments.read([file for file in files if file.exists()], damaged)
        folder._compacted(segments.merge(files, folder._kept))
        files[-1].replace(path / JOURNAL)
        folder._journal = folder._opened()
        return folder

    def _opened(self) -> int:
        path = segments.path_of(self.path, self._number)
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNERS)

    def _compacted(self, size: int) -> None:
        self._size, self._large = size, max(LARGE, 4 * size)

    def close(self) -> None:
        self._try_again()
        if self._journal is not None:
            os.close(self._journal)
        if self._lock is not None:
            self._lock.close()
        self._journal = self._lock = None

    def recall(self, station: str) -> Kept | None:
        return self._kept.pop(station, None)

    def known(self, station: str) -> Kept | None:
        return self._kept.get(station)

    def bring(self, station: str, kept: Kept) -> None:
        self._kept[station] = kept
        for record in (journal.anew(), *journal.records(kept)):
            self.record(station, record)

    def record(self, station: str, record: Record, *, urgent: bool = True) -> None:
        if self._journal is None:
            return
        self._lines.append(journal.line(station, record))
        if urgent:
            self._urgent.add(station)
        if not self._lives:
            self._write()
        elif len(self._lines) == 1:
            self._round.unpark()

    def settle(self, station: str) -> None:
        if station in self._urgent:
            self._write()

    async def live(self) -> None:
        self._lives = True
        try:
            async with trio.open_nursery() as nursery:
                self._retries = nursery
                self._retry_later()
                while True:
                    await self._round.park()
                    self._write()
                    if self._size > self._large:
                        self._large = maxsize  # not again meanwhile
                        nursery.start_soon(self._compact, name="compaction of the journal")
        finally:
            self._lives, self._retries = False, None
            self._try_again()

    async def _compact(self) -> None:
        """What was written so far becomes one file of the fewest lines, in a thread; what comes goes on."""
        if not self._write():
            return
        files, written = segments.found(self.path), self._size
        try:
            self._next_file()
            if clock.is_virtual():  # no thread follows that clock
                size = _merged(files)
            else:
                size = await trio.to_thread.run_sync(_merged, files)
        except OSError as error:
            why = error.strerror or error
            log.warning("%s: cannot be compacted, and grows: %s", self.path / JOURNAL, why)
        else:
            self._compacted(size + self._size - written)

    def _next_file(self) -> None:
        self._number += 1
        try:
            before, self._journal = self._journal, self._opened()
        except OSError:
            self._number -= 1
            raise
        if before is not None:
            os.close(before)

    def _write(self) -> bool:
        """Whether all is written."""
        lines, self._lines = b"".join(self._lines), []
        self._urgent.clear()
        if self._journal is not None and self.trouble:
            self._waiting.put(lines)
            self._give_up_if_too_much()
        elif self._journal is not None and lines:
            try:
                self._append(lines)
            except OSError as error:
                self._refused(error)
        return self._journal is not None and not self.trouble

    def _append(self, lines: bytes) -> None:
        """What cannot be written of it waits. Raises OSError."""
        assert self._journal is not None
        written = 0
        try:
            written = os.write(self._journal, lines)
            self._size += written
            if written != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self.fsync:
                os.fsync(self._journal)
        except OSError:
            self._waiting.put(lines[written:])
            raise

    # -- a disk that refuses

    def _refused(self, error: OSError) -> None:
        path = segments.path_of(self.path, self._number)
        self._refusals += 1
        if not self.trouble:
            self.trouble = f"{path}: {error.strerror or error}"
            log.error("nothing is kept until the disk takes it: %s", self.trouble)
        self._give_up_if_too_much()
        self._retry_later()

    def _give_up_if_too_much(self) -> None:
        if self._waiting.is_too_much and self._journal is not None:
            log.error("nothing is kept any more: %s", self.trouble)
            os.close(self._journal)
            self._journal = None
            self._waiting.take()

    def _retry_later(self) -> None:
        if self._can_retry() and not self._is_retrying and self._retries is not None:
            self._is_retrying = True
            self._retries.start_soon(self._retry, name="store: the disk refused")

    def _can_retry(self) -> bool:
        return bool(self._secrets.trouble or (self.trouble and self._journal is not None))

    async def _retry(self) -> None:
        try:
            while self._can_retry():
                await trio.sleep(clock.wire(RETRY_S))
                self._try_again()
        finally:
            self._is_retrying = False

    def _try_again(self) -> None:
        before = self.trouble
        self._write()
        if before and self._journal is not None:
            try:
                self._append(self._waiting.take())
            except OSError as error:
                self._refused(error)
            else:
                self.trouble = ""
                log.warning("all is kept again")
        self._secrets.try_again()

    @property
    def secrets_trouble(self) -> str:
        return self._secrets.trouble

    @property
    def refusals(self) -> int:
        return self._refusals + self._secrets.refusals

    def secrets(self, station: str) -> Mapping[str, Any]:
        return self._secrets.read(station)

    def keep_secrets(self, station: str, secrets: Mapping[str, Any]) -> None:
        if self._lock is not None:
            self._secrets.keep(station, secrets)
            self._retry_later()


def _merged(files: Sequence[Path]) -> int:
    return segments.merge(files, segments.read(files))
