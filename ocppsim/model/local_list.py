"""The local authorization list: what a station is told of tags beforehand (1.6 ed. 2, 3.5.2)."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any

from attrs import field

from ocppsim.model.announcement import Announcement
from ocppsim.model.authorization import TagInfo, TagStatus, folded
from ocppsim.model.commands import Command
from ocppsim.model.settings import Settings
from ocppsim.values import frozen

UNSUPPORTED = -1
"""The version of the list of a station that keeps none (1.6 ed. 2, 5.10)."""


@frozen
class LocalList:
    """Tags without regard to case. An empty list has version 0 (1.6 ed. 2, 5.10)."""

    version: int = 0
    tags: Mapping[str, TagInfo] = field(factory=dict)


class ListVerdict(Enum):
    """The word on an update of the list."""

    ACCEPTED = auto()
    FAILED = auto()
    NOT_SUPPORTED = auto()
    VERSION_MISMATCH = auto()


@frozen
class Change:
    """A tag to be put into the list, or taken out where there is no `info`."""

    tag: str
    info: TagInfo | None


@frozen
class UpdateList(Command[ListVerdict]):
    """`full` replaces the list, else it is changed. `version` is that of the list afterwards."""

    version: int
    full: bool
    changes: Sequence[Change]


@frozen
class GetListVersion(Command[int]):
    pass


@frozen
class ListConflict(Announcement):
    """The central system's word on a tag contradicts its own list."""

    operative: bool  # the station as a whole
    at: float


def updated(known: LocalList, update: UpdateList, settings: Settings) -> tuple[ListVerdict, LocalList]:
    """The word on an update, and the list afterwards; one that fails changes nothing."""
    if not settings.local_list_enabled:
        return ListVerdict.NOT_SUPPORTED, known
    if not _sound(update, settings):
        return ListVerdict.FAILED, known
    if not update.full and update.version <= known.version:
        return ListVerdict.VERSION_MISMATCH, known
    tags = {} if update.full else dict(known.tags)
    for change in update.changes:
        if change.info is None:
            tags.pop(folded(change.tag), None)
        else:
            tags[folded(change.tag)] = change.info
    if len(tags) > settings.local_list_length:
        return ListVerdict.FAILED, known
    return ListVerdict.ACCEPTED, LocalList(update.version if tags else 0, tags)


def _sound(update: UpdateList, settings: Settings) -> bool:
    """Versions 0 and -1 have a meaning of their own (errata 3.52); each tag stands once (6.41)."""
    changes = update.changes
    if update.version <= 0 or len(changes) > settings.local_list_update_length:
        return False
    if len({folded(change.tag) for change in changes}) < len(changes):
        return False
    return not update.full or all(change.info is not None for change in changes)


def version(known: LocalList, settings: Settings) -> int:
    return known.version if settings.local_list_enabled else UNSUPPORTED


# -- to keep it


def to_json(known: LocalList) -> dict[str, Any]:
    tags = {tag: [info.status.name, info.expires_at, info.parent] for tag, info in known.tags.items()}
    return {"version": known.version, "tags": tags}


def from_json(kept: Any) -> LocalList:
    """What `to_json` made; nothing kept is an empty list."""
    if kept is None:
        return LocalList()
    tags = {
        tag: TagInfo(TagStatus[status], expires_at, parent)
        for tag, (status, expires_at, parent) in kept["tags"].items()
    }
    return LocalList(kept["version"], tags)
