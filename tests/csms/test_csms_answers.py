"""The ordinary answers: valid by schema, tags known, ids that do not depend on who calls first."""

import pytest

from ocppsim.clock import VIRTUAL_EPOCH
from ocppsim.csms.answers import Answers
from ocppsim.csms.tags import Tag, Tags
from ocppsim.protocol import schemas, v16
from ocppsim.protocol.actions import Sender
from tests.csms.little_station import BOOT, PaperStation, start, status, stop, values
from tests.tables import each

NOW = VIRTUAL_EPOCH.timestamp()

REQUESTS = {
    "Authorize": {"idTag": "T"},
    "BootNotification": BOOT,
    "DataTransfer": {"vendorId": "v"},
    "DiagnosticsStatusNotification": {"status": "Uploaded"},
    "FirmwareStatusNotification": {"status": "Downloading"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "BadMessage", "requestId": 7},
    "MeterValues": values(None),
    "SecurityEventNotification": {"type": "StartupOfTheDevice", "timestamp": "2026-01-01T00:00:00Z"},
    "SignCertificate": {"csr": "-----BEGIN CERTIFICATE REQUEST-----"},
    "SignedFirmwareStatusNotification": {"status": "InstallRebooting", "requestId": 7},
    "StartTransaction": start(),
    "StatusNotification": status(1, "Available"),
    "StopTransaction": stop(1, idTag="T"),
}


def test_every_request_of_a_station_is_known_here() -> None:
    sent_by_stations = {name for name, row in v16.ACTIONS.items() if row.sender is not Sender.CENTRAL_SYSTEM}
    assert sent_by_stations == set(REQUESTS)


@each("action", REQUESTS)
def test_every_request_gets_a_valid_answer(action: str) -> None:
    answer = PaperStation().boot().call(action, REQUESTS[action])
    assert schemas.violations("v16", f"{action}Response", answer) == ()


def test_a_boot_is_told_the_time_and_the_heartbeat_interval() -> None:
    station = PaperStation()
    expected = {"status": "Accepted", "interval": 300, "currentTime": "2026-01-01T00:00:07.500Z"}
    assert station.call("BootNotification", BOOT, at=7.5) == expected
    station.responder = PaperStation.with_answers(Answers(Tags(), 0)).responder
    assert station.call("BootNotification", BOOT)["interval"] == 0


@pytest.mark.parametrize(
    ("tags", "tag", "expected"),
    [
        (Tags(), "any", "Accepted"),
        (Tags.of(strict=True), "any", "Invalid"),
        (Tags.of(accepted=["A"], strict=True), "a", "Accepted"),
        (Tags.of(blocked=["b"]), "B", "Blocked"),
        (Tags.of(expired=["E"]), "E", "Expired"),
    ],
)
def test_tags_are_known_by_their_list(tags: Tags, tag: str, expected: str) -> None:
    assert tags.info(tag, NOW).status == expected


def test_a_tag_expires_by_itself() -> None:
    tags = Tags()
    tags.put("T", Tag(expires=NOW + 10, parent="P"))
    assert tags.info("T", NOW + 9).status == "Accepted"
    assert tags.info("T", NOW + 10).status == "Expired"
    station = PaperStation.with_answers(Answers(tags, 300)).boot()
    info = {"status": "Accepted", "expiryDate": "2026-01-01T00:00:10.000Z", "parentIdTag": "P"}
    assert station.call("Authorize", {"idTag": "T"}) == {"idTagInfo": info}


def test_a_tag_with_an_open_transaction_is_refused_a_second_one_only_when_told_so() -> None:
    assert Tags().info("T", NOW, in_use=True).status == "Accepted"
    single = Tags(single_use=True)
    assert single.info("T", NOW, in_use=True).status == "ConcurrentTx"
    assert single.info("T", NOW).status == "Accepted"


def test_a_start_with_a_bad_tag_gets_a_transaction_id_all_the_same() -> None:
    station = PaperStation.with_answers(Answers(Tags.of(blocked=["T"]), 300)).boot()
    answer = station.call("StartTransaction", start())
    assert answer["idTagInfo"] == {"status": "Blocked"}
    assert answer["transactionId"] in station.judge.ledger.transactions


def test_a_stop_hears_of_its_tag_only_when_it_names_one() -> None:
    station = PaperStation().boot()
    assert station.call("StopTransaction", stop(station.start())) == {}
    named = stop(station.start(meter=300), idTag="T")
    assert station.call("StopTransaction", named) == {"idTagInfo": {"status": "Accepted"}}


def test_transaction_ids_are_counted_per_station() -> None:
    ids = [PaperStation().boot().start() for _ in range(2)]
    assert ids[0] == ids[1]
    station = PaperStation().boot()
    many = [station.start(connector) for connector in range(1, 100)]
    assert len(set(many)) == 99
    assert all(0 < transaction < 2**31 for transaction in many)


def test_a_resend_gets_the_first_answer_and_only_of_what_must_not_count_twice() -> None:
    station = PaperStation().boot()
    first = station.call("StartTransaction", start(), at=10, call_id="a")
    assert station.call("StartTransaction", start(), at=20, call_id="a") == first
    early = station.call("Heartbeat", {}, at=10, call_id="b")
    assert station.call("Heartbeat", {}, at=20, call_id="b") != early
    assert station.record.resent == 2


def test_old_message_ids_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocppsim.csms.record.ANSWERS_KEPT", 3)
    station = PaperStation().boot()
    first = station.call("StartTransaction", start(), call_id="a")
    for number in range(2):
        station.call("Heartbeat", {}, call_id=f"b{number}")
    assert station.call("StartTransaction", start(), call_id="a") == first
    station.call("Heartbeat", {}, call_id="c")
    assert station.call("StartTransaction", start(), call_id="a") != first


def test_a_call_error_is_no_answer_to_repeat() -> None:
    station = PaperStation()
    assert station.call("StartTransaction", start(), call_id="a")[2] == "SecurityError"
    station.boot()
    assert "transactionId" in station.call("StartTransaction", start(), call_id="a")
