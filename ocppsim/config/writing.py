"""Writing configurations as TOML."""

from collections.abc import Mapping
from typing import Any

import tomli_w

from ocppsim.config import legacy, simulator
from ocppsim.config.problems import Report, Spot

BEGINNING = """# Configuration of ocppsim; `ocppsim config check` says what is wrong with it.

# Where the central system listens; the station's id is appended.
supervisionUrls = ["ws://localhost:9000"]

# Makes a run repeatable.
# seed = 1

# Which stations there are. `ocppsim template list` has names; files in station-templates go before them.
[[stationTemplateUrls]]
file = "busy-pair"
numberOfStations = 5

[[stationTemplateUrls]]
file = "dc-fast"
numberOfStations = 1

[worker]
# Milliseconds between the starts of two stations.
elementAddDelay = 20
"""
"""What `ocppsim config init` writes."""


def as_toml(content: Mapping[str, Any]) -> str:
    """The configuration with the names of today; what is null goes, since TOML has no word for it."""
    spot = Spot(Report(), "")
    today = legacy.dropped(legacy.moved(dict(content), simulator.MOVED, spot), simulator.DROPPED, spot)
    uses = today.get("stationTemplateUrls")
    for use in uses if isinstance(uses, list) else ():
        if isinstance(use, dict):
            legacy.moved(use, simulator.MOVED_IN_USES, spot)
    return tomli_w.dumps(_without_null(today))


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_null(inner) for inner in value if inner is not None]
    return value
