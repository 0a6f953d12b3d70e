"""Templates written to files and read as the program reads them; stations made of them, on a stage."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from stage import Stage, check, plain_errors

from ocppsim.config.loading import Loaded, load, load_template
from ocppsim.config.problems import ConfigurationError, Report, Spot
from ocppsim.config.stations import Plan, Source, Surroundings, plan
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.vehicle import Vehicle
from ocppsim.templates import vocabulary
from ocppsim.testing.rig import open_rig

LEAST: dict[str, object] = {
    "baseName": "CS",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "power": 22000,
    "Connectors": {"0": {}, "1": {}},
}
"""What every template must have."""

URL = "ws://csms.example/ocpp"


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in LEAST.items() if key != name}


def written(folder: Path, template: object, name: str = "test.json") -> Path:
    (folder / "station-templates").mkdir(exist_ok=True)
    path = folder / "station-templates" / name
    path.write_text(template if isinstance(template, str) else json.dumps(template))
    return path


def read(folder: Path, *, older: bool = False, **template: object) -> tuple[Source, Report]:
    """The template with these keys beside those it must have; None as value leaves a key out."""
    content = {key: value for key, value in (LEAST | template).items() if value is not None}
    report = Report()
    path = written(folder, content)
    source = load_template(path, Spot(report, str(path), older=older, folder=folder), vocabulary())
    report.raise_problems()
    assert source is not None
    return source, report


def planned(folder: Path, index: int = 1, seed: int = 1, *, older: bool = False, **template: object) -> Plan:
    source, _ = read(folder, older=older, **template)
    return plan(source, index, Surroundings(seed, (URL,)))


def configured(folder: Path, content: object, name: str = "config.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def simulator(folder: Path, **configuration: object) -> Loaded:
    """A configuration with these keys, one station and its template."""
    if not (folder / "station-templates").exists():
        written(folder, LEAST)
    usual = {
        "supervisionUrls": URL,
        "stationTemplateUrls": [{"file": "test.json", "numberOfStations": 1}],
    }
    return load(configured(folder, usual | configuration), vocabulary())


def problems(folder: Path, path: Path) -> list[str]:
    """What is wrong, without the names of folders."""
    try:
        load(path, vocabulary())
    except ConfigurationError as error:
        return [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    return []


@asynccontextmanager
async def station_of(
    plan: Plan, csms: CentralSystem | None = None, finds: Sequence[Breach] = (), *, boots: bool = True
) -> AsyncIterator[Stage]:
    """The planned station, connected and booted."""
    with plain_errors():
        async with open_rig(csms=csms) as rig:
            station = rig.add(plan.specification, dialect=Dialect16(strict=plan.strict), habits=plan.habits)
            stage = Stage(rig=rig, station=station)
            rig.fleet.listeners.append(stage.listen)
            if boots:
                await stage.booted()
            yield stage
        check(rig, finds)


# -- looking at a station

BIG = Vehicle(capacity_wh=100_000, max_power_w=300_000, ac_max_current_a=64)


def keys(*own: Mapping[str, object]) -> dict[str, object]:
    return {"configurationKey": list(own)}


async def reported(stage: Stage, *names: str) -> dict[str, Any]:
    """The keys that GetConfiguration tells, and under "" those it does not know."""
    answer = await stage.ask("GetConfiguration", **({"key": list(names)} if names else {}))
    told = {one["key"]: one for one in answer.get("configurationKey", [])}
    return told | {"": answer.get("unknownKey", [])}


async def power_w(stage: Stage, *numbers: int) -> list[float]:
    """What flows when an EV that takes anything charges at each of the connectors."""
    for number in numbers or (1,):
        stage.plug(number, BIG)
        await stage.show("TAG", number)
        await stage.settle()
    return [round(stage.station.view(number).power.power_w) for number in numbers or (1,)]
