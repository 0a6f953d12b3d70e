"""Every request of OCPP 1.6 that is taken, and every word that it can be answered with."""

from random import Random

import pytest

from ocppsim.dialects.v16 import Dialect16
from ocppsim.dialects.v16.keys import KEYS
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.model import commands, security
from ocppsim.model.authorization import TagInfo, TagStatus
from ocppsim.model.charging import orders
from ocppsim.model.charging.composite import Composite
from ocppsim.model.charging.profile import Kind, Period, Profile, Purpose, Recurrence, Schedule, Unit
from ocppsim.model.commands import KeyReport, KeyVerdict, TransferVerdict, TriggerVerdict
from ocppsim.model.firmware import RETRIES, RETRY_INTERVAL_S, InstallFirmware, Signing, UpdateVerdict
from ocppsim.model.inputs import Verdict
from ocppsim.model.local_list import Change, GetListVersion, ListVerdict, UpdateList
from ocppsim.model.logs import LogKind, UploadAnswer, UploadLog, UploadVerdict
from ocppsim.model.reservation import Reservation
from ocppsim.model.reserving import EndReservation, MakeReservation
from ocppsim.model.security import DeleteVerdict, InstallVerdict
from ocppsim.model.specification import Outlet, Specification
from ocppsim.protocol import schemas, v16
from ocppsim.protocol.actions import Sender
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.frames import Payload
from ocppsim.security.ocmf import Meters
from tests.tables import each

DIALECT = Dialect16()
STATION = Specification(
    "CS-1", outlets={1: Outlet(), 2: Outlet()}, signer=Meters(Specification("CS-1"), Random)
)

WEEKLY: Payload = {
    "chargingProfileId": 7,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Weekly",
    "validFrom": "2026-01-01T00:00:00Z",
    "validTo": "2026-01-01T01:00:00.5+01:00",
    "chargingSchedule": {
        "duration": 3600,
        "startSchedule": "1970-01-01T00:00:10Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 6, "numberPhases": 1},
            {"startPeriod": 60, "limit": 8.1},
        ],
        "minChargingRate": 6.5,
    },
}
WEEKLY_PROFILE = Profile(
    id=7,
    level=2,
    purpose=Purpose.DEFAULT,
    kind=Kind.RECURRING,
    recurrence=Recurrence.WEEKLY,
    valid_from=1_767_225_600.0,
    valid_to=1_767_225_600.5,
    schedule=Schedule(Unit.AMPERES, (Period(0, 6.0, 1), Period(60, 8.1)), 3600, 10.0, 6.5),
)

