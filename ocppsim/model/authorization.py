"""Who may charge: what the station knows of tags, and when it must ask (1.6 ed. 2, 3.5)."""

from collections.abc import Mapping
from enum import Enum, auto
from math import inf

from ocppsim.model.settings import Settings
from ocppsim.values import frozen

CACHE_SIZE = 1000


class TagStatus(Enum):
    ACCEPTED = auto()
    BLOCKED = auto()
    EXPIRED = auto()
    INVALID = auto()
    CONCURRENT = auto()


class Decision(Enum):
    """What to do with a tag that was shown."""

    ACCEPT = auto()
    REFUSE = auto()
    ASK = auto()


@frozen
class TagInfo:
    """What the central system said of a tag; `expires_at` in POSIX seconds."""

    status: TagStatus
    expires_at: float | None = None
    parent: str | None = None

    def valid(self, now: float) -> bool:
        return self.status is TagStatus.ACCEPTED and (self.expires_at is None or now < self.expires_at)


Tags = Mapping[str, TagInfo]
"""By the tag as `folded` spells it: a cache, or a list."""


def folded(tag: str) -> str:
    """One spelling for all that count as the same tag: case makes no difference (1.6 ed. 2, 7.28)."""
    return tag.casefold()


def same(tag: str | None, other: str | None) -> bool:
    """Whether two tags, or the parents of two tags, are the same; those not known are not."""
    return tag is not None and other is not None and folded(tag) == folded(other)


def known(tag: str, listed: Tags, cache: Tags, settings: Settings) -> TagInfo | None:
    """What the station knows of a tag: the list goes before the cache (3.5.3)."""
    name = folded(tag)
    info = listed.get(name) if settings.local_list_enabled else None
    if info is None and settings.cache_enabled:
        info = cache.get(name)
    return info


def decide(info: TagInfo | None, now: float, settings: Settings, *, online: bool) -> Decision:
    """By what is known of a tag. Online, one known as valid may pass at once. Offline, one known as invalid
    may never (3.5.4)."""
    valid = info is not None and info.valid(now)
    if online:
        return Decision.ACCEPT if valid and settings.local_pre_authorize else Decision.ASK
    if info is not None and not valid:
        return Decision.REFUSE
    explicitly = valid and settings.local_authorize_offline
    return Decision.ACCEPT if explicitly or settings.allow_offline_unknown else Decision.REFUSE


def remembered(cache: Tags, tag: str, info: TagInfo, now: float = -inf) -> Tags:
    """The cache with what was learned; those not valid make room first, then the oldest (3.5.1)."""
    name = folded(tag)
    kept = {other: entry for other, entry in cache.items() if other != name}
    if len(kept) >= CACHE_SIZE:
        kept = {other: entry for other, entry in kept.items() if entry.valid(now)}
    while len(kept) >= CACHE_SIZE:
        del kept[next(iter(kept))]
    return kept | {name: info}
