"""What is true of a whole run, for the title of the table."""

import re

from attrs import field

from ocppsim import clock
from ocppsim.terminal.words import printable
from ocppsim.values import frozen


def harmless(url: str) -> str:
    """The URL without what may be secret: credentials, and the values of a query string."""
    without_credentials = re.sub(r"(?<=://).*@", "", url)
    return printable(without_credentials.partition("?")[0])


@frozen
class Header:
    """`started_at` is an instant of station time, from which elapsed time counts."""

    url: str = field(converter=harmless)
    seed: int
    speed: float = 1.0
    started_at: float = field(factory=clock.now)
