"""The file of a station is written, and the next process goes on from it."""

from hashlib import sha384
from pathlib import Path

from trio.testing import MockClock

from ocppsim.config.compact import compact
from tests.persistence.keeping_stage import Home

TEMPLATE = {
    "chargePointSerialNumberPrefix": "P-",
    "meterSerialNumberPrefix": "M-",
    "power": [7000, 11000, 22000, 43000],
    "Connectors": {"0": {}, "1": {}, "2": {"bootStatus": "Unavailable"}},
}


async def test_what_a_station_is_outlives_the_process(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Another seed draws nothing anew."""
    home = Home(tmp_path, TEMPLATE)
    async with home.process(seed=1) as first:
        pass
    async with home.process(seed=2) as second:
        pass
    assert second.plan.specification == first.plan.specification
    assert first.plan.specification.serial_number is not None
    assert home.told == []


async def test_the_file_has_the_shape_of_saps_simulator(tmp_path: Path, autojump_clock: MockClock) -> None:
    home = Home(
        tmp_path, TEMPLATE | {"resetTime": 30, "supervisionUser": "me", "supervisionPassword": "hush"}
    )
    async with home.process() as process:
        await process.play.charge(1, "FRIEND")
        await process.play.later(120)
        plan = process.plan
    file = home.file(plan)
    info = file["stationInfo"]
    assert info["chargingStationId"] == "CS-00001"
    assert (info["hashId"], info["templateIndex"], info["templateName"]) == (plan.hash_id, 1, "test")
    assert (info["maximumPower"], info["resetTime"]) == (plan.power_w, 30_000)
    assert info["chargePointSerialNumber"].startswith("P-")
    assert len(info["chargePointSerialNumber"]) == 34
    assert info["templateHash"].startswith("sha384:1:")
    assert "power" not in info
    keys = {one["key"]: one for one in file["configurationKey"]}
    assert keys["NumberOfConnectors"] == {
        "key": "NumberOfConnectors",
        "value": "2",
        "readonly": True,
        "visible": True,
        "reboot": False,
    }
    (zero, whole), (one, charging), (two, idle) = file["connectorsStatus"]
    assert (zero, one, two) == (0, 1, 2)
    assert (whole["availability"], charging["availability"], idle["availability"]) == (
        "Operative",
        "Operative",
        "Inoperative",
    )
    assert (charging["status"], idle["status"], idle["bootStatus"]) == (
        "Charging",
        "Unavailable",
        "Unavailable",
    )
    assert charging["transactionStarted"]
    assert charging["transactionIdTag"] == "FRIEND"
    assert charging["transactionId"] == process.play.transaction_id
    assert charging["energyActiveImportRegisterValue"] > 0
    parts = {name: file[name] for name in ("stationInfo", "configurationKey", "connectorsStatus")}
    assert file["configurationHash"] == sha384(compact(parts).encode()).hexdigest()
    assert "hush" not in home.shelf.path(plan.hash_id).read_text()
