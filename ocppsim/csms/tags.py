"""The id tags that the central system knows, and what it says about each."""

from collections.abc import Iterable
from typing import Self

from attrs import define, field

from ocppsim.clock import moment
from ocppsim.protocol.v16.core import AuthorizationStatus, IdTagInfo
from ocppsim.values import frozen


@frozen
class Tag:
    """One entry. `expires` (POSIX seconds) makes an accepted tag expire by itself."""

    status: AuthorizationStatus = "Accepted"
    expires: float | None = None
    parent: str | None = None


@define
class Tags:
    """Every tag is accepted unless it is listed otherwise; `strict` answers Invalid to tags not listed.

    With `single_use` a tag that has an open transaction gets ConcurrentTx when it starts another. Tags are
    compared without regard to case (OCPP 1.6 ed. 2, 7.28).
    """

    strict: bool = False
    single_use: bool = False
    _listed: dict[str, Tag] = field(factory=dict)

    @classmethod
    def of(
        cls,
        *,
        accepted: Iterable[str] = (),
        blocked: Iterable[str] = (),
        expired: Iterable[str] = (),
        strict: bool = False,
        single_use: bool = False,
    ) -> Self:
        tags = cls(strict, single_use)
        lists: tuple[tuple[AuthorizationStatus, Iterable[str]], ...] = (
            ("Accepted", accepted),
            ("Blocked", blocked),
            ("Expired", expired),
        )
        for status, names in lists:
            for name in names:
                tags.put(name, Tag(status))
        return tags

    def put(self, name: str, tag: Tag) -> None:
        self._listed[name.casefold()] = tag

    def info(self, name: str, now: float, *, in_use: bool = False) -> IdTagInfo:
        """What to say of a tag; `in_use` when it has an open transaction."""
        tag = self._listed.get(name.casefold(), Tag("Invalid" if self.strict else "Accepted"))
        return IdTagInfo(
            status=self._status(tag, now, in_use),
            expiry_date=None if tag.expires is None else moment(tag.expires),
            parent_id_tag=tag.parent,
        )

    def _status(self, tag: Tag, now: float, in_use: bool) -> AuthorizationStatus:
        if tag.status == "Accepted" and tag.expires is not None and tag.expires <= now:
            return "Expired"
        if tag.status == "Accepted" and self.single_use and in_use:
            return "ConcurrentTx"
        return tag.status
