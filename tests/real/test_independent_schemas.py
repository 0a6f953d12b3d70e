"""The schema check of the independent central system finds what is wrong, and only that."""

from tests.real.independent import Frame, schema_errors
from tests.tables import each


@each(
    ("text", "complaint"),
    [
        ('[2,"1","Heartbeat",{"extra":1}]', "extra"),
        ('[2,"1","Authorize",{"idTag":1}]', "type"),
        ('[2,"1","Heartbeats",{}]', "no schema"),
        ('[2,"' + "x" * 37 + '","Heartbeat",{}]', "longer"),
        ('[2,"0","Authorize",{"idTag":"A"}]', "used before"),
        ('[3,"7",{"status":"Maybe"}]', "Maybe"),
        ('[3,"8",{"status":"Accepted"}]', "no open CALL"),
        ('[4,"7","OccurrenceConstraintViolation","",{}]', "code"),
        ("[2]", "no OCPP-J message"),
    ],
)
def test_schema_errors_finds(text: str, complaint: str) -> None:
    frames = [
        Frame("in", "CS-1", '[2,"0","Heartbeat",{}]'),
        Frame("out", "CS-1", '[2,"7","ClearCache",{}]'),
        Frame("in", "CS-1", text),
    ]
    assert schema_errors(frames[:2]) == []
    (error,) = schema_errors(frames)
    assert complaint in error


def test_schema_errors_takes_tenths_as_decimals() -> None:
    period = '{"startPeriod":0,"limit":0.3}'
    schedule = '{"chargingRateUnit":"A","chargingSchedulePeriod":[' + period + "]}"
    frames = [
        Frame("out", "CS-1", '[2,"7","GetCompositeSchedule",{"connectorId":1,"duration":60}]'),
        Frame("in", "CS-1", '[3,"7",{"status":"Accepted","chargingSchedule":' + schedule + "}]"),
    ]
    assert schema_errors(frames) == []