REQUESTS: dict[str, tuple[Payload, commands.Command]] = {
    "CancelReservation": ({"reservationId": 7}, EndReservation(7)),
    "ChangeAvailability": (
        {"connectorId": 1, "type": "Inoperative"},
        commands.ChangeAvailability(1, operative=False),
    ),
    "ChangeConfiguration": ({"key": "K", "value": "v"}, commands.ChangeKey("K", "v")),
    "CertificateSigned": ({"certificateChain": "PEM"}, security.TakeCertificate("PEM")),
    "ClearCache": ({}, commands.ClearCache()),
    "ClearChargingProfile": (
        {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 2},
        orders.ClearProfiles(None, None, Purpose.DEFAULT, 2),
    ),
    "DataTransfer": ({"vendorId": "v", "data": "d"}, commands.TransferData("v", None, "d")),
    "ExtendedTriggerMessage": (
        {"requestedMessage": "StatusNotification", "connectorId": 2},
        commands.TriggerMessage(commands.Trigger.STATUS, 2),
    ),
    "GetDiagnostics": (
        {"location": "ftp://h/", "retries": 1, "retryInterval": 5, "startTime": "1970-01-01T00:01:00Z"},
        UploadLog("ftp://h/", LogKind.DIAGNOSTICS, 60.0, None, 1, 5.0),
    ),
    "GetLog": (
        {
            "log": {"remoteLocation": "ftp://h/", "latestTimestamp": "1970-01-01T00:01:00Z"},
            "logType": "SecurityLog",
            "requestId": 7,
        },
        UploadLog("ftp://h/", LogKind.SECURITY, None, 60.0, RETRIES, RETRY_INTERVAL_S, 7),
    ),
    "GetCompositeSchedule": (
        {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"},
        orders.GetSchedule(1, 60, Unit.WATTS),
    ),
    "DeleteCertificate": (
        {
            "certificateHashData": {
                "hashAlgorithm": "SHA384",
                "issuerNameHash": "AB",
                "issuerKeyHash": "cd",
                "serialNumber": "FFF",
            }
        },
        security.DeleteRoot(security.CertificateId(security.Digest.SHA384, "AB", "cd", "FFF")),
    ),
    "GetInstalledCertificateIds": (
        {"certificateType": "ManufacturerRootCertificate"},
        security.ListRoots(security.RootUse.MANUFACTURER),
    ),
    "InstallCertificate": (
        {"certificateType": "CentralSystemRootCertificate", "certificate": "PEM"},
        security.InstallRoot(security.RootUse.CENTRAL_SYSTEM, "PEM"),
    ),
    "GetConfiguration": ({"key": ["A", "B"]}, commands.GetKeys(("A", "B"))),
    "GetLocalListVersion": ({}, GetListVersion()),
    "RemoteStartTransaction": ({"idTag": "T"}, commands.StartRemotely(None, "T")),
    "RemoteStopTransaction": ({"transactionId": 7}, commands.StopRemotely(7)),
    "ReserveNow": (
        {
            "connectorId": 2,
            "expiryDate": "2026-01-01T00:00:00Z",
            "idTag": "T",
            "reservationId": 7,
            "parentIdTag": "P",
        },
        MakeReservation(2, Reservation(7, "T", 1_767_225_600.0, "P")),
    ),
    "Reset": ({"type": "Hard"}, commands.Reset(hard=True)),
    "SendLocalList": (
        {
            "listVersion": 3,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": "T", "idTagInfo": {"status": "ConcurrentTx", "parentIdTag": "P"}},
                {"idTag": "U"},
            ],
        },
        UpdateList(3, True, (Change("T", TagInfo(TagStatus.CONCURRENT, parent="P")), Change("U", None))),
    ),
    "SignedUpdateFirmware": (
        {
            "firmware": {
                "location": "https://h/f",
                "retrieveDateTime": "1970-01-01T00:01:00Z",
                "installDateTime": "1970-01-01T00:02:00Z",
                "signingCertificate": "PEM",
                "signature": "c2ln",
            },
            "requestId": 7,
            "retries": -1,
        },
        InstallFirmware("https://h/f", 60.0, 120.0, 0, RETRY_INTERVAL_S, Signing(7, "PEM", "c2ln")),
    ),
    "SetChargingProfile": (
        {"connectorId": 1, "csChargingProfiles": WEEKLY},
        orders.SetProfile(1, WEEKLY_PROFILE),
    ),
    "TriggerMessage": (
        {"requestedMessage": "Heartbeat"},
        commands.TriggerMessage(commands.Trigger.HEARTBEAT, None),
    ),
    "UnlockConnector": ({"connectorId": 2}, commands.UnlockConnector(2)),
    "UpdateFirmware": (
        {"location": "ftp://h/f", "retrieveDate": "1970-01-01T00:01:00Z", "retries": 0},
        InstallFirmware("ftp://h/f", 60.0, retries=0),
    ),
}

