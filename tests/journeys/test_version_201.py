"""One behaviour, two dialects: a station of OCPP 2.0.1 boots, reports, beats and clears its cache."""

import pytest
import trio
from peer201 import Peer201, station201
from trio.testing import wait_all_tasks_blocked

from ocppsim.model.authorization import TagInfo, TagStatus
from ocppsim.model.facts import Fault
from ocppsim.model.specification import Outlet, Specification
from ocppsim.model.vehicle import Vehicle
from ocppsim.protocol import schemas, v201

STATION = Specification(
    "CS-1", outlets={1: Outlet(), 2: Outlet()}, serial_number="S-1", firmware_version="1.2"
)
REQUESTS = sorted(name.removesuffix("Request") for name in schemas.names("v201") if name.endswith("Request"))


async def booted(peer: Peer201) -> None:
    await peer.heard("StatusNotification", 2)
    await wait_all_tasks_blocked()


@pytest.mark.honours("2.0.1 BootNotification")
async def test_it_boots_and_reports_the_status_of_each_evse(autojump_clock: object) -> None:
    peer = Peer201()
    async with station201(STATION, peer) as station:
        await booted(peer)
        assert station.board.registration.accepted
        assert peer.actions() == ["BootNotification", "StatusNotification", "StatusNotification"]
        assert peer.payloads("BootNotification") == [
            {
                "reason": "PowerUp",
                "chargingStation": {
                    "model": STATION.model,
                    "vendorName": STATION.vendor,
                    "serialNumber": "S-1",
                    "firmwareVersion": "1.2",
                },
            }
        ]
        told = [
            (said["evseId"], said["connectorId"], said["connectorStatus"])
            for said in peer.payloads("StatusNotification")
        ]
        assert told == [(1, 1, "Available"), (2, 1, "Available")]


@pytest.mark.honours("2.0.1 StatusNotification")
async def test_a_status_is_told_when_its_word_changes(autojump_clock: object) -> None:
    """Plugged and ready, or with a tag that nobody can judge: Occupied all the time."""
    peer = Peer201()
    async with station201(STATION, peer) as station:
        await booted(peer)
        del peer.said[:]
        world = station.world
        for act in (
            lambda: world.plug(2, Vehicle(), 0.5),
            lambda: world.unplug(2),
            lambda: world.set_fault(2, Fault.GROUND),
            lambda: world.set_fault(2, None),
        ):
            act()
            await trio.sleep(1000)  # the patience of a connector is over by then: Finishing in 1.6
        told = [(said["evseId"], said["connectorStatus"]) for said in peer.payloads("StatusNotification")]
        assert told == [(2, "Occupied"), (2, "Available"), (2, "Faulted"), (2, "Available")]


async def test_a_tag_is_refused_since_nobody_can_be_asked(autojump_clock: object) -> None:
    peer = Peer201()
    async with station201(STATION, peer) as station:
        await booted(peer)
        station.world.plug(1, Vehicle(), 0.5)
        await station.world.present(1, "TAG")
        await trio.sleep(100)
        assert station.context.memory.connectors[1].session is None
        assert set(peer.actions()) == {"BootNotification", "StatusNotification"}


@pytest.mark.honours("2.0.1 Heartbeat")
async def test_it_beats_at_the_interval_of_the_boot(autojump_clock: object) -> None:
    peer = Peer201(interval=50)
    async with station201(STATION, peer):
        await booted(peer)
        await trio.sleep(500)
        assert len(peer.payloads("Heartbeat")) in (9, 10)


@pytest.mark.honours("2.0.1 ClearCache")
async def test_it_clears_its_cache(autojump_clock: object) -> None:
    peer = Peer201()
    async with station201(STATION, peer) as station:
        await booted(peer)
        station.context.memory.learn("TAG", TagInfo(TagStatus.ACCEPTED, None, None), 0.0)
        assert station.context.memory.cache
        assert (await peer.ask("ClearCache"))[2] == {"status": "Accepted"}
        assert not station.context.memory.cache


async def test_what_it_does_not_know_it_has_not_implemented(autojump_clock: object) -> None:
    """Every other action of the version, in either direction, and what is an action of no version."""
    peer = Peer201()
    async with station201(STATION, peer) as station:
        await booted(peer)
        for action in (*REQUESTS, "RemoteStartTransaction", "NoSuchAction"):
            frame = await peer.ask(action)
            if action == "ClearCache":
                assert frame[0] == 3
            else:
                assert (frame[0], frame[2]) == (4, "NotImplemented"), action
        assert station.board.online


async def test_pending_it_waits_and_rejected_it_refuses_with_a_security_error(autojump_clock: object) -> None:
    peer = Peer201(boots=["Pending", "Rejected"], interval=70)
    async with station201(STATION, peer):
        await trio.sleep(35)
        assert (await peer.ask("ClearCache"))[0] == 3
        await trio.sleep(70)
        assert (await peer.ask("ClearCache"))[:3] == [4, "q2", "SecurityError"]
        assert peer.actions() == ["BootNotification"] * 2
        await booted(peer)
        assert [said["reason"] for said in peer.payloads("BootNotification")] == ["PowerUp"] * 3


@pytest.mark.parametrize(
    ("text", "call_id", "code"),
    [
        ("no json", "-1", "RpcFrameworkError"),
        ('[2, 7, "ClearCache", {}]', "-1", "RpcFrameworkError"),
        ('[2, "x", "ClearCache"]', "x", "RpcFrameworkError"),
        ('[7, "x", {}]', "x", "MessageTypeNotSupported"),
        ('[2, "x", "ClearCache", []]', "x", "FormatViolation"),
        ('[2, "x", "ClearCache", {"customData": 1}]', "x", "TypeConstraintViolation"),
        ('[2, "x", "ClearCache", {"customData": {}}]', "x", "OccurrenceConstraintViolation"),
        ('[2, "x", "ClearCache", {"no": 1}]', "x", "FormatViolation"),
    ],
)
async def test_what_is_wrong_with_a_message_has_the_codes_of_the_version(
    autojump_clock: object, text: str, call_id: str, code: str
) -> None:
    peer = Peer201()
    async with station201(STATION, peer):
        await booted(peer)
        frame = await peer.write(text, call_id)
        assert (frame[0], frame[2]) == (4, code)
        assert (await peer.ask("ClearCache"))[0] == 3  # and the connection lives on


async def test_it_says_why_it_boots(autojump_clock: object) -> None:
    peer = Peer201()
    async with station201(STATION, peer) as station:
        await booted(peer)
        station.cut_power()
        await trio.sleep(600)
        assert [said["reason"] for said in peer.payloads("BootNotification")] == ["PowerUp"] * 2


def test_the_classes_say_what_the_schemas_say() -> None:
    for name, action in v201.ACTIONS.items():
        assert schemas.known("v201", f"{name}Request")
        assert action.response.__name__ == f"{name}Response"
