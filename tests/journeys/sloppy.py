"""What a sloppy or hostile central system asks: every request, with numbers and times that make no sense."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from charging_stage import profile

from ocppsim import clock

ABSURD = (-1, 0, 1, 2, 3, 7, 2**31 - 1, 2**31, -(2**63), 10**30, 10**400)
LOCATIONS = (
    "ftp://127.0.0.1/a/",
    "https://u:p@127.0.0.1/file.bin",
    "http://[",
    "gopher://x",
    "",
    "ftp://",
    "http://host:99999/",
    "\u2028",
    "http://127.0.0.1/\ud83d",
    "ftp://\udc00:\ud83d@127.0.0.1/",
)
WORDS = ("", "x", "\u0000", "\ud83d\ude00", "\ud83d", "TAG", "tag")
PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
KEYS = (
    "ConnectionTimeOut", "HeartbeatInterval", "MeterValueSampleInterval", "ClockAlignedDataInterval",
    "MaxEnergyOnInvalidId", "MessageTimeout", "MinimumStatusDuration", "ResetRetries", "SecurityProfile",
    "StopTxnSampledData", "TransactionMessageAttempts", "TransactionMessageRetryInterval",
    "WebSocketPingInterval", "AuthorizationKey", "CpoName", "LocalAuthListEnabled",
    "ConnectorPhaseRotation", "MeterValuesSampledData",
)  # fmt: skip
VALUES = (
    "",
    "0",
    "1",
    "-1",
    "1e3",
    "99999999999999999999",
    "NaN",
    "true",
    "Voltage,Voltage",
    "1.RST",
    "٣",
    " 5 ",
)


def moment(draw: Random) -> str:
    now = datetime.fromtimestamp(clock.now(), UTC)
    near = (now + timedelta(seconds=draw.choice((-60, 0, 1, 30, 300)))).isoformat()
    return draw.choice(
        (
            near,
            near,
            near,
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59.999999-14:00",
            "1970-01-01T00:00:00Z",
        )
    )


Maker = Callable[[Random], tuple[str, dict[str, Any]]]


def request(draw: Random, *more: Maker) -> tuple[str, dict[str, Any]]:
    """One of any kind, or of what `more` makes."""
    make = draw.choice((_core, _core, _reservation, _list, _firmware, _profile, _certificate, *more))
    return make(draw)


def _number(draw: Random) -> int:
    return draw.choice(ABSURD) if draw.random() < 0.4 else draw.randint(0, 2)


def _core(draw: Random) -> tuple[str, dict[str, Any]]:
    number, tag = _number(draw), draw.choice(WORDS)
    return draw.choice(
        (
            ("RemoteStartTransaction", {"idTag": tag}),
            (
                "RemoteStartTransaction",
                {"idTag": tag, "connectorId": number, "chargingProfile": a_profile(draw)},
            ),
            ("RemoteStopTransaction", {"transactionId": number}),
            (
                "ChangeAvailability",
                {"connectorId": number, "type": draw.choice(("Operative", "Inoperative"))},
            ),
            ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
            ("UnlockConnector", {"connectorId": number}),
            ("ChangeConfiguration", {"key": draw.choice(KEYS), "value": draw.choice(VALUES)}),
            ("GetConfiguration", {"key": [draw.choice((*KEYS, *WORDS)) for _ in range(draw.randint(0, 9))]}),
            ("ClearCache", {}),
            ("DataTransfer", {"vendorId": tag, "messageId": tag, "data": tag * 1000}),
            ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": number}),
            ("ExtendedTriggerMessage", {"requestedMessage": "LogStatusNotification", "connectorId": number}),
            ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
            ("Reset", {"type": draw.choice(("Soft", "Hard"))}),
        )
    )


def _reservation(draw: Random) -> tuple[str, dict[str, Any]]:
    if draw.random() < 0.3:
        return "CancelReservation", {"reservationId": _number(draw)}
    made = {"connectorId": _number(draw), "reservationId": _number(draw), "idTag": draw.choice(WORDS)}
    if draw.random() < 0.5:
        made["parentIdTag"] = draw.choice(WORDS)
    return "ReserveNow", {**made, "expiryDate": moment(draw)}


def _list(draw: Random) -> tuple[str, dict[str, Any]]:
    if draw.random() < 0.3:
        return "GetLocalListVersion", {}
    entries: list[dict[str, Any]] = [{"idTag": draw.choice(WORDS)} for _ in range(draw.randint(0, 3))]
    for one in entries:
        if draw.random() < 0.7:
            one["idTagInfo"] = {"status": draw.choice(("Accepted", "Blocked")), "expiryDate": moment(draw)}
    kind = draw.choice(("Full", "Differential"))
    return "SendLocalList", {
        "listVersion": _number(draw),
        "updateType": kind,
        "localAuthorizationList": entries,
    }


def _firmware(draw: Random) -> tuple[str, dict[str, Any]]:
    where, tries = draw.choice(LOCATIONS), {"retries": _number(draw), "retryInterval": _number(draw)}
    log = {"remoteLocation": where, "oldestTimestamp": moment(draw), "latestTimestamp": moment(draw)}
    update = {"location": where, "retrieveDateTime": moment(draw), "installDateTime": moment(draw)}
    signed = {**update, "signingCertificate": draw.choice(WORDS), "signature": draw.choice(WORDS)}
    return draw.choice(
        (
            ("UpdateFirmware", {"location": where, "retrieveDate": moment(draw), **tries}),
            (
                "GetDiagnostics",
                {"location": where, "startTime": moment(draw), "stopTime": moment(draw), **tries},
            ),
            ("GetLog", {"logType": "SecurityLog", "requestId": _number(draw), "log": log, **tries}),
            ("GetLog", {"logType": "DiagnosticsLog", "requestId": _number(draw), "log": log, **tries}),
            ("SignedUpdateFirmware", {"requestId": _number(draw), "firmware": signed, **tries}),
        )
    )


def a_profile(draw: Random) -> dict[str, Any]:
    starts = [_number(draw) for _ in range(draw.randint(1, 3))]
    fields: dict[str, Any] = {"schedule": {"duration": _number(draw), "startSchedule": moment(draw)}}
    if draw.random() < 0.3:
        fields |= {"transactionId": _number(draw), "validFrom": moment(draw), "validTo": moment(draw)}
    return profile(
        _number(draw),
        *(
            (start if place else 0, draw.choice((0.0, 5.9, 6.0, 16.0, 1e300, -1.0)))
            for place, start in enumerate(starts)
        ),
        purpose=draw.choice(PURPOSES),
        level=_number(draw),
        kind=draw.choice(("Absolute", "Relative", "Recurring")),
        unit=draw.choice("AW"),
        phases=draw.choice((None, 1, 2, 3, 4)),
        **fields,
    )


def _profile(draw: Random) -> tuple[str, dict[str, Any]]:
    return draw.choice(
        (
            ("SetChargingProfile", {"connectorId": _number(draw), "csChargingProfiles": a_profile(draw)}),
            ("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": a_profile(draw)}),
            ("ClearChargingProfile", {"id": _number(draw)}),
            ("ClearChargingProfile", {"connectorId": _number(draw), "stackLevel": _number(draw)}),
            ("GetCompositeSchedule", {"connectorId": _number(draw), "duration": _number(draw)}),
        )
    )


def _certificate(draw: Random) -> tuple[str, dict[str, Any]]:
    pem = draw.choice((*WORDS, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
    hashes = {"issuerNameHash": pem[:64], "issuerKeyHash": "00", "serialNumber": draw.choice(WORDS)}
    kind = draw.choice(("CentralSystemRootCertificate", "ManufacturerRootCertificate"))
    return draw.choice(
        (
            ("CertificateSigned", {"certificateChain": pem}),
            ("InstallCertificate", {"certificateType": kind, "certificate": pem}),
            ("GetInstalledCertificateIds", {"certificateType": kind}),
            ("DeleteCertificate", {"certificateHashData": {"hashAlgorithm": "SHA384", **hashes}}),
        )
    )