WORDS: list[tuple[str, object, str]] = [
    ("CancelReservation", Verdict.ACCEPTED, "Accepted"),
    ("CancelReservation", Verdict.REJECTED, "Rejected"),
    ("ChangeAvailability", Verdict.ACCEPTED, "Accepted"),
    ("ChangeAvailability", Verdict.REJECTED, "Rejected"),
    ("ChangeAvailability", Verdict.SCHEDULED, "Scheduled"),
    ("ChangeConfiguration", KeyVerdict.ACCEPTED, "Accepted"),
    ("ChangeConfiguration", KeyVerdict.REJECTED, "Rejected"),
    ("ChangeConfiguration", KeyVerdict.REBOOT_REQUIRED, "RebootRequired"),
    ("ChangeConfiguration", KeyVerdict.NOT_SUPPORTED, "NotSupported"),
    ("CertificateSigned", Verdict.ACCEPTED, "Accepted"),
    ("CertificateSigned", Verdict.REJECTED, "Rejected"),
    ("ClearCache", Verdict.ACCEPTED, "Accepted"),
    ("ClearCache", Verdict.REJECTED, "Rejected"),
    ("ClearChargingProfile", Verdict.ACCEPTED, "Accepted"),
    ("ClearChargingProfile", Verdict.REJECTED, "Unknown"),
    ("DataTransfer", TransferVerdict.ACCEPTED, "Accepted"),
    ("DataTransfer", TransferVerdict.UNKNOWN_VENDOR, "UnknownVendorId"),
    ("DataTransfer", TransferVerdict.UNKNOWN_MESSAGE, "UnknownMessageId"),
    ("ExtendedTriggerMessage", TriggerVerdict.ACCEPTED, "Accepted"),
    ("ExtendedTriggerMessage", TriggerVerdict.REJECTED, "Rejected"),
    ("ExtendedTriggerMessage", TriggerVerdict.NOT_IMPLEMENTED, "NotImplemented"),
    ("SignedUpdateFirmware", UpdateVerdict.ACCEPTED, "Accepted"),
    ("SignedUpdateFirmware", UpdateVerdict.ACCEPTED_CANCELED, "AcceptedCanceled"),
    ("SignedUpdateFirmware", UpdateVerdict.REJECTED, "Rejected"),
    ("SignedUpdateFirmware", UpdateVerdict.INVALID_CERTIFICATE, "InvalidCertificate"),
    ("SignedUpdateFirmware", UpdateVerdict.REVOKED_CERTIFICATE, "RevokedCertificate"),
    ("GetLog", UploadAnswer(UploadVerdict.ACCEPTED, "f.log"), "Accepted"),
    ("GetLog", UploadAnswer(UploadVerdict.ACCEPTED_CANCELED, "f.log"), "AcceptedCanceled"),
    ("GetLog", UploadAnswer(UploadVerdict.REJECTED), "Rejected"),
    ("GetCompositeSchedule", None, "Rejected"),
    ("GetCompositeSchedule", Composite(1, 0.0, 60, Unit.WATTS, (Period(0, 11_000.0),)), "Accepted"),
    ("DeleteCertificate", DeleteVerdict.ACCEPTED, "Accepted"),
    ("DeleteCertificate", DeleteVerdict.FAILED, "Failed"),
    ("DeleteCertificate", DeleteVerdict.NOT_FOUND, "NotFound"),
    ("GetInstalledCertificateIds", (), "NotFound"),
    ("InstallCertificate", InstallVerdict.ACCEPTED, "Accepted"),
    ("InstallCertificate", InstallVerdict.FAILED, "Failed"),
    ("InstallCertificate", InstallVerdict.REJECTED, "Rejected"),
    ("RemoteStartTransaction", Verdict.REJECTED, "Rejected"),
    ("RemoteStopTransaction", Verdict.ACCEPTED, "Accepted"),
    ("ReserveNow", Verdict.ACCEPTED, "Accepted"),
    ("ReserveNow", Verdict.FAULTED, "Faulted"),
    ("ReserveNow", Verdict.OCCUPIED, "Occupied"),
    ("ReserveNow", Verdict.REJECTED, "Rejected"),
    ("ReserveNow", Verdict.UNAVAILABLE, "Unavailable"),
    ("Reset", Verdict.ACCEPTED, "Accepted"),
    ("SendLocalList", ListVerdict.ACCEPTED, "Accepted"),
    ("SendLocalList", ListVerdict.FAILED, "Failed"),
    ("SendLocalList", ListVerdict.NOT_SUPPORTED, "NotSupported"),
    ("SendLocalList", ListVerdict.VERSION_MISMATCH, "VersionMismatch"),
    ("SetChargingProfile", Verdict.ACCEPTED, "Accepted"),
    ("SetChargingProfile", Verdict.REJECTED, "Rejected"),
    ("TriggerMessage", TriggerVerdict.ACCEPTED, "Accepted"),
    ("TriggerMessage", TriggerVerdict.REJECTED, "Rejected"),
    ("TriggerMessage", TriggerVerdict.NOT_IMPLEMENTED, "NotImplemented"),
    ("UnlockConnector", Verdict.UNLOCKED, "Unlocked"),
    ("UnlockConnector", Verdict.UNLOCK_FAILED, "UnlockFailed"),
    ("UnlockConnector", Verdict.NOT_SUPPORTED, "NotSupported"),
]


