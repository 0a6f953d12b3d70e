"""What differs between the defaults of 2022 and those of today, for those who bring a file of then."""

from collections.abc import Iterator

from ocppsim.config.key import default_of, keys
from ocppsim.config.problems import Spot
from ocppsim.config.simulator import SimulatorConfiguration
from ocppsim.config.template import StationTemplate


def differing(cls: type, prefix: str = "") -> Iterator[tuple[str, object, object]]:
    """Each key whose default was another one: its path, the default of 2022, that of today."""
    for name, (field, made) in keys(cls).items():
        if made.has_older:
            yield prefix + name, made.older, default_of(cls, field)
        if made.inner is not None:
            yield from differing(made.inner, f"{prefix}{name}.")


def older_defaults(spot: Spot) -> None:
    """Say what a file of 2022 may count on."""
    words = ", ".join(
        f"{name} ({_spelled(older)})"
        for cls in (SimulatorConfiguration, StationTemplate)
        for name, older, _ in differing(cls)
    )
    spot.note(f'has names of old; with sourceVersion = "2022" the defaults of then hold: {words}')


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
