"""Requests of the central system: they take turns, they are checked, and they end in a known way."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.csms.behaviour import Behaviour, pending
from ocppsim.csms.calls import (
    CallFailed,
    CallRefused,
    ConnectionLost,
    InvalidAnswer,
    InvalidRequest,
    NoAnswer,
    NotConnected,
)
from ocppsim.csms.central_system import CentralSystem, open_central_system
from ocppsim.csms.findings import Breach
from tests.csms.little_station import BOOT, LittleStation, connected


@pytest.fixture
async def csms() -> AsyncIterator[CentralSystem]:
    async with open_central_system() as central_system:
        yield central_system


@pytest.fixture
async def station(csms: CentralSystem) -> AsyncIterator[LittleStation]:
    async with connected(csms) as little:
        await little.boot()
        yield little


async def asked(
    csms: CentralSystem, station: LittleStation, action: str, payload: dict[str, object], *answer: object
) -> Any:
    """What a call gives when the station answers so; `ID` in the answer stands for the message id."""
    results: list[Any] = []

    async def drive() -> None:
        try:
            results.append(await csms.call("CS-1", action, payload))
        except CallFailed as failed:
            results.append(failed)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drive)
        message = await station.read()
        assert message[0] == 2
        assert message[2:] == [action, payload]
        await station.write(*(message[1] if part == "ID" else part for part in answer))
    if isinstance(results[0], CallFailed):
        raise results[0]
    return results[0]


async def test_an_answer_is_returned(csms: CentralSystem, station: LittleStation) -> None:
    answer = await asked(csms, station, "Reset", {"type": "Soft"}, 3, "ID", {"status": "Accepted"})
    assert answer == {"status": "Accepted"}
    assert not csms.findings


async def test_a_refusal_carries_code_description_and_details(
    csms: CentralSystem, station: LittleStation
) -> None:
    with pytest.raises(CallRefused, match="Reset to CS-1: NotSupported no") as refused:
        await asked(csms, station, "Reset", {"type": "Soft"}, 4, "ID", "NotSupported", "no", {"a": 1})
    error = refused.value
    assert (error.identity, error.action, error.code) == ("CS-1", "Reset", "NotSupported")
    assert (error.description, error.details) == ("no", {"a": 1})


@pytest.mark.parametrize("payload", [{"status": "Perhaps"}, {}, []])
async def test_an_invalid_answer_is_no_answer(
    payload: object, csms: CentralSystem, station: LittleStation
) -> None:
    with pytest.raises(InvalidAnswer) as invalid:
        await asked(csms, station, "Reset", {"type": "Soft"}, 3, "ID", payload)
    assert invalid.value.payload == (payload or {})
    assert [finding.rule for finding in csms.findings] == [Breach.INVALID_ANSWER]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Reset", {}),
        ("Reset", {"type": "Lukewarm"}),
        ("Heartbeat", {}),
        ("Nonsense", {}),
        ("ResetResponse", {"status": "Accepted"}),
        ("../Reset", {}),
    ],
)
async def test_what_no_central_system_sends_is_not_sent(
    action: str, payload: dict[str, object], csms: CentralSystem
) -> None:
    with pytest.raises(InvalidRequest):
        await csms.call("CS-1", action, payload)


async def test_requests_of_other_profiles_can_be_sent(csms: CentralSystem, station: LittleStation) -> None:
    answer = await asked(csms, station, "GetLocalListVersion", {}, 3, "ID", {"listVersion": 3})
    assert answer == {"listVersion": 3}


async def test_without_a_connection_nothing_is_sent(csms: CentralSystem) -> None:
    with pytest.raises(NotConnected):
        await csms.call("CS-1", "ClearCache")
    with pytest.raises(NotConnected):
        await csms.send_raw("CS-1", "text")


async def test_an_answer_that_does_not_come_is_given_up_in_time(
    csms: CentralSystem, station: LittleStation, autojump_clock: MockClock
) -> None:
    began = trio.current_time()
    with pytest.raises(NoAnswer, match="within 30 s"):
        await csms.call("CS-1", "ClearCache")
    assert trio.current_time() - began == 30


async def test_a_late_answer_is_nobodys_fault_but_an_unasked_one_is(
    csms: CentralSystem, station: LittleStation, autojump_clock: MockClock
) -> None:
    with pytest.raises(NoAnswer):
        await csms.call("CS-1", "ClearCache", within=1)
    message = await station.read()
    await station.write(3, message[1], {"status": "Accepted"})
    await station.call("Heartbeat")
    assert not csms.findings
    await station.write(3, "never asked", {})
    await station.write(4, "never asked", "GenericError", "", {})
    await station.call("Heartbeat")
    assert [finding.rule for finding in csms.findings] == [Breach.UNASKED_ANSWER] * 2


async def test_a_second_answer_is_an_unasked_one(csms: CentralSystem, station: LittleStation) -> None:
    answers: list[object] = []

    async def drive() -> None:
        answers.append(await csms.call("CS-1", "ClearCache"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drive)
        message = await station.read()
        async with trio.open_nursery() as at_once:
            for _ in range(2):
                at_once.start_soon(station.write, 3, message[1], {"status": "Accepted"})
    await station.call("Heartbeat")
    await station.write(3, message[1], {"status": "Rejected"})
    await station.call("Heartbeat")
    assert answers == [{"status": "Accepted"}]
    assert [finding.rule for finding in csms.findings] == [Breach.UNASKED_ANSWER] * 2


async def test_requests_take_turns_in_the_order_in_which_they_were_made(
    csms: CentralSystem, station: LittleStation, autojump_clock: MockClock
) -> None:
    keys = [f"key-{number}" for number in range(5)]
    async with trio.open_nursery() as nursery:
        for key in keys:
            nursery.start_soon(partial(csms.call, "CS-1", "GetConfiguration", {"key": [key]}))
            await wait_all_tasks_blocked()
        for key in keys:
            message = await station.read()
            assert message[3] == {"key": [key]}
            with trio.move_on_after(1) as waited:
                await station.read()
            assert waited.cancelled_caught
            await station.write(3, message[1], {"unknownKey": [key]})


@pytest.mark.parametrize("ending", ["drop", "close"])
async def test_a_lost_connection_ends_the_request(
    ending: str, csms: CentralSystem, station: LittleStation
) -> None:
    failures: list[type[Exception]] = []

    async def drive() -> None:
        try:
            await csms.call("CS-1", "ClearCache")
        except (ConnectionLost, NotConnected) as failed:
            failures.append(type(failed))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drive)
        nursery.start_soon(drive)
        await station.read()
        if ending == "drop":
            csms.drop("CS-1")
        else:
            await station.transport.close()
    assert sorted(failures, key=str) == [ConnectionLost, NotConnected]


async def test_raw_texts_go_out_as_they_are(csms: CentralSystem, station: LittleStation) -> None:
    for text in ("rubbish", '[2,"x","Reset",5]', '[2,"y","Reset",{}]'):
        await csms.send_raw("CS-1", text)
        assert await station.transport.receive() == text
    await station.write(4, "x", "FormationViolation", "", {})
    await station.write(3, "y", {"status": "Accepted"})
    await station.call("Heartbeat")
    assert not csms.findings


async def test_a_triggered_message_is_allowed_while_pending(autojump_clock: MockClock) -> None:
    behaviour = Behaviour(pending(300))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms:
        async with connected(csms) as station:
            await station.call("BootNotification", BOOT)
            trigger: dict[str, object] = {"requestedMessage": "BootNotification"}
            await asked(csms, station, "TriggerMessage", trigger, 3, "ID", {"status": "Accepted"})
            await station.boot()
        assert not csms.findings


async def test_a_message_is_allowed_only_when_the_trigger_was_accepted(autojump_clock: MockClock) -> None:
    behaviour = Behaviour(pending(300))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms:
        async with connected(csms) as station:
            await station.call("BootNotification", BOOT)
            trigger: dict[str, object] = {"requestedMessage": "Heartbeat"}
            await asked(csms, station, "TriggerMessage", trigger, 3, "ID", {"status": "Rejected"})
            assert (await station.call("Heartbeat"))[2] == "SecurityError"
        assert [finding.rule for finding in csms.findings] == [Breach.NOT_ACCEPTED]


async def test_message_ids_are_never_repeated(csms: CentralSystem, station: LittleStation) -> None:
    record = csms.peers["CS-1"].record
    drawn = [record.new_message_id(1767225600.0) for _ in range(100)]
    assert len(set(drawn)) == 100
    assert max(map(len, drawn)) <= 36
