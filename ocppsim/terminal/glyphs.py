"""The signs and colours of states. Each state has a sign of its own, so the table is as clear without colour."""

from collections.abc import Mapping

from attrs import frozen

from ocppsim.model.connector import Status
from ocppsim.model.registration import Standing
from ocppsim.terminal.snapshot import LinkState


@frozen
class Appearance:
    """A sign, the same for terminals without Unicode, a word, and a style of rich."""

    sign: str
    ascii_sign: str
    word: str
    style: str


STATUSES: Mapping[Status | None, Appearance] = {
    Status.AVAILABLE: Appearance("○", ".", "Available", "dim"),
    Status.PREPARING: Appearance("◐", "+", "Preparing", "cyan"),
    Status.CHARGING: Appearance("●", "#", "Charging", "bold green"),
    Status.SUSPENDED_EV: Appearance("◇", "v", "SuspendedEV", "yellow"),
    Status.SUSPENDED_EVSE: Appearance("◆", "e", "SuspendedEVSE", "yellow"),
    Status.FINISHING: Appearance("◑", "-", "Finishing", "blue"),
    Status.UNAVAILABLE: Appearance("×", "x", "Unavailable", "magenta"),
    Status.FAULTED: Appearance("!", "!", "Faulted", "bold red"),
    None: Appearance("·", " ", "down", "dim"),
}

LINKS: Mapping[LinkState, Appearance] = {
    LinkState.ONLINE: Appearance("●", "*", "online", "green"),
    LinkState.DIALLING: Appearance("○", "o", "dialling", "cyan"),
    LinkState.OFFLINE: Appearance("○", "o", "offline", "yellow"),
    LinkState.REFUSED: Appearance("×", "x", "refused", "bold red"),
    LinkState.RESTARTING: Appearance("↻", "~", "restarting", "magenta"),
    LinkState.STOPPED: Appearance("■", "-", "stopped", "dim"),
    LinkState.GAVE_UP: Appearance("✗", "X", "gave up", "bold red"),
}

STANDINGS: Mapping[Standing, Appearance] = {
    Standing.UNKNOWN: Appearance("◌", "?", "unknown", "dim"),
    Standing.PENDING: Appearance("◐", "+", "pending", "yellow"),
    Standing.REJECTED: Appearance("×", "x", "rejected", "bold red"),
    Standing.ACCEPTED: Appearance("●", "*", "accepted", "green"),
}


@frozen
class Alphabet:
    """What the terminal can show."""

    unicode: bool = True

    @classmethod
    def of(cls, encoding: str) -> "Alphabet":
        return cls(encoding.lower().startswith("utf"))

    def sign(self, appearance: Appearance) -> str:
        return appearance.sign if self.unicode else appearance.ascii_sign

    @property
    def rule(self) -> str:
        return "─" if self.unicode else "-"

    @property
    def separator(self) -> str:
        return " · " if self.unicode else " | "

    def bar(self, fraction: float, width: int) -> str:
        full = round(fraction * width)
        signs = "▰▱" if self.unicode else "=."
        return signs[0] * full + signs[1] * (width - full)

    def sparkline(self, values: tuple[float, ...]) -> str:
        """How the values rose and fell, the highest at full height."""
        highest = max(values, default=0.0)
        if not self.unicode or highest <= 0:
            return ""
        return "".join(_HEIGHTS[round(value / highest * (len(_HEIGHTS) - 1))] for value in values)


_HEIGHTS = "▁▂▃▄▅▆▇█"
