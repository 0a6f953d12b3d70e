"""A reservation: a connector, or any, kept for a tag or its group for a while (1.6 ed. 2, 5.13)."""

from ocppsim.model.authorization import same
from ocppsim.values import frozen


@frozen
class Reservation:
    """`id` is the central system's. Which connector is reserved is known where it is kept."""

    id: int
    tag: str
    expires_at: float
    parent: str | None = None

    def admits(self, tag: str, parent: str | None) -> bool:
        """Whether it is for this tag, whose group is `parent` as far as that is known."""
        return same(tag, self.tag) or same(parent, self.parent)

    def may_admit(self, tag: str, parent: str | None) -> bool:
        """Whether it is, or might be once the group of the tag is known."""
        return self.admits(tag, parent) or (self.parent is not None and parent is None)
