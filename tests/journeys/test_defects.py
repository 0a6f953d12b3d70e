"""Known defects of the best-known simulator, by their numbers, and how this one behaves instead."""

from itertools import pairwise

import pytest
from stage import easy_going, stage

from ocppsim.actors.generator import Habits
from ocppsim.csms.behaviour import Rule, Silent, pending, rejected
from ocppsim.csms.findings import Breach
from ocppsim.model.connector import Status

BOOT = ["BootNotification"]


# -- D1


async def test_d1_heartbeats_generator_and_session_resume_after_a_reconnect(autojump_clock: object) -> None:
    habits = Habits(least_delay_s=20, most_delay_s=20, least_stay_s=100, most_stay_s=100, stop_after_s=3600)
    async with stage(habits=habits, keys={"MeterValueSampleInterval": "0"}) as play:
        await play.booted()
        await play.set_key("HeartbeatInterval", 30)
        await play.shows(Status.CHARGING)
        await play.outage(20)
        mark = play.mark()
        await play.later(1000)
        assert len(play.said("Heartbeat", mark)) > 20
        assert len(play.said("StartTransaction", mark)) >= 7
        assert play.said("StopTransaction", mark)
        assert play.csms.summary().connections == 2


async def test_d1_the_back_off_begins_anew_after_a_stable_connection(autojump_clock: object) -> None:
    async with stage() as play:
        for _ in range(8):
            await play.later(61)
            await play.drop()
            lost = play.now
            await play.until(lambda board: board.online)
            assert play.now - lost <= 1.2
        # and a link that breaks again and again is not hammered
        for _ in range(8):
            await play.later(1)
            await play.drop()
            lost = play.now
            await play.until(lambda board: board.online)
        assert play.now - lost >= 24


# -- D2


async def test_d2_a_call_without_an_answer_ends_at_its_deadline_and_a_late_answer_is_told(
    autojump_clock: object,
) -> None:
    async with stage(keys={"MessageTimeout": "12", "ConnectionTimeOut": "0"}) as play:
        await play.booted()
        play.rule(Silent(), "StatusNotification", times=1)
        play.plug()
        await play.later(11.9)
        assert play.board.tally.failures == 0
        await play.later(0.2)
        assert play.board.tally.failures == 1
        assert "no answer in time" in play.notes()[-1]
        [*_, status] = play.said("StatusNotification")
        await play.write(3, status.id, {})
        assert status.id in play.violations()[-1]


# -- D3


async def test_d3_one_call_is_in_flight_at_a_time(autojump_clock: object) -> None:
    async with stage(connectors=8) as play:
        await play.booted()
        for number in range(1, 9):
            play.plug(number)
            await play.show(f"TAG-{number}", number)
        await play.later(600)
        open_calls: list[str] = []
        for frame in play.frames:
            if frame.kind == 2 and frame.way.value == ">":
                open_calls.append(frame.id)
                assert len(open_calls) == 1
            elif frame.kind in (3, 4) and frame.way.value == "<":
                assert open_calls.pop() == frame.id
        assert len(play.said()) > 100


# -- D4


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
        ("RemoteStartTransaction", {"idTag": "T"}),
        ("UnlockConnector", {"connectorId": 1}),
        ("Reset", {"type": "Soft"}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
        ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "1"}),
    ],
)
async def test_d4_an_answer_does_not_wait_for_a_silent_central_system_and_comes_first(
    autojump_clock: object, action: str, payload: dict[str, object]
) -> None:
    async with stage(connectors=2) as play:
        await play.booted()
        await play.charge(1, "FRIEND")
        play.plug(2)
        await play.settle()
        play.rule(Silent())
        mark = play.mark()
        before = play.now
        await play.ask(action, **payload)
        assert play.now == before
        assert play.written(mark)[0].kind == 3


# -- D5


async def test_d5_a_central_system_silent_on_statuses_does_not_stop_the_boot_sequence(
    autojump_clock: object,
) -> None:
    habits = Habits(least_delay_s=20, most_delay_s=20, least_stay_s=100, most_stay_s=100)
    async with stage(Rule(Silent(), actions=["StatusNotification"]), habits=habits) as play:
        await play.later(900)
        assert {report.payload["connectorId"] for report in play.said("StatusNotification")} == {0, 1}
        assert play.csms.summary().sessions_completed >= 1


# -- D6


@pytest.mark.parametrize("answer", [pending, rejected])
async def test_d6_the_interval_is_kept_to_the_second_and_does_not_grow(
    autojump_clock: object, answer: object
) -> None:
    async with stage(answer(1, times=8)) as play:  # type: ignore[operator]  # both make a Rule
        await play.later(20)
        assert play.times("BootNotification") == list(range(9))


# -- D7


async def test_d7_every_call_while_pending_gets_its_answer(autojump_clock: object) -> None:
    async with stage(pending(3600)) as play:
        await play.settle()
        await play.write(2, "a", "RemoteStartTransaction", {"idTag": "T"})
        await play.write(2, "b", "RemoteStopTransaction", {"transactionId": 1})
        await play.write(2, "c", "GetConfiguration", {})
        await play.write(2, "d", "Dance", {})
        await play.write(2, "e", "Reset", {"type": "Warm"})
        assert [answer.id for answer in play.answered()] == list("abcde")
        assert play.answer_to("a").payload == play.answer_to("b").payload == {"status": "Rejected"}


