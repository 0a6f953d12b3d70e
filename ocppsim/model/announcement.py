"""Something that a station says of its own accord, beside boot, status and sessions."""


class Announcement:
    """Base of what the functional blocks announce; a dialect has a message for each."""

    __slots__ = ()
