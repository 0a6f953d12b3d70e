"""Which storage the keys of a configuration mean, and where it is."""

from enum import Enum
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from attrs import frozen


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
    """The section `performanceStorage` as a configuration has it; None: the key is absent."""

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
    uri: str | None = None


def chosen(keys: StorageKeys) -> StorageType:
    """Enabled without a type is sqlite, a type alone is enabled; ValueError for an unknown one."""
    if keys.enabled is False:
        return StorageType.NONE
    if keys.type is None:
        return StorageType.SQLITE if keys.enabled else StorageType.NONE
    try:
        return StorageType(keys.type)
    except ValueError:
        offered = ", ".join(one.value for one in StorageType)
        raise ValueError(
            f"performanceStorage.type: {keys.type!r} is not offered; there are {offered}"
        ) from None


def file_of(storage: StorageType, uri: str | None, folder: Path) -> Path:
    """Relative to the folder of the configuration; ValueError for a URI that is no file's.

    A `file:` URI of one name, such as file:///performanceRecords.json, has always meant a file beside the
    configuration: nobody means the root of the file system.
    """
    if not uri:
        return folder / FILES[storage]
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise ValueError(f"performanceStorage.uri: {error}") from None
    if not parts.scheme:
        return folder / uri
    if parts.scheme != "file":
        raise ValueError(
            f"performanceStorage.uri: {storage.value} needs a path or a file: URI, not {parts.scheme}:"
        )
    path = unquote(parts.path)
    if path.count("/") == 1 or parts.netloc not in ("", "localhost"):
        path = f"{parts.netloc if parts.netloc != 'localhost' else ''}{path}".lstrip("/")
    if not path:
        raise ValueError("performanceStorage.uri names no file")
    return folder / path
