"""Every rule of the judge: a station that breaks it is found, one that behaves is not blamed."""

from typing import Any

import pytest

from ocppsim.csms.behaviour import Answer, Behaviour, Refuse, Rule, Silent, pending, rejected
from ocppsim.csms.calls import outcome
from ocppsim.csms.findings import Breach
from ocppsim.csms.limits import Limits
from ocppsim.protocol.frames import CallError, CallResult, MalformedAnswer
from tests.csms.little_station import BOOT, PaperStation, start, status, stop, time_text, values


@pytest.fixture
def station() -> PaperStation:
    return PaperStation().boot()


def test_a_whole_session_without_fault_finds_nothing(station: PaperStation) -> None:
    station.call("StatusNotification", status(0, "Available"))
    first = station.start(meter=100, second=10)
    station.call("MeterValues", values(first, "150", 40, context="Sample.Periodic", unit="Wh"))
    station.call(
        "MeterValues", values(first, "0.2", 70, unit="kWh", measurand="Energy.Active.Import.Register")
    )
    station.call("StopTransaction", stop(first, 300, 100, reason="EVDisconnected"))
    second = station.start(meter=300, second=200)
    station.call("StopTransaction", stop(second, 300, 200))
    assert station.rules == []
    transaction = station.judge.ledger.transactions[first]
    assert (transaction.energy_wh, transaction.reason, transaction.connector) == (200, "EVDisconnected", 1)
    assert [reading.register_wh for reading in transaction.readings] == [150, 200]


# -- messages


@pytest.mark.parametrize(
    ("action", "payload", "rule", "code"),
    [
        ("Heartbeat", {"extra": 1}, Breach.INVALID, "FormationViolation"),
        ("Authorize", {}, Breach.INVALID, "OccurenceConstraintViolation"),
        ("Authorize", {"idTag": 1}, Breach.INVALID, "TypeConstraintViolation"),
        ("Authorize", {"idTag": "x" * 21}, Breach.INVALID, "PropertyConstraintViolation"),
        ("Nonsense", {}, Breach.WRONG_ACTION, "NotImplemented"),
        ("Reset", {"type": "Hard"}, Breach.WRONG_ACTION, "NotSupported"),
        ("Authorize", "text", Breach.UNREADABLE, "FormationViolation"),
    ],
)
def test_a_message_that_no_station_may_send(
    station: PaperStation, action: str, payload: object, rule: Breach, code: str
) -> None:
    assert station.call(action, payload)[2] == code
    assert station.rules == [rule]


def test_a_message_id_has_at_most_36_characters(station: PaperStation) -> None:
    station.call("Heartbeat", {}, call_id="x" * 36)
    assert station.rules == []
    station.call("Heartbeat", {}, call_id="x" * 37)
    assert station.rules == [Breach.LONG_MESSAGE_ID]


def test_a_message_id_stands_for_one_message(station: PaperStation) -> None:
    station.call("Authorize", {"idTag": "A"}, call_id="same")
    station.call("Authorize", {"idTag": "A"}, call_id="same")
    assert station.rules == []
    station.call("Authorize", {"idTag": "B"}, call_id="same")
    assert station.rules == [Breach.MESSAGE_ID_REUSED]


def test_an_error_code_that_ocpp_does_not_know(station: PaperStation) -> None:
    for code in ("NotSupported", "OccurenceConstraintViolation", "SecurityError"):
        outcome(station.judge, "Reset", {}, CallError("1", code, "", {}), 0)
    assert station.rules == []
    outcome(station.judge, "Reset", {}, CallError("1", "OccurrenceConstraintViolation", "", {}), 0)
    assert station.rules == [Breach.ERROR_CODE]


def test_an_answer_has_to_keep_to_its_schema(station: PaperStation) -> None:
    outcome(station.judge, "Reset", {}, CallResult("1", {"status": "Accepted"}), 0)
    assert station.rules == []
    outcome(station.judge, "Reset", {}, CallResult("1", {"status": "Perhaps"}), 0)
    outcome(station.judge, "Reset", {}, MalformedAnswer("1", "no object"), 0)
    assert station.rules == [Breach.INVALID_ANSWER] * 2


