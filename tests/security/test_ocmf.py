"""Records that a meter signs: what its key has signed is accepted, and nothing else."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.signing import MeterRecord
from ocppsim.model.specification import Specification
from ocppsim.security.ocmf import BadRecord, Meters, verified

METERS = Meters(Specification("CS-1"), lambda number: Random(number))
KEY = METERS.public_key(1)

records = st.builds(
    MeterRecord,
    connector=st.just(1),
    page=st.integers(1, 10**6),
    tag=st.text(max_size=20),
    told_at=st.floats(0, 4e9),
    register_wh=st.integers(0, 10**12),
    place=st.sampled_from("BCE"),
    direct=st.booleans(),
)
RECORD = MeterRecord(1, 7, "TAG", 1_767_225_600.25, 1_234, "B")


@given(records)
def test_what_a_meter_signs_is_accepted(record: MeterRecord) -> None:
    payload = verified(METERS.sign(record).text, KEY)
    assert (payload["PG"], payload["ID"]) == (f"T{record.page}", record.tag)
    assert payload["RD"][0]["RV"] == record.register_wh


def test_a_record_says_when_and_what() -> None:
    payload = verified(METERS.sign(RECORD).text, KEY)
    assert payload["FV"] == "1.0"
    assert payload["RD"] == [
        {
            "TM": "2026-01-01T00:00:00,250+0000 S",
            "TX": "B",
            "RV": 1234,
            "RI": "1-b:1.8.0",
            "RU": "Wh",
            "RT": "AC",
            "EF": "",
            "ST": "G",
        }
    ]


def test_a_change_of_one_digit_is_seen() -> None:
    text = METERS.sign(RECORD).text
    with pytest.raises(BadRecord, match="not that of the key"):
        verified(text.replace("1234", "1235"), KEY)


def test_the_key_of_another_meter_is_not_enough() -> None:
    with pytest.raises(BadRecord, match="not that of the key"):
        verified(METERS.sign(RECORD).text, METERS.public_key(2))


@pytest.mark.parametrize("text", ["", "OCMF", "OCMF|{}|{}", "EDL|{}|{}", "OCMF|{}|nothing"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(BadRecord):
        verified(text, KEY)


@pytest.mark.parametrize("key", ["", "no base64", "b2NhOmJhc2UxNg==", "b2NhOmJhc2U2NDphc24xOmFiY2Q="])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(BadRecord):
        verified(METERS.sign(RECORD).text, key)


def test_signatures_are_deterministic() -> None:
    again = Meters(Specification("CS-1"), lambda number: Random(number))
    assert METERS.sign(RECORD) == again.sign(RECORD)


def test_no_private_key_shows() -> None:
    number = Random(1).randrange(1, 2**256)
    assert str(number) not in repr(METERS)
    assert "EllipticCurve" not in repr(METERS)
    assert json.loads(METERS.sign(RECORD).text.split("|")[2]).keys() == {"SA", "SD"}
