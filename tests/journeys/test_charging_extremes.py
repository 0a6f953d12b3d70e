"""Numbers and times that no station will ever see, and that must not bring one down."""

import json
from copy import deepcopy
from typing import Any

import pytest
from charging_stage import profile
from stage import stage

BASE = profile(
    1,
    (0, 8.0),
    (60, 9.0),
    kind="Recurring",
    recurrencyKind="Daily",
    phases=3,
    schedule={"startSchedule": "2026-01-01T00:00:00Z", "minChargingRate": 6.0},
    validFrom="2025-12-31T00:00:00Z",
    validTo="2027-01-01T00:00:00Z",
)
NUMBERS = [2**31, 2**63, -(2**63), 10**30, 10**400, 1e300, -1e300]
TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00"]

PLACES: list[tuple[tuple[str | int, ...], list[Any]]] = [
    (("chargingProfileId",), NUMBERS),
    (("stackLevel",), NUMBERS),
    (("transactionId",), NUMBERS),
    (("validFrom",), TIMES),
    (("validTo",), TIMES),
    (("chargingSchedule", "duration"), NUMBERS),
    (("chargingSchedule", "startSchedule"), TIMES),
    (("chargingSchedule", "minChargingRate"), NUMBERS),
    (("chargingSchedule", "chargingSchedulePeriod", 1, "startPeriod"), NUMBERS),
    (("chargingSchedule", "chargingSchedulePeriod", 1, "limit"), NUMBERS),
    (("chargingSchedule", "chargingSchedulePeriod", 1, "numberPhases"), NUMBERS),
]


@pytest.mark.parametrize(("path", "values"), PLACES, ids=[str(path[-1]) for path, _ in PLACES])
@pytest.mark.parametrize("kind", ["Absolute", "Recurring"])
async def test_every_field_of_a_profile_is_answered_whatever_it_holds(
    autojump_clock: object, path: tuple[str | int, ...], values: list[Any], kind: str
) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        for number, value in enumerate(values):
            sent = deepcopy({**BASE, "chargingProfileKind": kind})
            place: Any = sent
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
            mark = play.mark()
            await play.write_text(
                json.dumps(
                    [2, f"own-{number}", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": sent}]
                )
            )
            await play.later(200)
            assert [frame.id for frame in play.answered(mark)] == [f"own-{number}"]
            await play.write(2, f"get-{number}", "GetCompositeSchedule", {"connectorId": 0, "duration": 600})
            assert play.answered()[-1].kind == 3


@pytest.mark.parametrize("duration", [2**31, 10**30, 10**400, -(2**63)])
async def test_a_schedule_of_any_duration_is_answered(autojump_clock: object, duration: int) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "own-1", "GetCompositeSchedule", {"connectorId": 1, "duration": duration})
        assert [frame.id for frame in play.answered()] == ["own-1"]
