"""Records in a MongoDB, by way of `pymongo` (extra `mongo`), which is loaded when it is needed."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ocppsim.actors.statistics import without_secrets
from ocppsim.config.storage_settings import BadStorage, server_of
from ocppsim.performance.port import StorageFailed
from ocppsim.performance.records import Record

if TYPE_CHECKING:
    from pymongo import MongoClient

DATABASE = "ocppsim"
"""Unless the URI names one."""

COLLECTION = "performance_records"

AWAY_AFTER_MS = 2000
"""So long a server may take to be found, and to take a connection."""

SILENT_AFTER_MS = 5000


def checked(uri: str | None) -> str:
    """The URI; BadStorage when it cannot be one, or when there is no `pymongo`."""
    uri = server_of(uri)
    if find_spec("pymongo") is None:
        raise BadStorage("type", "mongodb needs the extra ocppsim[mongo]")
    return uri


@define(eq=False)
class MongoDb:
    """A document for each station, found by its field `id`."""

    uri: str = field(repr=False)
    _client: "MongoClient[Mapping[str, Any]] | None" = field(default=None, init=False, repr=False)

    @property
    def where(self) -> str:
        return without_secrets(self.uri)

    def write(self, records: Sequence[Record]) -> None:
        from pymongo import ReplaceOne
        from pymongo.errors import PyMongoError

        writes: list[ReplaceOne[Mapping[str, Any]]] = [
            ReplaceOne({"id": record["id"]}, record, upsert=True) for record in records
        ]
        try:
            self._open().get_default_database(DATABASE)[COLLECTION].bulk_write(writes, ordered=False)
        except PyMongoError as error:
            raise StorageFailed(_words(error)) from None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _open(self) -> "MongoClient[Mapping[str, Any]]":
        if self._client is None:
            from pymongo import MongoClient

            client: MongoClient[Mapping[str, Any]] = MongoClient(
                self.uri,
                serverSelectionTimeoutMS=AWAY_AFTER_MS,
                connectTimeoutMS=AWAY_AFTER_MS,
                socketTimeoutMS=SILENT_AFTER_MS,
                appname="ocppsim",
            )
            try:
                client.get_default_database(DATABASE)[COLLECTION].create_index("id")
            except BaseException:
                client.close()
                raise
            self._client = client
        return self._client


def _words(error: Exception) -> str:
    """The first line, without the library's description of all that it knows of its servers."""
    words = str(error).partition("\n")[0].partition(", Timeout: ")[0].partition(", full error: ")[0]
    return words.partition(" (configured timeouts: ")[0] or type(error).__name__
