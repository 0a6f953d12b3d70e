"""Keys of a template about power and connectors."""

from pathlib import Path

import pytest
from stage import Stage
from trio.testing import MockClock

from ocppsim.actors.store import Folder
from ocppsim.dialects.v16.messages import STATUS as MESSAGE
from ocppsim.model.connector import Status
from ocppsim.model.electricity import CurrentType
from ocppsim.testing.rig import open_rig
from tests.config.bench import keys, planned, power_w, read, reported, station_of

# -- power


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"power": 11000}, [11000]),
        ({"power": "7.4", "powerUnit": "kW"}, [7400]),
        ({"power": [3000], "numberOfPhases": 1}, [3000]),
        ({"power": 50, "powerUnit": "kW", "currentOutType": "DC"}, [50000]),
        (
            {"power": 50, "powerUnit": "kW", "currentOutType": "DC", "conversionEfficiency": 0.9},
            [45000],
        ),
        ({"power": 20000, "Connectors": {"0": {}, "1": {}, "2": {}}}, [10000, 10000]),
        ({"power": 20000, "Connectors": {"1": {"maximumPower": 6000}, "2": {}}}, [6000, 10000]),
        (
            {"power": 20000, "powerSharedByConnectors": True, "Connectors": {"1": {}, "2": {}}},
            [10000, 10000],
        ),
        ({"power": 44000, "Connectors": {"1": {"maximumCurrent": 10}}}, [6900]),
    ],
)
@pytest.mark.effective(
    "template.power",
    "template.powerUnit",
    "template.conversionEfficiency",
    "template.currentOutType",
    "template.Connectors",
    "connector.maximumPower",
    "connector.maximumCurrent",
)
async def test_power(
    tmp_path: Path, autojump_clock: MockClock, template: dict[str, object], expected: list[float]
) -> None:
    async with station_of(planned(tmp_path, **template)) as stage:
        assert await power_w(stage, *range(1, len(expected) + 1)) == expected


@pytest.mark.effective("template.powerSharedByConnectors")
async def test_shared_power_goes_to_those_who_charge(tmp_path: Path, autojump_clock: MockClock) -> None:
    two = {"0": {}, "1": {}, "2": {}}
    for shared, expected in ((True, 20000), (False, 10000)):
        plan = planned(tmp_path, power=20000, powerSharedByConnectors=shared, Connectors=two)
        async with station_of(plan) as stage:
            assert await power_w(stage, 1) == [expected]


def test_voltage_and_phases(tmp_path: Path) -> None:
    def supply(**template: object) -> tuple[str, float, int]:
        found = planned(tmp_path, **template).specification.outlets[1].supply
        return found.current_type.value, found.voltage_v, found.phases

    assert supply() == ("AC", 230, 3)
    assert supply(numberOfPhases=1, voltageOut="110") == ("AC", 110, 1)
    assert supply(currentOutType="DC") == (CurrentType.DC.value, 400, 0)
    assert supply(currentOutType="DC", voltageOut=800, numberOfPhases=3) == ("DC", 800, 0)


@pytest.mark.parametrize(("unit", "value"), [("A", "10"), ("dA", "100"), ("cA", "1000"), ("mA", "10000")])
@pytest.mark.effective("template.amperageLimitationOcppKey", "template.amperageLimitationUnit")
async def test_amperage_limitation(tmp_path: Path, autojump_clock: MockClock, unit: str, value: str) -> None:
    plan = planned(
        tmp_path,
        amperageLimitationOcppKey="MaxCurrent",
        amperageLimitationUnit=unit,
        Configuration=keys({"key": "MaxCurrent", "value": value}),
    )
    async with station_of(plan) as stage:
        assert await power_w(stage) == [6900]
        assert stage.station.view(1).power.by == "current limit"
        await stage.set_key("MaxCurrent", int(value) * 2)
        assert round(stage.station.view(1).power.power_w) == 13800
        answer = await stage.ask("ChangeConfiguration", key="MaxCurrent", value="much")
        assert answer == {"status": "Rejected"}
        await stage.set_key("MaxCurrent", 0)
        assert stage.board.status(1) is Status.SUSPENDED_EVSE


