"""What became of the people who came to a connector by themselves: counts and instants (POSIX seconds)."""

from ocppsim.values import frozen


@frozen
class Visits:
    """Of one connector, over all processes where that is kept. `until` is when the last one may come."""

    running: bool = False
    began_at: float | None = None
    last_at: float | None = None
    until: float | None = None
    ended_at: float | None = None
    asked: int = 0  # the central system, about a tag, before a session
    admitted: int = 0
    turned_away: int = 0
    started: int = 0  # sessions
    charged: int = 0  # of these, that were let go on
    refused: int = 0  # and whose tag was refused after the beginning
    stopped: int = 0  # sessions that somebody wanted to end
    ended: int = 0  # and that did
    held: int = 0  # and that did not
    skipped: int = 0  # pauses after which nobody came
    skipped_in_a_row: int = 0