# -- registration


def test_nothing_but_a_boot_before_the_boot_was_accepted() -> None:
    station = PaperStation()
    assert station.call("Heartbeat", {})[2] == "SecurityError"
    assert station.rules == [Breach.NOT_ACCEPTED]
    station.boot()
    station.call("Heartbeat", {})
    assert station.rules == [Breach.NOT_ACCEPTED]


def test_a_rejected_station_may_not_speak_and_a_pending_one_only_when_asked() -> None:
    station = PaperStation(behaviour=Behaviour(rejected(10), pending(10)))
    station.boot()
    station.judge.triggered("Heartbeat")
    station.call("Heartbeat", {})
    assert station.rules == [Breach.NOT_ACCEPTED]
    station.call("BootNotification", BOOT, at=10)
    station.call("Heartbeat", {}, at=11)
    assert station.rules == [Breach.NOT_ACCEPTED] * 2
    station.judge.triggered("Heartbeat")
    assert "currentTime" in station.call("Heartbeat", {}, at=12)
    station.call("StatusNotification", status(1, "Available"), at=12)
    assert station.rules == [Breach.NOT_ACCEPTED] * 3


def test_an_accepted_station_that_boots_anew_waits_for_the_answer() -> None:
    station = PaperStation(behaviour=Behaviour(Rule(Silent(), actions=["BootNotification"], after=1)))
    station.boot()
    station.call("Heartbeat", {})
    assert station.rules == []
    assert station.reply("BootNotification", BOOT).texts == ()
    station.call("Heartbeat", {})
    assert station.rules == [Breach.NOT_ACCEPTED]


@pytest.mark.parametrize("rule", [pending(60), rejected(60)])
def test_the_next_boot_waits_for_the_interval(rule: Rule) -> None:
    station = PaperStation(behaviour=Behaviour(rule)).boot()
    station.call("BootNotification", BOOT, at=59)
    assert station.rules == [Breach.EARLY_BOOT]
    station = PaperStation(behaviour=Behaviour(rule)).boot()
    station.call("BootNotification", BOOT, at=60)
    assert station.rules == []


def test_a_boot_may_come_early_when_it_was_asked_for_or_on_a_new_connection() -> None:
    station = PaperStation(behaviour=Behaviour(pending(60, times=None))).boot()
    station.judge.triggered("BootNotification")
    station.call("BootNotification", BOOT, at=1)
    station.judge.connected()
    station.call("BootNotification", BOOT, at=2)
    assert station.rules == []
    station.call("BootNotification", BOOT, at=3)
    assert station.rules == [Breach.EARLY_BOOT]


def test_an_acceptance_that_the_station_was_not_told_does_not_count() -> None:
    station = PaperStation(behaviour=Behaviour(Rule(Silent(processed=True), times=1)))
    station.reply("BootNotification", BOOT)
    station.call("Heartbeat", {})
    assert station.rules == [Breach.NOT_ACCEPTED]


def test_a_boot_that_was_asked_for_is_no_new_life() -> None:
    station = PaperStation(behaviour=Behaviour(Rule(Silent(), actions=["BootNotification"], after=1))).boot()
    station.judge.triggered("BootNotification")
    station.reply("BootNotification", BOOT)
    station.call("Heartbeat", {})
    assert station.rules == []


def test_the_interval_can_be_left_unjudged() -> None:
    station = PaperStation(Limits(boot_s=None), Behaviour(pending(60))).boot()
    station.call("BootNotification", BOOT, at=1)
    assert station.rules == []


@pytest.mark.parametrize("word", ["Available", "Unavailable", "Faulted"])
def test_connector_zero_can_be(station: PaperStation, word: str) -> None:
    station.call("StatusNotification", status(0, word))
    assert station.rules == []


