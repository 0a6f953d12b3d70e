"""The signs, words and colours of states. Signs differ, so that the table is as clear without colour."""

from collections.abc import Mapping, Sequence

from ocppsim.model.connector import Status
from ocppsim.model.registration import Standing
from ocppsim.terminal.snapshot import LinkState
from ocppsim.values import frozen


@frozen
class Appearance:
    """`style` is one of rich's."""

    sign: str
    word: str
    style: str

    @property
    def in_words(self) -> tuple[str, str]:
        """Sign and word, with the style."""
        return f"{self.sign} {self.word}", self.style


STATUSES: Mapping[Status | None, Appearance] = {
    Status.AVAILABLE: Appearance("○", "Available", "dim"),
    Status.PREPARING: Appearance("◐", "Preparing", "cyan"),
    Status.CHARGING: Appearance("●", "Charging", "bold green"),
    Status.SUSPENDED_EV: Appearance("◇", "SuspendedEV", "yellow"),
    Status.SUSPENDED_EVSE: Appearance("◆", "SuspendedEVSE", "yellow"),
    Status.FINISHING: Appearance("◑", "Finishing", "blue"),
    Status.RESERVED: Appearance("◎", "Reserved", "bright_blue"),
    Status.UNAVAILABLE: Appearance("×", "Unavailable", "magenta"),
    Status.FAULTED: Appearance("!", "Faulted", "bold red"),
    None: Appearance("·", "down", "dim"),
}

LINKS: Mapping[LinkState, Appearance] = {
    LinkState.ONLINE: Appearance("●", "online", "green"),
    LinkState.DIALLING: Appearance("○", "dialling", "cyan"),
    LinkState.OFFLINE: Appearance("○", "offline", "yellow"),
    LinkState.REFUSED: Appearance("×", "refused", "bold red"),
    LinkState.RESTARTING: Appearance("↻", "restarting", "magenta"),
    LinkState.STOPPED: Appearance("■", "stopped", "dim"),
    LinkState.GAVE_UP: Appearance("✗", "gave up", "bold red"),
}

STANDINGS: Mapping[Standing, Appearance] = {
    Standing.UNKNOWN: Appearance("○", "unknown", "dim"),
    Standing.PENDING: Appearance("◐", "pending", "yellow"),
    Standing.REJECTED: Appearance("×", "rejected", "bold red"),
    Standing.ACCEPTED: Appearance("●", "accepted", "green"),
}

FAILED = "bold red"
TROUBLE = "bold red"
FAINT = "dim"

SEPARATOR = " · "
RULE = "─"


def bar(fraction: float, width: int) -> str:
    full = round(fraction * width)
    return "▰" * full + "▱" * (width - full)


def sparkline(values: Sequence[float]) -> str:
    """How the values rose and fell; the highest stands at full height."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return ""
    return "".join(_HEIGHTS[round(value / highest * (len(_HEIGHTS) - 1))] for value in values)


_HEIGHTS = "▁▂▃▄▅▆▇█"