async def test_the_amperage_key_is_there_without_being_named(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Its initial value is the most that the connector can give: 22 kW over three phases of 230 V."""
    plan = planned(tmp_path, amperageLimitationOcppKey="MaxCurrent", amperageLimitationUnit="dA")
    async with station_of(plan) as stage:
        assert (await reported(stage, "MaxCurrent"))["MaxCurrent"]["value"] == "320"


# -- connectors


def test_number_of_connectors_is_drawn(tmp_path: Path) -> None:
    counts = {
        len(planned(tmp_path, index, numberOfConnectors=[1, 2, "4"]).specification.outlets)
        for index in range(1, 40)
    }
    assert counts == {1, 2, 4}


def test_random_connectors_are_drawn_from_those_defined(tmp_path: Path) -> None:
    two = {"0": {}, "1": {"maximumPower": 1000}, "2": {"maximumPower": 2000}}

    def powers(**template: object) -> set[tuple[float, ...]]:
        plans = (planned(tmp_path, index, Connectors=two, **template) for index in range(1, 40))
        return {tuple(outlet.max_power_w for outlet in one.specification.outlets.values()) for one in plans}

    assert powers() == {(1000, 2000)}
    assert powers(randomConnectors=True) == {(1000, 1000), (1000, 2000), (2000, 1000), (2000, 2000)}
    assert len(powers(numberOfConnectors=3)) == 8  # more than there are: drawn


@pytest.mark.parametrize(
    ("boot_status", "status", "fault"),
    [
        (None, Status.AVAILABLE, "NoError"),
        ("Available", Status.AVAILABLE, "NoError"),
        ("Unavailable", Status.UNAVAILABLE, "NoError"),
        ("Preparing", Status.PREPARING, "NoError"),
        ("Occupied", Status.PREPARING, "NoError"),
        ("Charging", Status.CHARGING, "NoError"),
        ("SuspendedEV", Status.SUSPENDED_EV, "NoError"),
        ("SuspendedEVSE", Status.SUSPENDED_EVSE, "EVCommunicationError"),
        ("Finishing", Status.FINISHING, "NoError"),
        ("Reserved", Status.RESERVED, "NoError"),
        ("Faulted", Status.FAULTED, "OtherError"),
    ],
)
@pytest.mark.effective("connector.bootStatus")
async def test_boot_status(
    tmp_path: Path, autojump_clock: MockClock, boot_status: str | None, status: Status, fault: str
) -> None:
    """The first status told of the connector; its neighbour is not concerned."""
    first = {} if boot_status is None else {"bootStatus": boot_status}
    for dc in ("AC", "DC"):
        plan = planned(tmp_path, currentOutType=dc, Connectors={"0": {}, "1": first, "2": {}})
        async with station_of(plan) as stage:
            assert [stage.board.status(n) for n in (1, 2)] == [status, Status.AVAILABLE]
            told = [
                frame.payload
                for frame in stage.said("StatusNotification")
                if frame.payload["connectorId"] == 1
            ]
            assert [(one["status"], one["errorCode"]) for one in told] == [(MESSAGE[status], fault)]
            begun = status in (Status.CHARGING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE)
            assert len(stage.said("StartTransaction")) == begun


async def test_the_station_as_a_whole_may_begin_out_of_service(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Connector 0 is the station; what else it says there is noticed."""
    off = {"0": {"bootStatus": "Unavailable"}}
    evses = {"0": {"Connectors": off}, "1": {"Connectors": {"1": {}}}}
    for template in ({"Connectors": off | {"1": {}}}, {"Connectors": None, "Evses": evses}):
        async with station_of(planned(tmp_path, **template)) as stage:
            assert [frame.payload["status"] for frame in stage.said("StatusNotification")] == 2 * [
                "Unavailable"
            ]
            assert await stage.ask("ChangeAvailability", connectorId=0, type="Operative") == {
                "status": "Accepted"
            }
            assert stage.statuses(0)[-1] == stage.statuses(1)[-1] == "Available"


def test_what_means_nothing_for_the_station_is_noticed(tmp_path: Path) -> None:
    zero = {"bootStatus": "Charging", "maximumPower": 3}
    _, report = read(tmp_path, Connectors={"0": zero, "1": {}})
    assert [one.words for one in report.notices] == [
        "Charging is no status of the station as a whole",
        "means nothing for connector 0, which is the station",
    ]


async def test_what_boot_status_leads_to_goes_on_as_ever(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Whatever is there is there: it can be used, stopped, mended, and does not come again."""
    (tmp_path / "tags.json").write_text('["ANNA"]')
    each = ("Unavailable", "Charging", "Finishing", "Reserved", "Faulted", "Preparing")
    own = {str(number): {"bootStatus": status} for number, status in enumerate(each, 1)}
    plan = planned(tmp_path, idTagsFile="tags.json", Connectors={"0": {}, **own}, resetTime=5, power=99000)
    async with station_of(plan) as stage:
        await stage.ask("ChangeAvailability", connectorId=1, type="Operative")
        await stage.later(600)
        (start,) = stage.said("StartTransaction")
        assert start.payload["idTag"] == "ANNA"
        await stage.ask("RemoteStopTransaction", transactionId=stage.transaction_id)
        assert stage.said("StopTransaction")[0].payload["meterStop"] > 1000
        stage.unplug(3)
        await stage.show("BERTA", 4)
        assert stage.board.status(4) is Status.RESERVED
        stage.station.world.set_fault(5, None)
        await stage.settle()
        now = [stage.board.status(number) for number in range(1, 7)]
        assert now == [
            Status.AVAILABLE,
            Status.FINISHING,
            Status.AVAILABLE,
            Status.RESERVED,
            Status.AVAILABLE,
            Status.FINISHING,  # nobody showed a tag in time
        ]
        assert await stage.ask("CancelReservation", reservationId=0) == {"status": "Accepted"}
        stage.unplug(2)
        await stage.ask("Reset", type="Hard")
        await stage.later(60)
        assert {stage.board.status(number) for number in range(1, 6)} == {Status.AVAILABLE}
        assert len(stage.said("StartTransaction")) == 1


async def test_boot_status_is_for_the_first_start_alone(tmp_path: Path, autojump_clock: MockClock) -> None:
    own = {"0": {}, "1": {"bootStatus": "Faulted"}, "2": {"bootStatus": "Unavailable"}}
    plan = planned(tmp_path, Connectors=own)
    seen = []
    for _ in range(2):
        store = Folder.open(tmp_path / "state")
        async with open_rig(store=store) as rig:
            stage = Stage(rig=rig, station=rig.add(plan.specification))
            await stage.booted()
            seen.append([stage.board.status(number) for number in (1, 2)])
            if len(seen) == 1:
                await stage.ask("ChangeAvailability", connectorId=2, type="Operative")
            store.close()
    assert seen == [[Status.FAULTED, Status.UNAVAILABLE], [Status.AVAILABLE, Status.AVAILABLE]]


@pytest.mark.effective("connector.fixedCable")
async def test_fixed_cable_of_dc_and_where_it_is_said(tmp_path: Path, autojump_clock: MockClock) -> None:
    for template, word in (
        ({"currentOutType": "DC"}, "NotSupported"),
        ({}, "Unlocked"),
        ({"Connectors": {"1": {"fixedCable": True}}}, "NotSupported"),
    ):
        async with station_of(planned(tmp_path, **template)) as stage:
            assert await stage.ask("UnlockConnector", connectorId=1) == {"status": word}
