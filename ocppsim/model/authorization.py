"""Who may charge: what the station knows of tags, and when it must ask (1.6 ed. 2, 3.5)."""

from collections.abc import Mapping
from enum import Enum, auto

from attrs import frozen

from ocppsim.model.settings import Settings

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


Cache = Mapping[str, TagInfo]


def decide(tag: str, cache: Cache, now: float, settings: Settings, *, online: bool) -> Decision:
    """Online, a tag known as valid may pass at once; offline, what is known decides, if it may."""
    known = cache.get(tag) if settings.cache_enabled else None
    valid = known is not None and known.valid(now)
    if online:
        return Decision.ACCEPT if valid and settings.local_pre_authorize else Decision.ASK
    if known is None:
        return Decision.ACCEPT if settings.allow_offline_unknown else Decision.REFUSE
    return Decision.ACCEPT if valid and settings.local_authorize_offline else Decision.REFUSE


def remembered(cache: Cache, tag: str, info: TagInfo) -> Cache:
    """The cache with what was learned; the oldest entry makes room."""
    kept = {other: known for other, known in cache.items() if other != tag}
    while len(kept) >= CACHE_SIZE:
        del kept[next(iter(kept))]
    return kept | {tag: info}
