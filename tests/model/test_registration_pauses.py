"""When the next BootNotification goes, and when no more do."""

import pytest

from ocppsim.model.registration import FIRST_PAUSE_S, Registration, Standing
from tests.tables import each

WAITING = [Standing.PENDING, Standing.REJECTED]


@each("standing", WAITING)
@each("interval_s", [1.0, 10.0, 90.0, 86_400.0])
def test_d6_the_next_boot_goes_after_exactly_the_interval(standing: Standing, interval_s: float) -> None:
    registration = Registration().sent().answered(standing, interval_s)
    assert registration.standing is standing
    assert registration.pause_s == interval_s


@pytest.mark.parametrize("standing", WAITING)
@pytest.mark.parametrize("interval_s", [0.0, -1.0])
def test_without_an_interval_our_own_pauses_double_up_to_ten_minutes(
    standing: Standing, interval_s: float
) -> None:
    registration, pauses = Registration(), []
    for _ in range(6):
        registration = registration.sent().answered(standing, interval_s)
        pauses.append(registration.pause_s)
    assert pauses == [60, 120, 240, 480, 600, 600]


def test_a_boot_without_a_usable_answer_is_tried_again_the_same_way() -> None:
    registration, pauses = Registration(), []
    for _ in range(6):
        registration = registration.sent().failed()
        pauses.append(registration.pause_s)
        assert registration.standing is Standing.UNKNOWN
    assert pauses == [60, 120, 240, 480, 600, 600]


def test_an_interval_that_is_named_does_not_lengthen_our_own_pauses() -> None:
    registration = Registration().sent().failed().sent().answered(Standing.PENDING, 5.0).sent().failed()
    assert registration.pause_s == 120


def test_a_failure_leaves_the_standing_as_it_was() -> None:
    assert Registration().sent().answered(Standing.PENDING, 10).sent().failed().standing is Standing.PENDING


def test_no_boot_is_due_while_one_is_under_way() -> None:
    assert Registration().sent().answered(Standing.PENDING, 10).sent().pause_s is None


def test_accepted_wants_no_boot_and_begins_from_the_start() -> None:
    registration = Registration()
    for _ in range(4):
        registration = registration.sent().failed()
    registration = registration.sent().answered(Standing.ACCEPTED, 300)
    assert registration.accepted
    assert registration.pause_s is None
    assert registration.sent().failed().pause_s == FIRST_PAUSE_S


@pytest.mark.parametrize(("retries", "boots"), [(0, 1), (1, 2), (5, 6)])
def test_retries_count_every_boot_after_the_first_whatever_became_of_it(retries: int, boots: int) -> None:
    registration = Registration()
    for number in range(boots):
        assert not registration.spent(retries)
        sent = registration.sent()
        registration = sent.failed() if number % 2 else sent.answered(Standing.PENDING, 10)
    assert registration.spent(retries)


def test_any_number_of_boots_is_allowed_by_minus_one() -> None:
    registration = Registration()
    for _ in range(1_000):
        registration = registration.sent().failed()
    assert not registration.spent(-1)


def test_success_gives_all_retries_back() -> None:
    """Else a station that boots once a day would stop after so many days."""
    registration = Registration()
    for _ in range(10):
        assert not registration.spent(1)
        registration = registration.sent().answered(Standing.ACCEPTED, 300)