def test_every_request_of_the_table_of_actions_is_taken() -> None:
    asked = {name for name, action in v16.ACTIONS.items() if action.sender is not Sender.STATION}
    assert asked == set(ROWS) == set(REQUESTS)


@each("action", sorted(REQUESTS))
def test_a_request_becomes_its_command(action: str) -> None:
    payload, command = REQUESTS[action]
    assert DIALECT.command(action, payload) == command


@each(("action", "answer", "word"), WORDS)
def test_a_verdict_becomes_its_word(action: str, answer: object, word: str) -> None:
    response = DIALECT.response(action, answer)
    assert response["status"] == word
    assert schemas.violations("v16", f"{action}Response", response) == ()


def test_keys_are_reported_with_values_and_unknown_ones_by_name() -> None:
    report = KeyReport({"A": ("1", False), "B": (None, True)}, ("C",))
    assert DIALECT.response("GetConfiguration", report) == {
        "configurationKey": [{"key": "A", "readonly": False, "value": "1"}, {"key": "B", "readonly": True}],
        "unknownKey": ["C"],
    }


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        ("BootNotification", Fault.NOT_SUPPORTED),  # of the wrong direction
        ("ResetResponse", Fault.NOT_IMPLEMENTED),  # no action at all
        ("GetVariables", Fault.NOT_IMPLEMENTED),
        ("", Fault.NOT_IMPLEMENTED),
    ],
)
def test_actions_that_are_not_taken(action: str, fault: Fault) -> None:
    with pytest.raises(Refusal) as refused:
        DIALECT.command(action, {})
    assert refused.value.fault is fault


def test_more_keys_than_can_be_asked_for_at_once() -> None:
    most = tuple(f"K{number}" for number in range(5))
    station = Specification("CS-1", keys={"GetConfigurationMaxKeys": "5"})
    assert DIALECT.report_keys(station, {}, most).unknown == most
    with pytest.raises(Refusal) as refused:
        DIALECT.report_keys(station, {}, (*most, "ONE-MORE"))
    assert refused.value.fault is Fault.PROPERTY


# -- configuration keys

OTHERS = {
    "bool": ("true", "false"),
    "int": ("7", "8"),
    "tuple": ("SoC", "Voltage,SoC"),
    "ChargingScheduleAllowedChargingRateUnit": ("Current", "Power"),
    "str": ("one", "another"),
    "SecurityProfile": ("1", "2"),
    "ConnectorPhaseRotation": ("1.RST", "1.STR"),
    "PublicKeyWithSignedMeterValue": ("OncePerTransaction", "EveryMeterValue"),
    "SupportedFeatureProfiles": ("Core", "Core,Reservation"),
}
"""Two values by the name of the key, or else of its type."""


