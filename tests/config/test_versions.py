"""Templates of OCPP 2.0 and 2.0.1: names, keys and people of that version."""

from pathlib import Path
from typing import Any

import pytest
import trio
from peer201 import Peer201
from trio.testing import MockClock

from ocppsim.actors.fleet import open_fleet
from ocppsim.actors.store import Forgetful
from ocppsim.config.problems import ConfigurationError
from ocppsim.config.stations import Plan
from ocppsim.launching import dialect_of
from tests.config.bench import planned, read, simulator
from tests.persistence.keeping_stage import Home
from tests.persistence.peer_files import TEMPLATE, file_2024

NEW = {"ocppVersion": "2.0.1"}
COMMANDS = {
    "incomingCommands": {
        "ClearCache": False,
        "RequestStartTransaction": True,
        "RemoteStartTransaction": True,
    },
    "outgoingCommands": {"TransactionEvent": True, "Heartbeat": False},
}


def notes(folder: Path, **template: Any) -> list[str]:
    _, report = read(folder, **template)
    return [str(notice).rpartition("test.json: ")[2] for notice in report.notices]


def test_names_of_messages_are_those_of_the_version(tmp_path: Path) -> None:
    triggers = {"TransactionEvent": True, "SignV2GCertificate": False, "Nothing": False}
    said = notes(tmp_path, **NEW, commandsSupport=COMMANDS, messageTriggerSupport=triggers)
    assert [note for note in said if "is nothing that" in note] == [
        "commandsSupport.incomingCommands.RemoteStartTransaction: is nothing that OCPP 2.0.1 has here",
        "messageTriggerSupport.Nothing: is nothing that OCPP 2.0.1 has here",
    ]
    old = notes(tmp_path, commandsSupport=COMMANDS)
    assert [note.partition(":")[0].rpartition(".")[2] for note in old] == [
        "RequestStartTransaction",
        "TransactionEvent",
    ]


def test_a_template_of_1_6_is_told_nothing_of_limits(tmp_path: Path) -> None:
    assert notes(tmp_path) == notes(tmp_path, ocppVersion="1.6") == []


def test_what_nothing_works_without_is_another_message(tmp_path: Path) -> None:
    read(tmp_path, **NEW, commandsSupport={"outgoingCommands": {"StartTransaction": False}})
    with pytest.raises(ConfigurationError, match="BootNotification: cannot be false"):
        read(tmp_path, **NEW, commandsSupport={"outgoingCommands": {"BootNotification": False}})


def test_nobody_comes_and_keys_are_nobodys_business(tmp_path: Path) -> None:
    keys = {"configurationKey": [{"key": "MeterValueSampleInterval", "value": "often"}]}
    generator = {"enable": True}
    made = planned(tmp_path, **NEW, Configuration=keys, AutomaticTransactionGenerator=generator)
    assert (made.ocpp, made.habits) == ("2.0.1", None)
    assert made.specification.keys == {"MeterValueSampleInterval": "often"}
    assert planned(tmp_path, AutomaticTransactionGenerator=generator).habits is not None


async def heard(plan: Plan, seconds: int) -> Peer201:

    peer = Peer201(interval=10)
    async with open_fleet(1) as fleet:
        fleet.add(plan.specification, dialect_of(plan), peer, plan.habits)
        await peer.heard("StatusNotification", 1)
        await trio.sleep(seconds)
        peer.answers["last"] = await peer.ask("ClearCache")
    return peer


@pytest.mark.parametrize("denied", [True, False])
async def test_denied_messages_are_denied_there_too(
    tmp_path: Path, autojump_clock: MockClock, denied: bool
) -> None:
    peer = await heard(planned(tmp_path, **NEW, commandsSupport=COMMANDS if denied else {}), 100)
    assert ("Heartbeat" in peer.actions()) is not denied
    assert peer.answers["last"][2] == ("NotSupported" if denied else {"status": "Accepted"})


def test_a_file_of_somebody_elses_such_station_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path, TEMPLATE | NEW)
    plan = home.plan(Forgetful())
    content = file_2024({**home.template})
    content["stationInfo"] |= {"supervisionUrls": "ws://file", "ocppVersion": "2.0.1"}
    home.write(plan, content)
    store = Forgetful()
    made = home.plan(store)
    assert (made.url, made.ocpp) == ("ws://file", "2.0.1")
    kept = store.known("CS-00001")
    assert kept is not None
    assert kept.changed["Vendor.Colour"] == "blue"
    assert kept.connectors[1].register_wh > 0


def test_that_nobody_comes_to_such_stations_is_said_once(tmp_path: Path) -> None:
    """It has nothing to do with power, tags or a generator."""
    weak = {"power": 1, "AutomaticTransactionGenerator": {"enable": True, "probabilityOfStart": 0}}
    assert len(notes(tmp_path, **weak)) == 3
    assert {note.partition(":")[0] for note in notes(tmp_path, **NEW, **weak)} == {"ocppVersion"}
    loaded = simulator(tmp_path)
    assert [str(one).rpartition(": ocppVersion: ")[1] for one in loaded.notices] == [": ocppVersion: "] * 2
