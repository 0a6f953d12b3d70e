"""Snapshots as records of JSON, in the shape that tools around such simulators read; times in ms."""

from datetime import UTC
from typing import Literal, TypeAlias

from ocppsim.actors.statistics import ActionSnapshot, StationSnapshot
from ocppsim.clock import moment

Record: TypeAlias = dict[str, object]


def record(snapshot: StationSnapshot, actions: Literal["pairs", "object"] = "object") -> Record:
    """`actions` says how the map of actions is written: as pairs in answers, as an object in storages."""
    by_name = {name: _action(action) for name, action in snapshot.actions.items()}
    result: Record = {
        "id": snapshot.id,
        "name": snapshot.name,
        "uri": snapshot.uri,
        "createdAt": _instant(snapshot.created_at),
    }
    if snapshot.updated_at is not None:
        result["updatedAt"] = _instant(snapshot.updated_at)
    result["statisticsData"] = by_name if actions == "object" else [list(pair) for pair in by_name.items()]
    return result


def _action(action: ActionSnapshot) -> Record:
    times = action.times
    counts: Record = {
        "requestCount": action.requests,
        "responseCount": action.responses,
        "errorCount": action.errors,
        "timeMeasurementCount": times.count,
    }
    if not times.count:
        return counts
    return counts | {
        "currentTimeMeasurement": _ms(times.last_s),
        "minTimeMeasurement": _ms(times.least_s),
        "maxTimeMeasurement": _ms(times.most_s),
        "totalTimeMeasurement": _ms(times.total_s),
        "avgTimeMeasurement": _ms(times.mean_s),
        "medTimeMeasurement": _ms(times.median_s),
        "ninetiethPercentileTimeMeasurement": _ms(times.p90_s),
        "ninetyFiveThPercentileTimeMeasurement": _ms(times.p95_s),
        "ninetyNinthPercentileTimeMeasurement": _ms(times.p99_s),
        "stdTimeMeasurement": _ms(times.deviation_s),
        "measurementTimeSeries": [
            {"timestamp": round(at * 1000), "value": round(value * 1000, 3)} for at, value in times.series
        ],
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _instant(posix: float) -> str:
    return moment(posix).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
