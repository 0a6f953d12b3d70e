"""Numbers and texts as a person reads them: three digits that matter, a unit, and no surprises."""

from collections.abc import Sequence


def power(power_w: float) -> str:
    return _scaled(power_w / 1000, ("kW", "MW", "GW"))


def energy(energy_wh: float) -> str:
    return _scaled(energy_wh / 1000, ("kWh", "MWh", "GWh"))


def kilo(value: float, decimals: int) -> str:
    """Thousands of a unit that the heading names, with fewer decimals the more there are."""
    value /= 1000
    while decimals and round(value, decimals) >= 10 ** (4 - decimals):
        decimals -= 1
    return f"{value:,.{decimals}f}"


def duration(seconds: float) -> str:
    """A short one, such as a round trip."""
    return _scaled(seconds * 1000, ("ms", "s", "ks"))


def percent(fraction: float) -> str:
    """Rounded down: full is said of what is full."""
    return f"{int(fraction * 100 + 1e-6)}%"


def span(seconds: float) -> str:
    """How long something took: in seconds while those say it best."""
    return f"{seconds:.0f} s" if seconds < 120 else elapsed(seconds)


def elapsed(seconds: float, decimals: int = 0) -> str:
    """A span of station time as on a stopwatch: `1d 02:03:04.5`."""
    unit = 10**decimals
    whole, part = divmod(int(seconds * unit + 1e-6), unit)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    fraction = f".{part:0{decimals}}" if decimals else ""
    return (f"{days}d " if days else "") + f"{hour:02}:{minute:02}:{second:02}{fraction}"


def number(value: float) -> str:
    """Such as a speed: no digits that say nothing."""
    return f"{value:,.6g}"


def printable(text: str) -> str:
    """One line that cannot move the cursor: texts of other machines reach the terminal through here only."""
    return "".join(sign if sign.isprintable() else "·" for sign in text)


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _scaled(value: float, units: Sequence[str]) -> str:
    for unit in units:
        for decimals in (2, 1, 0):
            if round(value, decimals) < 10 ** (3 - decimals):
                return f"{value:.{decimals}f} {unit}"
        value /= 1000
    return f"{value * 1000:,.0f} {units[-1]}"
