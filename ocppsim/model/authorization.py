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
    """Online, a tag known as valid may pass at once. Offline, one known as invalid may never (3.5.4)."""
    known = cache.get(tag) if settings.cache_enabled else None
    valid = known is not None and known.valid(now)
    if online:
        return Decision.ACCEPT if valid and settings.local_pre_authorize else Decision.ASK
    if known is not None and not valid:
        return Decision.REFUSE
    explicitly = valid and settings.local_authorize_offline
    return Decision.ACCEPT if explicitly or settings.allow_offline_unknown else Decision.REFUSE


def remembered(cache: Cache, tag: str, info: TagInfo) -> Cache:
    """The cache with what was learned; those not accepted make room first, then the oldest (3.5.1)."""
    kept = {other: known for other, known in cache.items() if other != tag}
    if len(kept) >= CACHE_SIZE:
        kept = {other: known for other, known in kept.items() if known.status is TagStatus.ACCEPTED}
    while len(kept) >= CACHE_SIZE:
        del kept[next(iter(kept))]
    return kept | {tag: info}
