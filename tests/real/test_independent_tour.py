"""A tour of all that a central system can ask, on a server that shares no code with ours: idle, and charging.

Each row says what is sent, what the answer must say in either case, and what must be seen afterwards.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
import trio
from attrs import define, field, frozen
from ocpp.v16 import call  # type: ignore[import-untyped]  # the package ships no types

import ocppsim
from ocppsim.clock import ScaledClock
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.protocol import schemas
from tests.real.independent import IndependentServer, Ledger, schema_errors
from tests.real.independent_station import parse

SPEED = 20.0
NOWHERE = "ftp://127.0.0.1:1/file"
STATION = "CS-TOUR"
KEYS = {"MeterValueSampleInterval": "5", "ConnectionTimeOut": "20", "TransactionMessageRetryInterval": "5"}
NO_PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
HASH = {
    "hash_algorithm": "SHA256",
    "issuer_name_hash": "00" * 32,
    "issuer_key_hash": "00" * 32,
    "serial_number": "1",
}


@define
class Tour:
    """The server, and what a row needs to know of the session."""

    server: IndependentServer
    connector: Any = None
    charging: bool = False
    seen_before: int = 0
    answers: list[Any] = field(factory=list)

    @property
    def transaction_id(self) -> int:
        """Of the running session; one that there never was while there is none."""
        running = [one.transaction_id for one in self.server.seen.transactions(STATION) if one.stop is None]
        return running[-1] if self.charging else 999_999

    def said(self, seen: Ledger, action: str, *fragments: str) -> bool:
        """Whether the station has said it since the last request."""
        for frame in seen.frames[self.seen_before :]:
            message = parse(frame.text)
            if frame.direction != "in" or message is None or message.action != action:
                continue
            if all(fragment in frame.text for fragment in fragments):
                return True
        return False

    async def ask(self, request: object) -> Any:
        self.seen_before = len(self.server.seen.frames)
        return await trio.to_thread.run_sync(self.server.call, STATION, request)

    async def sees(self, action: str, *fragments: str) -> None:
        await trio.to_thread.run_sync(
            self.server.wait_for, lambda seen: self.said(seen, action, *fragments), 15.0
        )


@frozen
class Row:
    """`idle` and `charging` are the status in the answer; None: the answer has none.

    `says` is what the station must say afterwards: an action, and fragments of its payload. `of_idle` and
    `of_charging` are said in one case only. `ends`: a session is over afterwards.
    """

    request: Callable[[Tour], object]
    idle: str | None = "Accepted"
    charging: str | None = "Accepted"
    says: tuple[str, ...] = ()
    of_idle: tuple[str, ...] = ()
    of_charging: tuple[str, ...] = ()
    ends: bool = False
    also: Callable[[Tour, Any], bool] = lambda tour, answer: True

    @property
    def action(self) -> str:
        return type(self.request(Tour(IndependentServer()))).__name__


def soon(seconds: float = 0.0) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def configured(tour: Tour, answer: Any) -> bool:
    (key,) = answer.configuration_key
    return bool(key == {"key": "HeartbeatInterval", "readonly": False, "value": "777"})


PROFILE = {
    "charging_profile_id": 1,
    "stack_level": 0,
    "charging_profile_purpose": "TxDefaultProfile",
    "charging_profile_kind": "Relative",
    "charging_schedule": {
        "charging_rate_unit": "A",
        "charging_schedule_period": [{"start_period": 0, "limit": 8.0}],
    },
}
FIRMWARE = {
    "location": NOWHERE,
    "retrieve_date_time": "2026-01-01T00:00:00Z",
    "signing_certificate": NO_PEM,
    "signature": "AAAA",
}
LOG = {"remote_location": "ftp://127.0.0.1:1/"}

TOUR = (
    Row(lambda _: call.ChangeConfiguration(key="HeartbeatInterval", value="777")),
    Row(lambda _: call.GetConfiguration(key=["HeartbeatInterval"]), None, None, also=configured),
    Row(lambda _: call.ClearCache()),
    Row(lambda _: call.DataTransfer(vendor_id="nobody", data="x"), "UnknownVendorId", "UnknownVendorId"),
    # remote trigger
    Row(lambda _: call.TriggerMessage(requested_message="Heartbeat"), says=("Heartbeat",)),
    Row(lambda _: call.TriggerMessage(requested_message="MeterValues"), says=("MeterValues", "Trigger")),
    Row(
        lambda _: call.ExtendedTriggerMessage(requested_message="StatusNotification", connector_id=1),
        of_idle=("StatusNotification", "Available"),
        of_charging=("StatusNotification", "Charging"),
    ),
    # local list
    Row(lambda _: call.SendLocalList(list_version=3, update_type="Full", local_authorization_list=[])),
    Row(
        lambda _: call.GetLocalListVersion(), None, None, also=lambda _, answer: answer.list_version in (0, 3)
    ),
    # smart charging: 8 A are seen in the next samples
    Row(
        lambda _: call.SetChargingProfile(connector_id=1, cs_charging_profiles=PROFILE),
        of_charging=("MeterValues", '"value":"8.00"'),
    ),
    Row(
        lambda _: call.GetCompositeSchedule(connector_id=1, duration=600, charging_rate_unit="A"),
        also=lambda _, answer: answer.charging_schedule["charging_schedule_period"][0]["limit"] <= 32,
    ),
    Row(lambda _: call.ClearChargingProfile(id=1)),
    Row(lambda _: call.ClearChargingProfile(id=1), "Unknown", "Unknown"),
    # firmware and logs: nobody is there, and the station says so
    Row(
        lambda _: call.UpdateFirmware(location=NOWHERE, retrieve_date=soon(), retries=0),
        None,
        None,
        says=("FirmwareStatusNotification", "DownloadFailed"),
    ),
    Row(
        lambda _: call.SignedUpdateFirmware(request_id=7, firmware=FIRMWARE),
        "InvalidCertificate",
        "InvalidCertificate",
    ),
    Row(
        lambda _: call.GetDiagnostics(location="ftp://127.0.0.1:1/", retries=0),
        None,
        None,
        says=("DiagnosticsStatusNotification", "UploadFailed"),
    ),
    Row(
        lambda _: call.GetLog(log=LOG, log_type="DiagnosticsLog", request_id=8, retries=0),
        says=("LogStatusNotification", '"requestId":8'),
    ),
    # certificates
    Row(
        lambda _: call.CertificateSigned(certificate_chain=NO_PEM),
        "Rejected",
        "Rejected",
    ),
    Row(
        lambda _: call.InstallCertificate(
            certificate_type="CentralSystemRootCertificate", certificate=NO_PEM
        ),
        "Rejected",
        "Rejected",
    ),
    Row(
        lambda _: call.GetInstalledCertificateIds(certificate_type="CentralSystemRootCertificate"),
        "NotFound",
        "NotFound",
    ),
    Row(lambda _: call.DeleteCertificate(certificate_hash_data=HASH), "NotFound", "NotFound"),
    # reservations
    Row(
        lambda _: call.ReserveNow(connector_id=1, expiry_date=soon(3600), id_tag="TAG-R", reservation_id=5),
        "Accepted",
        "Occupied",
        of_idle=("StatusNotification", "Reserved"),
    ),
    Row(
        lambda _: call.CancelReservation(reservation_id=5),
        "Accepted",
        "Rejected",
        of_idle=("StatusNotification", "Available"),
    ),
    # what changes the state of the connector
    Row(
        lambda _: call.ChangeAvailability(connector_id=1, type="Inoperative"),
        "Accepted",
        "Scheduled",
        of_idle=("StatusNotification", "Unavailable"),
    ),
    Row(
        lambda _: call.ChangeAvailability(connector_id=1, type="Operative"),
        of_idle=("StatusNotification", "Available"),
    ),
    Row(lambda _: call.RemoteStopTransaction(transaction_id=999_999), "Rejected", "Rejected"),
    Row(
        lambda tour: call.RemoteStopTransaction(transaction_id=tour.transaction_id),
        "Rejected",
        "Accepted",
        of_charging=("StopTransaction", "Remote"),
        ends=True,
    ),
    Row(
        lambda _: call.UnlockConnector(connector_id=1),
        "Unlocked",
        "Unlocked",
        of_charging=("StopTransaction", "UnlockCommand"),
        ends=True,
    ),
    Row(
        lambda _: call.RemoteStartTransaction(id_tag="TAG-2", connector_id=1),
        "Accepted",
        "Rejected",
        of_idle=("StatusNotification", "Preparing"),
        ends=True,
    ),
    Row(
        lambda _: call.Reset(type="Soft"),
        says=("BootNotification",),
        of_charging=("StopTransaction", "SoftReset"),
        ends=True,
    ),
    Row(
        lambda _: call.Reset(type="Hard"),
        says=("BootNotification",),
        of_charging=("StopTransaction", "HardReset"),
        ends=True,
    ),
)


def offered() -> Iterator[Row]:
    yield from (row for row in TOUR if row.action in ROWS)


def test_the_tour_goes_everywhere() -> None:
    toured = {row.action for row in TOUR}
    assert set(ROWS) <= toured
    assert {name for name in toured if not schemas.known("v16", name)} == set()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("charging", [False, True], ids=["idle", "charging"])
def test_every_request_is_answered_as_prescribed_and_followed_by_its_effect(
    independent_server: IndependentServer, charging: bool
) -> None:
    tour = Tour(independent_server)
    trio.run(partial(_tour, tour, charging=charging), clock=ScaledClock(SPEED))
    assert schema_errors(independent_server.seen.frames) == []
    assert [what for what in independent_server.seen.violations if "while another" not in what] == []


async def _tour(tour: Tour, *, charging: bool) -> None:
    async with ocppsim.open_simulator(url=tour.server.url, seed=7) as simulator:
        station = await simulator.add("virtual-simple", STATION, keys=KEYS)
        await station.booted()
        tour.connector = station.connector(1)
        for number, row in zip(count(), offered(), strict=False):
            if charging and not tour.charging:
                await _charge(tour)
            await _visit(tour, row, f"{number} {row.action}")
            if row.ends:
                await _come_to_rest(tour, station)


async def _charge(tour: Tour) -> None:
    await tour.connector.plug()
    await tour.connector.present("TAG-1")
    await tour.connector.until("Charging", within=600)
    await trio.to_thread.run_sync(
        tour.server.wait_for, lambda seen: any(one.stop is None for one in seen.transactions(STATION))
    )
    tour.charging = True


async def _visit(tour: Tour, row: Row, name: str) -> None:
    answer = await tour.ask(row.request(tour))
    expected = row.charging if tour.charging else row.idle
    assert getattr(answer, "status", None) == expected, (name, answer)
    assert row.also(tour, answer), (name, answer)
    for said in (row.says, row.of_charging if tour.charging else row.of_idle):
        if said:
            try:
                await tour.sees(*said)
            except TimeoutError as error:
                raise AssertionError(f"{name}: {said} was not said") from error


async def _come_to_rest(tour: Tour, station: Any) -> None:
    """Nobody is there any more."""
    if tour.charging:
        await tour.connector.unplug()
    tour.charging = False
    await station.board.until(lambda board: board.online and board.registration.accepted)
    await tour.connector.until("Available", within=6000)
    await station.board.until(lambda board: board.unsent == 0)