@each("name", sorted(name for name, key in KEYS.items() if key.setting and not key.readonly))
def test_each_key_sets_what_it_names(name: str) -> None:
    key = KEYS[name]
    assert key.setting is not None
    one, other = OTHERS.get(name) or OTHERS[type(key.value(key.initial)).__name__]
    settings = [
        DIALECT.settings(Specification("CS-1", keys={name: text}), {})
        if key.readonly
        else DIALECT.settings(STATION, DIALECT.change_key(STATION, {}, name, text).changed)
        for text in (one, other)
    ]
    assert getattr(settings[0], key.setting) == key.value(one)
    assert getattr(settings[1], key.setting) == key.value(other)


@each(
    ("name", "text", "verdict"),
    [
        ("HeartbeatInterval", "60", KeyVerdict.ACCEPTED),
        ("heartbeatinterval", "60", KeyVerdict.ACCEPTED),  # names are taken in any case
        ("HeartbeatInterval", "0", KeyVerdict.REJECTED),
        ("HeartbeatInterval", "-1", KeyVerdict.REJECTED),
        ("HeartbeatInterval", "1.5", KeyVerdict.REJECTED),
        ("HeartbeatInterval", "", KeyVerdict.REJECTED),
        ("HeartbeatInterval", "99999999999", KeyVerdict.REJECTED),
        ("HeartbeatInterval", "\u0661", KeyVerdict.REJECTED),  # a digit, but not in ASCII
        ("AuthorizeRemoteTxRequests", "True", KeyVerdict.ACCEPTED),
        ("AuthorizeRemoteTxRequests", "yes", KeyVerdict.REJECTED),
        ("MeterValuesSampledData", "SoC, Voltage", KeyVerdict.ACCEPTED),
        ("MeterValuesSampledData", "SoC,SoC", KeyVerdict.REJECTED),
        ("MeterValuesSampledData", "Humidity", KeyVerdict.REJECTED),
        ("NumberOfConnectors", "9", KeyVerdict.REJECTED),  # read-only
        ("NoSuchKey", "1", KeyVerdict.NOT_SUPPORTED),
    ],
)
def test_values_are_checked(name: str, text: str, verdict: KeyVerdict) -> None:
    change = DIALECT.change_key(STATION, {}, name, text)
    assert change.verdict is verdict
    assert bool(change.changed) is (verdict is KeyVerdict.ACCEPTED)


def test_a_change_stands_above_the_stations_initial_value_and_that_above_ours() -> None:
    station = Specification("CS-1", keys={"ConnectionTimeOut": "5"})
    assert DIALECT.settings(Specification("CS-1"), {}).connection_timeout_s == 60
    assert DIALECT.settings(station, {}).connection_timeout_s == 5
    assert DIALECT.settings(station, {"ConnectionTimeOut": "9"}).connection_timeout_s == 9


def test_the_number_of_connectors_is_counted() -> None:
    report = DIALECT.report_keys(STATION, {}, ("NumberOfConnectors",))
    assert report.values == {"NumberOfConnectors": ("2", True)}


def test_without_strictness_what_can_be_read_is_taken() -> None:
    loose = Dialect16(strict=False)
    assert loose.command("Reset", {"type": "Hard", "extra": 1}) == commands.Reset(hard=True)
    with pytest.raises(Refusal):
        loose.command("Reset", {})


def test_an_invalid_answer_is_used_as_far_as_it_goes_or_refused() -> None:
    answer: Payload = {"status": "Accepted", "interval": 300.0, "currentTime": "2026-01-01T00:00:00", "x": 1}
    read = DIALECT.read("BootNotification", answer)
    assert read.answer is not None
    assert len(read.violations) >= 2
    assert Dialect16(refuse_invalid=True).read("BootNotification", answer).answer is None
