"""Which storage of statistics the section `performanceStorage` means, and where it is."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from attrs import field

from ocppsim.values import frozen


class StorageType(Enum):
    """As the key `type` has them."""

    NONE = "none"
    JSON_FILE = "jsonfile"
    SQLITE = "sqlite"
    MONGODB = "mongodb"


FILES = {
    StorageType.JSON_FILE: "performance/performanceRecords.json",
    StorageType.SQLITE: "performance/ocppsim.db",
}
"""Where records go unless the key `uri` says so."""


class StorageKeys(Protocol):
    """The section as a configuration has it; None: the key is absent."""

    @property
    def enabled(self) -> bool | None: ...
    @property
    def type(self) -> str | None: ...
    @property
    def uri(self) -> str | None: ...


@frozen
class StorageSettings:
    """The same for those who have no configuration file."""

    enabled: bool | None = None
    type: str | None = None
    uri: str | None = field(default=None, repr=False)  # may have a password in it


class BadStorage(ValueError):
    """A key that cannot be meant."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"performanceStorage.{key}: {reason}")
        self.key, self.reason = key, reason


def problems(keys: StorageKeys) -> Iterator[tuple[str, str]]:
    """Key and reason, where something cannot be meant."""
    try:
        kind = chosen(keys)
        if kind is StorageType.MONGODB:
            server_of(keys.uri)
        elif kind is not StorageType.NONE:
            file_of(kind, keys.uri, Path())
    except BadStorage as error:
        yield error.key, error.reason


def chosen(keys: StorageKeys) -> StorageType:
    """Enabled without a type is sqlite, a type alone is enabled; BadStorage for an unknown one."""
    if keys.enabled is False:
        return StorageType.NONE
    if keys.type is None:
        return StorageType.SQLITE if keys.enabled else StorageType.NONE
    try:
        return StorageType(keys.type)
    except ValueError:
        offered = ", ".join(one.value for one in StorageType)
        raise BadStorage("type", f"{keys.type!r:.60} is not offered; there are {offered}") from None


def file_of(storage: StorageType, uri: str | None, folder: Path) -> Path:
    """Relative to the folder of the configuration; BadStorage for a URI that is no file's.

    A `file:` URI of one name, such as file:///performanceRecords.json, has always meant a file beside the
    configuration: nobody means the root of the file system.
    """
    if not uri:
        return folder / FILES[storage]
    scheme, host, path = _parts(uri)
    if not scheme:
        return folder / uri
    if scheme != "file":
        raise BadStorage("uri", f"{storage.value} needs a path or a file: URI, not {scheme}:")
    path = unquote(path)
    if path.count("/") == 1 or host not in ("", "localhost"):
        path = f"{host if host != 'localhost' else ''}{path}".lstrip("/")
    if not path:
        raise BadStorage("uri", "names no file")
    return folder / path


def server_of(uri: str | None) -> str:
    """The URI of a MongoDB; BadStorage when it cannot be one."""
    if uri is None or _parts(uri)[0] not in ("mongodb", "mongodb+srv"):
        raise BadStorage("uri", "mongodb needs a URI that begins with mongodb://")
    return uri


def _parts(uri: str) -> tuple[str, str, str]:
    """Scheme, host and path."""
    try:
        parts = urlsplit(uri)
    except ValueError:  # whose words may have a password in them
        raise BadStorage("uri", "is no URI") from None
    return parts.scheme, parts.netloc, parts.path
