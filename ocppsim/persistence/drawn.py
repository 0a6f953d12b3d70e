"""What was drawn when a station was made, as a block of its memory: it must be the same after any kill."""

from typing import Any, TypeAlias

from attrs import evolve

from ocppsim.config.connectors import ConnectorTemplate
from ocppsim.config.identity import NO_NUMBERS, SerialNumbers
from ocppsim.config.key import as_table, structure
from ocppsim.config.problems import Report, Spot
from ocppsim.config.stations import Inherited, Plan, Source

Json: TypeAlias = dict[str, Any]

DRAWN = "drawn"
"""Under this name the memory keeps it."""


def drawn(plan: Plan) -> Json | None:
    """None where nothing of it is to be kept."""
    assert plan.source is not None
    if not plan.source.template.station_info_persistent_configuration:
        return None
    serials = plan.serials
    return {
        "template": plan.source.hash,
        "serials": [serials.point, serials.box, serials.meter],
        "power_w": plan.power_w,
        "connectors": {str(number): as_table(one) for number, one in plan.connectors.items()},
    }


def drawn_before(source: Source, kept: object, inherited: Inherited) -> Inherited:
    """Serial numbers in any case; the rest while the template is the same."""
    if not isinstance(kept, dict) or not source.template.station_info_persistent_configuration:
        return inherited
    if inherited.serials == NO_NUMBERS:
        inherited = evolve(inherited, serials=SerialNumbers(*kept["serials"]))
    if kept["template"] != source.hash:
        return inherited
    spot = Spot(Report(), DRAWN)
    connectors: dict[int, ConnectorTemplate] = {
        int(number): structure(ConnectorTemplate, one, spot) for number, one in kept["connectors"].items()
    }
    return evolve(inherited, power_w=kept["power_w"], connectors=connectors)
