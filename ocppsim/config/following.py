"""What of a changed configuration a run follows at once, and what needs a new start."""

from collections.abc import Iterator
from typing import Any

from ocppsim.config.key import EFFECTIVE, keys
from ocppsim.config.simulator import SimulatorConfiguration

FOLLOWED = frozenset(
    {
        "sourceVersion",
        "supervisionUrls",
        "supervisionUrlDistribution",
        "stationTemplateUrls",
        "log.level",
        "log.statisticsInterval",
        "worker.startDelay",
        "worker.elementAddDelay",
        "worker.elementsPerWorker",
    }
)
"""The keys that count from the moment on at which they are read; see the page on reloading."""


def changed(before: SimulatorConfiguration, after: SimulatorConfiguration) -> list[str]:
    """The keys that are not as they were, of those that have an effect."""
    return list(_changed(SimulatorConfiguration, before, after))


def left_behind(before: SimulatorConfiguration, after: SimulatorConfiguration) -> list[str]:
    """Those of them that need a new start."""
    return [name for name in changed(before, after) if name not in FOLLOWED]


def _changed(cls: type, before: Any, after: Any, prefix: str = "") -> Iterator[str]:
    for name, (field, made) in keys(cls).items():
        one, other = getattr(before, field), getattr(after, field)
        if one == other:
            continue
        if made.inner is not None and one is not None and other is not None:
            yield from _changed(made.inner, one, other, f"{prefix}{name}.")
        elif made.fate is EFFECTIVE:
            yield prefix + name