@pytest.mark.parametrize(
    "word", ["Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Reserved"]
)
def test_connector_zero_cannot_be(station: PaperStation, word: str) -> None:
    station.call("StatusNotification", status(1, word))
    assert station.rules == []
    station.call("StatusNotification", status(0, word))
    assert station.rules == [Breach.STATUS_OF_ZERO]


# -- starts and stops


def test_one_transaction_at_a_time_on_a_connector(station: PaperStation) -> None:
    station.start(1)
    station.start(2)
    assert station.rules == []
    station.start(1)
    assert station.rules == [Breach.DOUBLE_START]


def test_a_transaction_needs_a_connector(station: PaperStation) -> None:
    station.start(0)
    assert station.rules == [Breach.START_OF_ZERO]


def test_a_stop_needs_a_start_and_comes_once(station: PaperStation) -> None:
    transaction = station.start()
    station.call("StopTransaction", stop(transaction))
    assert station.rules == []
    assert station.call("StopTransaction", stop(transaction)) == {}
    assert station.call("StopTransaction", stop(12345)) == {}
    assert station.rules == [Breach.ENDED_TRANSACTION, Breach.UNKNOWN_TRANSACTION]


def test_a_resend_is_not_a_second_event(station: PaperStation) -> None:
    first = station.call("StartTransaction", start(), call_id="a")
    assert station.call("StartTransaction", start(), call_id="a") == first
    station.call("StopTransaction", stop(first["transactionId"]), call_id="b")
    station.call("StopTransaction", stop(first["transactionId"]), call_id="b")
    assert station.rules == []
    assert station.record.resent == 2
    assert len(station.judge.ledger.transactions) == 1


def test_without_a_start_only_a_refused_one_allows_minus_one(station: PaperStation) -> None:
    station.call("StopTransaction", stop(-1))
    station.call("MeterValues", values(-1))
    assert station.rules == [Breach.UNKNOWN_TRANSACTION] * 2
    station.responder.behaviour.add(Rule(Refuse(), actions=["StartTransaction"], times=2))
    for _ in range(2):  # the station tries the same event again
        assert station.call("StartTransaction", start(), call_id="a")[2] == "InternalError"
    station.call("MeterValues", values(-1))
    station.call("StopTransaction", stop(-1))
    assert station.rules == [Breach.UNKNOWN_TRANSACTION] * 2
    station.call("StopTransaction", stop(-1))
    station.call("MeterValues", values(-1, connector=2))
    assert station.rules == [Breach.UNKNOWN_TRANSACTION] * 4


def test_a_refused_start_that_succeeds_later_is_an_ordinary_one(station: PaperStation) -> None:
    station.responder.behaviour.add(Rule(Refuse(), actions=["StartTransaction"], times=1))
    station.call("StartTransaction", start(), call_id="a")
    transaction = station.call("StartTransaction", start(), call_id="a")["transactionId"]
    station.call("StopTransaction", stop(transaction))
    assert station.rules == []
    station.call("StopTransaction", stop(-1))
    assert station.rules == [Breach.UNKNOWN_TRANSACTION]


def test_an_answer_without_a_transaction_id_is_as_good_as_a_refusal(station: PaperStation) -> None:
    station.responder.behaviour.add(Rule(Answer(without=("transactionId",)), actions=["StartTransaction"]))
    station.call("StartTransaction", start())
    station.call("StopTransaction", stop(-1))
    assert station.rules == []


def test_a_stop_that_was_refused_may_have_been_given_up_or_come_again(station: PaperStation) -> None:
    station.responder.behaviour.add(Rule(Refuse(), actions=["StopTransaction"], times=1))
    first = station.start()
    station.call("StopTransaction", stop(first), call_id="a")
    second = station.start(meter=300, second=100)
    station.call("StopTransaction", stop(first), call_id="a")
    station.call("StopTransaction", stop(second, 300, 100))
    assert station.rules == []


# -- meter values


