"""Numbers are short and texts are harmless."""

import pytest

from ocppsim.terminal import words
from tests.tables import each


@pytest.mark.parametrize(
    ("power_w", "text"),
    [(0, "0.00 kW"), (1380, "1.38 kW"), (11_040, "11.0 kW"), (150_000, "150 kW"), (1_250_000, "1.25 MW")],
)
def test_power_has_three_digits(power_w: float, text: str) -> None:
    assert words.power(power_w) == text


@each("energy_wh", [9_994, 9_996, 99_940, 99_960, 999_400, 999_600, 9_999_999, 123e9])
def test_rounding_up_never_makes_a_number_wider(energy_wh: float) -> None:
    assert len(words.energy(energy_wh)) <= 8


def test_more_than_any_unit_is_still_a_number() -> None:
    assert words.energy(5e12) == "5,000 GWh"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.000"), (37, "0.037"), (9_999.6, "10.00"), (123_456, "123.5"), (1e7, "10,000")]
)
def test_thousands_lose_decimals_as_they_grow(value: float, text: str) -> None:
    assert words.kilo(value, 3) == text


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0, 0, "00:00:00"),
        (59.9999, 0, "00:00:59"),
        (59.9999, 1, "00:00:59.9"),
        (3661.25, 3, "01:01:01.250"),
        (90_061, 0, "1d 01:01:01"),
    ],
)
def test_elapsed_time_reads_as_a_stopwatch(seconds: float, decimals: int, text: str) -> None:
    assert words.elapsed(seconds, decimals) == text


def test_a_battery_is_full_only_when_it_is() -> None:
    assert words.percent(0.9999) == "99%"
    assert words.percent(1.0) == "100%"
    assert words.percent(0.29) == "29%"  # though 0.29 * 100 is a little less


def test_text_of_other_machines_cannot_steer_the_terminal() -> None:
    assert words.printable("closed\x1b[2J\r\n1006 \u202e") == "closed·[2J··1006 ·"


def test_one_is_singular() -> None:
    assert (words.plural(1, "station"), words.plural(2000, "station")) == ("1 station", "2,000 stations")
