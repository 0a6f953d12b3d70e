"""Where stations keep what must not be lost: nowhere beyond the process, or in a folder."""

import errno
import fcntl
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Protocol

import trio
from attrs import define, field

from ocppsim.actors import journal, secret_files
from ocppsim.actors.journal import Kept, Record

log = logging.getLogger(__name__)

JOURNAL = "journal.jsonl"
SECRETS = Path("configurations") / "secrets"
OWNERS = 0o600
"""A URL that a central system set may have a password in it."""


class StoreInUse(Exception):
    """Another process writes to the folder."""


class Store(Protocol):
    """Records are kept in their order. Nothing here raises or waits for long."""

    @property
    def trouble(self) -> str:
        """Why records are no longer kept; empty while they are."""

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
    """One append-only journal, written before the frame leaves; compacted when it is opened.

    Survives the death of the process; with `fsync` also that of the machine. When the disk refuses, the fleet
    goes on, and `trouble` says so. While it lives, the records of all stations that come in one round of the
    scheduler are one write.
    """

    path: Path
    fsync: bool = False
    secret: Path = SECRETS  # of passwords and keys, in the folder
    trouble: str = ""
    _kept: dict[str, Kept] = field(factory=dict)
    _journal: int | None = None  # the file's descriptor: a line is one write, with nothing held back
    _lock: IO[str] | None = None
    _lines: list[bytes] = field(factory=list)  # not written yet
    _urgent: set[str] = field(factory=set)  # stations that have something urgent among them
    _lives: bool = False
    _round: trio.lowlevel.ParkingLot = field(factory=trio.lowlevel.ParkingLot)

    @classmethod
    def open(cls, path: Path, *, fsync: bool = False, secret: Path = SECRETS) -> "Folder":
        """Raises OSError when the folder cannot be written, StoreInUse when somebody else does."""
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path, fsync, secret)
        folder._lock = (path / "lock").open("w")
        try:
            fcntl.flock(folder._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            folder._lock.close()
            raise StoreInUse(f"{path} is in use by another process") from None
        folder._kept = _read(path / JOURNAL)
        _compact(path / JOURNAL, folder._kept)
        folder._journal = os.open(path / JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNERS)
        return folder

    def close(self) -> None:
        self._write()
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
        if self._journal is None or self.trouble:
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
            while True:
                await self._round.park()
                self._write()
        finally:
            self._lives = False
            self._write()

    def _write(self) -> None:
        lines, self._lines = b"".join(self._lines), []
        self._urgent.clear()
        if self._journal is None or self.trouble or not lines:
            return
        try:
            if os.write(self._journal, lines) != len(lines):
                raise OSError(errno.ENOSPC, "a line was written in part")
            if self.fsync:
                os.fsync(self._journal)
        except OSError as error:
            self._fail(self.path / JOURNAL, error)

    def secrets(self, station: str) -> Mapping[str, Any]:
        return secret_files.read(self.path / self.secret, station)

    def keep_secrets(self, station: str, secrets: Mapping[str, Any]) -> None:
        if self._journal is None or self.trouble:
            return
        try:
            secret_files.write(self.path / self.secret, station, secrets)
        except OSError as error:
            self._fail(self.path / self.secret, error)

    def _fail(self, path: Path, error: OSError) -> None:
        self.trouble = f"{path}: {error.strerror or error}"
        log.error("nothing is kept any more: %s", self.trouble)


def _read(path: Path) -> dict[str, Kept]:
    """What the journal says; a line that cannot be read ends it, and the file is set aside."""
    kept: dict[str, Kept] = {}
    if not path.exists():
        return kept
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            station, record = journal.read(line)
            journal.apply(kept.setdefault(station, Kept()), record)
        except (ValueError, RecursionError) as error:
            if number == len(lines) and not line.endswith(b"\n"):
                log.info("%s: the last line was cut short and is left out", path)
            else:
                aside = path.with_suffix(".damaged")
                log.warning("%s line %d: %s; kept a copy in %s", path, number, error, aside.name)
                aside.write_bytes(b"".join(lines))
            break
    return kept


def _compact(path: Path, kept: Mapping[str, Kept]) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNERS), "wb") as file:
        for station, what in kept.items():
            file.writelines(journal.line(station, record) for record in journal.records(what))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