def test_meter_values_belong_to_a_running_transaction_of_their_connector(station: PaperStation) -> None:
    transaction = station.start(1)
    station.call("MeterValues", values(transaction, 120, 20))
    station.call("MeterValues", values(None, 120, 20, connector=0))
    assert station.rules == []
    station.call("MeterValues", values(transaction, 130, 30, connector=2))
    station.call("MeterValues", values(777, 130, 30))
    station.call("StopTransaction", stop(transaction))
    station.call("MeterValues", values(transaction, 300, 80))
    assert station.rules == [
        Breach.OTHER_CONNECTOR,
        Breach.UNKNOWN_TRANSACTION,
        Breach.ENDED_TRANSACTION,
    ]


def test_one_event_comes_under_one_id(station: PaperStation) -> None:
    transaction = station.start()
    station.call("MeterValues", values(transaction), call_id="a")
    station.call("MeterValues", values(transaction), call_id="a")
    for _ in range(2):
        station.call("MeterValues", values(transaction, 210, 50, context="Trigger"))
    assert station.rules == []
    station.call("MeterValues", values(transaction, 220, 60))
    station.call("MeterValues", values(transaction, 220, 60))
    assert station.rules == [Breach.REPEATED]


def test_the_register_never_goes_back_within_a_transaction(station: PaperStation) -> None:
    transaction = station.start(meter=100)
    station.call("MeterValues", values(transaction, 99, 20))  # rounding
    station.call("MeterValues", values(transaction, 200.5, 30))
    station.call("MeterValues", values(transaction, 200.5, 40))
    station.call("StopTransaction", stop(transaction, 200, 50))  # rounding
    assert station.rules == []
    transaction = station.start(meter=200, second=60)
    station.call("MeterValues", values(transaction, 198, 65))
    station.call("MeterValues", values(transaction, 300, 70))
    station.call("MeterValues", values(transaction, 299, 75))
    station.call("StopTransaction", stop(transaction, 297, 80))
    assert station.rules == [Breach.REGISTER_BACK] * 3


def test_the_stop_is_not_below_the_start(station: PaperStation) -> None:
    station.call("StopTransaction", stop(station.start(meter=100), 100))
    assert station.rules == []
    station.call("StopTransaction", stop(station.start(meter=100), 99))
    assert station.rules == [Breach.REGISTER_BACK]


def test_the_register_of_a_connector_never_goes_back(station: PaperStation) -> None:
    station.call("StopTransaction", stop(station.start(1, 100), 300))
    station.start(2, 0)
    station.start(1, 300, 100)
    assert station.rules == []
    station.call("StopTransaction", stop(station.start(3, 100), 300))
    station.start(3, 299, 100)
    assert station.rules == [Breach.REGISTER_BACK]


def test_a_reading_that_was_asked_for_may_overtake_those_that_wait(station: PaperStation) -> None:
    transaction = station.start()
    station.call("MeterValues", values(transaction, 250, 60, context="Trigger"))
    station.call("MeterValues", values(transaction, 150, 20))
    station.call("MeterValues", values(transaction, 200, 40))
    assert station.rules == []
    station.call("MeterValues", values(transaction, 90, 60, context="Trigger"))
    assert station.rules == [Breach.REGISTER_BACK]


def test_readings_that_were_asked_for_bind_no_others_in_the_same_message(station: PaperStation) -> None:
    transaction = station.start()
    mixed = values(transaction, 250, 60, context="Trigger")
    later = values(transaction, 200, 40)
    station.call("MeterValues", {**mixed, "meterValue": [*mixed["meterValue"], *later["meterValue"]]})
    assert station.rules == []


def test_a_coarse_unit_does_not_look_like_a_register_that_goes_back(station: PaperStation) -> None:
    transaction = station.start(meter=149)
    station.call("MeterValues", values(transaction, "0.1", 20, unit="kWh"))
    station.call("MeterValues", values(transaction, "160", 30, unit="Wh"))
    station.call("MeterValues", values(transaction, "0.1", 40, unit="kWh"))
    assert station.rules == []


