"""How strict the judge is."""

from ocppsim.values import frozen


@frozen
class Limits:
    """What the judge lets pass, in seconds and watts."""

    clock_s: float = 2.0
    """A station that sets its clock may go back by so much."""
    future_s: float | None = None
    """Time stamps may be ahead of the central system's clock by so much; None: by any time."""
    boot_s: float | None = 0.1
    """A boot may come before its interval by so much; None: at any time."""
    answer_s: float = 30.0
    """After so long without an answer a station may send its next CALL."""
    max_power_w: float | None = None
    """No connector gives more than this; None: not known, not judged."""
