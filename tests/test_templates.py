"""The stations that come with the program."""

from pathlib import Path

import pytest

from ocppsim import templates
from ocppsim.config.places import packaged_templates
from ocppsim.model.electricity import CurrentType
from tests.config.bench import LEAST, written


def test_each_template_is_a_station() -> None:
    assert {"virtual-simple", "ac-twin", "ac-wallbox", "dc-fast"} <= set(packaged_templates())
    for name in packaged_templates():
        station = templates.specification(name, "CS-1")
        assert station.id == "CS-1"
        assert list(station.outlets) == list(range(1, len(station.outlets) + 1))


def test_dc_fast_is_dc_and_shares_its_power() -> None:
    station = templates.specification("dc-fast", "CS-1")
    assert all(outlet.supply.current_type is CurrentType.DC for outlet in station.outlets.values())
    assert station.power_w < sum(outlet.max_power_w for outlet in station.outlets.values())


def test_as_many_connectors_as_asked_for() -> None:
    assert list(templates.specification("virtual-simple", "CS-1", 3).outlets) == [1, 2, 3]
    assert list(templates.specification("ac-twin", "CS-1", 1).outlets) == [1]


def test_an_unknown_name_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match="virtual-simple"):
        templates.specification("nope", "CS-1")


def test_meters_that_draw_do_so_for_each_station_and_connector_by_itself(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST | {"coherentMeterValues": False})

    def seeds(station: str, seed: int) -> list[int]:
        outlets = templates.specification(str(path), station, 3, seed).outlets
        meters = [outlet.meter for outlet in outlets.values()]
        return [meter.draws.seed for meter in meters if meter is not None and meter.draws is not None]

    all_of_them = [*seeds("CS-1", 1), *seeds("CS-2", 1), *seeds("CS-1", 2)]
    assert len(set(all_of_them)) == len(all_of_them) == 9
    assert seeds("CS-1", 1) == all_of_them[:3]