@pytest.mark.parametrize(
    "sample",
    [
        {"measurand": "Power.Active.Import"},
        {"measurand": "Energy.Active.Import.Register", "phase": "L1"},
        {"measurand": "Energy.Active.Import.Register", "location": "Inlet"},
        {"measurand": "Energy.Active.Export.Register"},
        {"unit": "varh"},
    ],
)
def test_only_the_connectors_own_import_register_is_compared(
    station: PaperStation, sample: dict[str, Any]
) -> None:
    transaction = station.start(meter=100)
    station.call("MeterValues", values(transaction, 0, 20, **sample))
    assert station.rules == []


@pytest.mark.parametrize("text", ["", "NaN", "1e3", " 1", "1,5", "1_0", "٣"])
def test_a_measured_value_is_a_number(station: PaperStation, text: str) -> None:
    transaction = station.start()
    station.call("MeterValues", values(transaction, text, format="SignedData"))
    assert station.rules == []
    station.call("MeterValues", values(transaction, text, measurand="Voltage"))
    assert station.rules == [Breach.NO_NUMBER]


def test_time_does_not_go_back_within_a_transaction(station: PaperStation) -> None:
    transaction = station.start(second=10)
    station.call("MeterValues", values(transaction, 150, 9))  # a clock that was set
    station.call("MeterValues", values(transaction, 160, 40))
    station.call("MeterValues", values(transaction, 170, 38.5))
    station.call("StopTransaction", stop(transaction, 180, 37))
    assert station.rules == []
    transaction = station.start(meter=180, second=60)
    station.call("MeterValues", values(transaction, 190, 50))
    station.call("MeterValues", values(transaction, 200, 90))
    station.call("MeterValues", values(transaction, 210, 80))
    station.call("StopTransaction", stop(transaction, 220, 70))
    assert station.rules == [Breach.TIME_BACK] * 3


def test_transaction_data_lies_between_the_ends_and_in_order(station: PaperStation) -> None:
    def data(*readings: tuple[float, int]) -> list[dict[str, object]]:
        return [
            {"timestamp": time_text(second), "sampledValue": [{"value": str(register)}]}
            for second, register in readings
        ]

    transaction = station.start(meter=100, second=10)
    station.call("MeterValues", values(transaction, 250, 60))
    whole = data((10, 100), (40, 200), (70, 300))
    station.call("StopTransaction", stop(transaction, 300, 70, transactionData=whole))
    assert station.rules == []
    transaction = station.start(meter=300, second=100)
    wrong = data((110, 350), (120, 340), (130, 402), (140, 90))
    station.call("StopTransaction", stop(transaction, 400, 150, transactionData=wrong))
    assert station.rules == [Breach.REGISTER_BACK] * 4  # 340, 402 above the stop, 90 twice


def test_the_future_is_judged_when_asked_for() -> None:
    for limits, rules in ((Limits(), []), (Limits(future_s=300), [Breach.FUTURE] * 4)):
        station = PaperStation(limits).boot()
        transaction = station.start(second=299)
        station.call("MeterValues", values(transaction, 150, 301))
        station.call("StopTransaction", stop(transaction, second=302))
        station.call("StatusNotification", {**status(1, "Available"), "timestamp": time_text(303)})
        station.call("StartTransaction", start(meter=300, second=304))
        assert station.rules == rules


def test_energy_is_bounded_by_the_power_of_the_hardware_when_it_is_known() -> None:
    for power_w, rules in ((None, []), (3600.0, [Breach.TOO_MUCH_ENERGY] * 2)):
        station = PaperStation(Limits(max_power_w=power_w)).boot()
        transaction = station.start(meter=0, second=0)
        station.call("MeterValues", values(transaction, 100, 100))
        station.call("StopTransaction", stop(transaction, 200, 200))
        assert station.rules == []
        transaction = station.start(meter=200, second=300)
        station.call("MeterValues", values(transaction, 320, 400))
        station.call("StopTransaction", stop(transaction, 440, 500))
        assert station.rules == rules
