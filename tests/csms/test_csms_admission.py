"""Who may connect."""

from base64 import b64encode

import pytest

from ocppsim.csms.admission import Admission, Admitted, Refused, identity_in
from tests.tables import each

OFFER = ["ocpp2.0.1", "ocpp1.6"]


def basic(text: bytes) -> bytes:
    return b"Basic " + b64encode(text)


@pytest.mark.parametrize(
    ("target", "identity"),
    [
        ("/CS-1", "CS-1"),
        ("/a/b/CS-1", "CS-1"),
        ("/a/CS-1?token=x/y", "CS-1"),
        ("/a/CS%201%2F%C3%BC", "CS 1/ü"),
        ("/a/", None),
        ("/", None),
        ("/%FF", None),
    ],
)
def test_the_identity_is_the_last_segment_of_the_path(target: str, identity: str | None) -> None:
    assert identity_in(target) == identity


def test_a_common_subprotocol_is_selected_and_no_other() -> None:
    assert Admission().admit("/CS-1", OFFER) == Admitted("CS-1", "ocpp1.6")
    assert Admission().admit("/CS-1", ["ocpp2.0.1"]) == Admitted("CS-1", None)
    assert Admission().admit("/CS-1", []) == Admitted("CS-1", None)
    assert Admission(wrong_subprotocol="mqtt").admit("/CS-1", OFFER) == Admitted("CS-1", "mqtt")


def test_a_station_without_a_known_identity_is_not_found() -> None:
    assert Admission().admit("/", OFFER) == Refused(404)
    assert Admission(identities={"CS-2"}).admit("/CS-1", OFFER) == Refused(404)
    assert Admission(identities={"CS-1"}).admit("/CS-1", OFFER) == Admitted("CS-1", "ocpp1.6")


def test_everybody_can_be_refused() -> None:
    assert Admission(refuse_with=503).admit("/CS-1", OFFER) == Refused(503)


@each(
    "authorization",
    [
        None,
        b"",
        b"Basic",
        b"Basic !!!",
        b"Bearer " + b64encode(b"CS-1:secret"),
        basic(b"CS-1"),
        basic(b"CS-1:wrong"),
        basic(b"CS-2:secret"),
        basic(b"\xff:secret"),
    ],
)
def test_without_the_right_password_nobody_comes_in(authorization: bytes | None) -> None:
    admission = Admission(passwords={"CS-1": "secret"})
    assert admission.admit("/CS-1", OFFER, authorization) == Refused(401)


def test_with_the_right_password_one_comes_in() -> None:
    admission = Admission(passwords={"CS-1": "sec:ret ü"})
    authorization = basic("CS-1:sec:ret ü".encode()).replace(b"Basic", b"bAsIc")
    assert admission.admit("/CS-1", OFFER, authorization) == Admitted("CS-1", "ocpp1.6")


def test_passwords_are_not_shown() -> None:
    assert "secret" not in repr(Admission(passwords={"CS-1": "secret"}))