# -- D8


async def test_d8_the_spelling_is_that_of_1_6_and_the_details_are_an_object(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "a", "ChangeConfiguration", {"key": "k" * 51, "value": 5, "extra": 1, "more": 2})
        await play.write(2, "b", "ChangeConfiguration", {})
        await play.write(2, "c", "ChangeAvailability", {"connectorId": 1, "type": "Perhaps", "extra": 1})
        await play.write(2, "d", "ChangeAvailability", {"connectorId": 1, "type": "Perhaps"})
        answers = [play.answer_to(call_id) for call_id in "abcd"]
        assert [answer.action for answer in answers] == [
            "TypeConstraintViolation",
            "OccurenceConstraintViolation",
            "FormationViolation",
            "PropertyConstraintViolation",
        ]
        found = [[v["rule"] for v in answer.payload["violations"]] for answer in answers]
        assert sorted(found[0]) == ["additionalProperties", "maxLength", "type"]
        assert found[1] == ["required", "required"]
        assert sorted(found[2]) == ["additionalProperties", "enum"]
        assert found[3] == ["enum"]


# -- D10


async def test_d10_a_busy_connector_rejects_a_remote_start(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        answer = await play.ask("RemoteStartTransaction", idTag="OTHER", connectorId=1)
        assert answer == {"status": "Rejected"}
        assert await play.ask("RemoteStartTransaction", idTag="OTHER") == {"status": "Rejected"}
        await play.later(100)
        assert play.board.status(1) is Status.CHARGING
        assert len(play.csms.ledger("CS-1").transactions) == 1
        known = await play.ask("RemoteStopTransaction", transactionId=play.transaction_id)
        assert known == {"status": "Accepted"}


# -- D18


async def test_d18_power_current_voltage_energy_and_soc_agree_and_rise_over_a_whole_session(
    autojump_clock: object,
) -> None:
    async with stage(keys={"MeterValueSampleInterval": "30"}) as play:
        await play.booted()
        await play.charge(soc=0.6)
        await play.later(3 * 3600)
        await play.show()
        taken = []
        for call in play.said("MeterValues"):
            values: dict[str, list[float]] = {}
            for sampled in call.payload["meterValue"][0]["sampledValue"]:
                values.setdefault(sampled["measurand"], []).append(float(sampled["value"]))
            amperes, volts = values["Current.Import"], values["Voltage"]
            [power_w], [register_wh] = values["Power.Active.Import"], values["Energy.Active.Import.Register"]
            assert sum(a * v for a, v in zip(amperes, volts, strict=True)) == pytest.approx(power_w, abs=5)
            taken.append((power_w, register_wh, values["SoC"][0]))
        assert len(taken) == 360
        for (power_w, before_wh, before_soc), (_, after_wh, after_soc) in pairwise(taken):
            assert 0 <= after_wh - before_wh <= power_w * 30 / 3600 + 1
            assert after_soc >= before_soc
            assert (after_soc - before_soc) / 100 * 60_000 == pytest.approx(after_wh - before_wh, abs=61)
        assert taken[-1] == (0, 24_000, 100)


# -- D28


async def test_d28_a_half_open_connection_is_noticed_by_the_missing_pong(autojump_clock: object) -> None:
    async with stage(keys={"WebSocketPingInterval": "15"}) as play:
        await play.later(60)
        play.rig.freeze(play.name)
        await play.later(15 + 10 + 2.1)
        assert "no pong" in play.board.link.trouble
        await play.until(lambda board: board.online)
        await play.later(60)
        assert play.now <= 60 + 15 + 10 + 2 + 2 + 60
        assert play.board.link.connections == 2
        assert "Heartbeat" in play.actions()


async def test_d28_what_was_said_into_the_void_is_said_again(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(45)
        play.rig.freeze(play.name)
        await play.show()
        await play.later(60)
        lost, again = play.said("StopTransaction")
        assert (lost.text, again.attempt) == (again.text, 2)
        assert play.csms.summary().sessions_completed == 1


# -- D30


async def test_d30_auto_register_sends_one_boot(autojump_clock: object) -> None:
    async with stage(auto_register=True, connectors=2) as play:
        await play.later(3000)
        assert play.actions()[:4] == BOOT + 3 * ["StatusNotification"]
        assert len(play.said("BootNotification")) == 1
        await play.outage(10)
        assert len(play.said("BootNotification")) == 1


async def test_d30_auto_register_goes_on_whatever_the_answer_is(autojump_clock: object) -> None:
    csms = easy_going(pending(30, times=None))
    async with stage(csms=csms, auto_register=True, finds=[Breach.NOT_ACCEPTED]) as play:
        await play.later(3000)
        await play.charge()
        assert play.board.registration.accepted
        assert len(play.said("BootNotification")) == 1
        assert csms.ledger("CS-1").transactions
