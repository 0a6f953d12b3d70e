"""What the central system can be told to do instead of answering well."""

import json
from random import Random

import pytest

from ocppsim.csms.behaviour import (
    Answer,
    Behaviour,
    Close,
    Delay,
    Drop,
    Garble,
    Refuse,
    Rule,
    Silent,
    pending,
    rejected,
)
from ocppsim.csms.responder import Reply
from tests.csms.little_station import BOOT, PaperStation, start


def station_with(*rules: Rule) -> PaperStation:
    return PaperStation(behaviour=Behaviour(*rules))


def test_boots_can_be_answered_pending_and_rejected_with_an_interval() -> None:
    station = station_with(pending(7), rejected(9))
    answers = [station.call("BootNotification", BOOT, at=at) for at in (0, 10, 20)]
    assert [(answer["status"], answer["interval"]) for answer in answers] == [
        ("Pending", 7),
        ("Rejected", 9),
        ("Accepted", 300),
    ]


def test_a_rule_names_actions_and_stations() -> None:
    rule = Rule(Silent(), actions=["Heartbeat"], stations=["CS-1"])
    assert rule.matches("CS-1", "Heartbeat")
    assert not rule.matches("CS-2", "Heartbeat")
    assert not rule.matches("CS-1", "Authorize")
    assert Rule(Silent()).matches("any", "thing")


def test_a_rule_lets_some_pass_and_then_strikes_some_for_each_station() -> None:
    behaviour = Behaviour(Rule(Silent(), after=2, times=1))
    for identity in ("CS-1", "CS-2"):
        struck = [behaviour.decide(identity, "Heartbeat", Random(0)).effect is not None for _ in range(5)]
        assert struck == [False, False, True, False, False]


def test_delays_add_up_and_the_first_other_rule_decides() -> None:
    behaviour = Behaviour(Rule(Delay(1)), Rule(Delay(2)), Rule(Silent()), Rule(Delay(4)), Rule(Drop()))
    decision = behaviour.decide("CS-1", "Heartbeat", Random(0))
    assert (decision.delay_s, decision.effect) == (3, Silent())


def test_jitter_and_chance_are_drawn_from_the_stations_own_stream() -> None:
    def decisions(seed: int) -> list[object]:
        behaviour = Behaviour(Rule(Delay(1, jitter_s=2)), Rule(Silent(), chance=0.5))
        random = Random(seed)
        return [behaviour.decide("CS-1", "Heartbeat", random) for _ in range(50)]

    behaviour = Behaviour(Rule(Delay(1, jitter_s=2)))
    delays = [behaviour.decide("CS-1", "Heartbeat", Random(n)).delay_s for n in range(50)]
    assert min(delays) >= 1
    assert 2 < max(delays) <= 3
    assert decisions(1) == decisions(1) != decisions(2)
    chance, random = Behaviour(Rule(Silent(), chance=0.5)), Random(0)
    struck = [chance.decide("CS-1", "Heartbeat", random).effect is not None for _ in range(100)]
    assert 30 < sum(struck) < 70


def test_rules_can_be_taken_out_and_read() -> None:
    behaviour = Behaviour(Rule(Drop()))
    rule = behaviour.add(Rule(Silent()))
    assert behaviour.rules == (Rule(Drop()), rule)
    behaviour.remove(Rule(Drop()))
    assert behaviour.decide("CS-1", "Heartbeat", Random(0)).effect == Silent()
    behaviour.clear()
    assert behaviour.decide("CS-1", "Heartbeat", Random(0)).effect is None


def test_a_refused_message_has_no_effect() -> None:
    station = station_with(Rule(Refuse("GenericError", "no"), actions=["StartTransaction"])).boot()
    assert station.call("StartTransaction", start())[2:4] == ["GenericError", "no"]
    assert station.judge.ledger.transactions == {}


@pytest.mark.parametrize("effect", [Silent(), Close(), Drop()])
def test_what_gets_no_answer_has_no_effect(effect: Silent | Close | Drop) -> None:
    station = station_with(Rule(effect, actions=["StartTransaction"], times=1)).boot()
    ending = None if isinstance(effect, Silent) else effect
    assert station.reply("StartTransaction", start(), call_id="a") == Reply(ending=ending)
    assert station.judge.ledger.transactions == {}
    assert "transactionId" in station.call("StartTransaction", start(), call_id="a")


@pytest.mark.parametrize("effect", [Silent(processed=True), Close(processed=True), Drop(processed=True)])
def test_what_is_processed_without_an_answer_is_answered_when_it_comes_again(
    effect: Silent | Close | Drop,
) -> None:
    station = station_with(Rule(effect, actions=["StartTransaction"], times=1)).boot()
    assert station.reply("StartTransaction", start(), call_id="a").texts == ()
    (transaction,) = station.judge.ledger.transactions
    assert station.call("StartTransaction", start(), call_id="a")["transactionId"] == transaction
    assert station.rules == []


def test_fields_of_an_answer_can_be_replaced_and_left_out() -> None:
    rule = Rule(Answer({"interval": 1.5, "extra": True}, without=("currentTime",)))
    expected = {"status": "Accepted", "interval": 1.5, "extra": True}
    assert station_with(rule).call("BootNotification", BOOT) == expected


@pytest.mark.parametrize(
    ("how", "texts"),
    [
        ("not JSON", ('[3,"a",{}',)),
        ("wrong id", ('[3,"not-a",{}]',)),
        ("no payload", ('[3,"a",[]]',)),
        ("wrong type", ('[93,"a",{}]',)),
        ("twice", ('[3,"a",{}]', '[3,"a",{}]')),
    ],
)
def test_an_answer_can_be_garbled(how: str, texts: tuple[str, ...]) -> None:
    station = PaperStation().boot()
    station.behaviour.add(Rule(Garble(how)))  # type: ignore[arg-type]  # a str here, one of the literals
    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    reply = station.reply("StatusNotification", payload, call_id="a")
    assert tuple(text.replace(", ", ",") for text in reply.texts) == texts


def test_strangers_can_be_answered_as_if_they_had_booted() -> None:
    station = PaperStation(behaviour=Behaviour(refuse_before_boot=False))
    assert "currentTime" in station.call("Heartbeat", {})
    assert len(station.rules) == 1


def test_silence_also_meets_a_stranger() -> None:
    assert station_with(Rule(Silent())).reply("Heartbeat", {}) == Reply()


def test_a_broken_call_is_answered_whatever_the_rules_say() -> None:
    (text,) = station_with(Rule(Silent())).reply("Heartbeat", 5, call_id="a").texts
    assert json.loads(text)[:3] == [4, "a", "FormationViolation"]
