"""What the journeys of smart charging have in common: profiles as a central system writes them."""

from datetime import UTC, datetime
from typing import Any

from stage import Stage

ROOM_W = 22_080.0
"""What 32 A in three phases carry."""


def at(seconds: float) -> str:
    """The instant so long after the virtual clock began, as it is written."""
    return datetime.fromtimestamp(1_767_225_600 + seconds, UTC).isoformat().replace("+00:00", "Z")


def profile(
    number: int,
    *limits: float | tuple[int, float],
    purpose: str = "TxDefaultProfile",
    level: int = 0,
    kind: str = "Absolute",
    unit: str = "A",
    schedule: dict[str, Any] | None = None,
    phases: int | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Limits are values, or pairs (seconds, value)."""
    pairs = [limit if isinstance(limit, tuple) else (0, limit) for limit in limits]
    periods = [{"startPeriod": start, "limit": value} for start, value in pairs]
    if phases is not None:
        periods = [{**period, "numberPhases": phases} for period in periods]
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": periods,
            **(schedule or {}),
        },
        **fields,
    }


async def install(play: Stage, connector: int, sent: dict[str, Any], expected: str = "Accepted") -> None:
    answer = await play.ask("SetChargingProfile", connectorId=connector, csChargingProfiles=sent)
    assert answer == {"status": expected}


async def clear(play: Stage, expected: str = "Accepted", **criteria: Any) -> None:
    assert await play.ask("ClearChargingProfile", **criteria) == {"status": expected}


async def schedule(
    play: Stage, connector: int, duration: int, unit: str | None = None
) -> list[tuple[int, float]]:
    """The composite schedule as pairs (seconds, limit)."""
    wish = {} if unit is None else {"chargingRateUnit": unit}
    answer = await play.ask("GetCompositeSchedule", connectorId=connector, duration=duration, **wish)
    assert answer["status"] == "Accepted"
    assert answer["connectorId"] == connector
    found = answer["chargingSchedule"]
    assert found["duration"] == duration
    assert unit in (None, found["chargingRateUnit"])
    assert "startSchedule" not in found
    return [(period["startPeriod"], period["limit"]) for period in found["chargingSchedulePeriod"]]


def amperes(play: Stage, number: int = 1) -> float:
    """What flows in each of three phases."""
    return round(play.board.connectors[number].power.power_w / 690, 3)


def by(play: Stage, number: int = 1) -> str:
    return play.board.connectors[number].power.by
