"""Requests at any moment get the prescribed answer. What is in them matters in test_requests_pestered."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sloppy
import trio
from stage import Stage, stage

from ocppsim.csms.behaviour import Rule, Silent, pending, rejected
from ocppsim.csms.calls import CallRefused
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.model.connector import Status
from ocppsim.model.firmware import FirmwareUpgrade
from ocppsim.protocol.v16 import ACTIONS

BOOT, STOP = ["BootNotification"], ["StopTransaction"]
QUIET = {"MeterValueSampleInterval": "0"}
SOON, NOWHERE = "2026-01-01T01:00:00Z", "ftp://127.0.0.1/"
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
PROFILE = {"connectorId": 0, "csChargingProfiles": sloppy.profile(1, 16.0)}
CHANGE = {"key": "ConnectionTimeOut", "value": "77"}
HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"}
FIRMWARE = {"location": NOWHERE, "retrieveDateTime": SOON, "signingCertificate": PEM, "signature": "AAAA"}

REQUESTS: dict[str, dict[str, Any]] = {
    "CancelReservation": {"reservationId": 99},
    "CertificateSigned": {"certificateChain": PEM},
    "ChangeAvailability": {"connectorId": 2, "type": "Operative"},
    "ChangeConfiguration": CHANGE,
    "ClearCache": {},
    "ClearChargingProfile": {"id": 99},
    "DataTransfer": {"vendorId": "nobody"},
    "DeleteCertificate": {"certificateHashData": HASHES},
    "ExtendedTriggerMessage": {"requestedMessage": "Heartbeat"},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 60},
    "GetConfiguration": {"key": ["HeartbeatInterval"]},
    "GetInstalledCertificateIds": {"certificateType": "CentralSystemRootCertificate"},
    "GetLocalListVersion": {},
    "InstallCertificate": {"certificateType": "CentralSystemRootCertificate", "certificate": PEM},
    "RemoteStartTransaction": {"idTag": "REMOTE", "connectorId": 2},
    "RemoteStopTransaction": {"transactionId": 99},
    "SendLocalList": {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []},
    "SetChargingProfile": PROFILE,
    "SignedUpdateFirmware": {"requestId": 1, "firmware": FIRMWARE},
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "UnlockConnector": {"connectorId": 2},
    "GetLog": {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": NOWHERE}},
    "GetDiagnostics": {"location": NOWHERE},
    "ReserveNow": {"connectorId": 2, "expiryDate": SOON, "idTag": "T", "reservationId": 1},
    "UpdateFirmware": {"location": NOWHERE, "retrieveDate": SOON},
    "Reset": {"type": "Hard"},
}
"""One of each, in an order in which none stands in the way of the next."""


def test_none_is_left_out() -> None:
    assert set(REQUESTS) == set(ROWS)


async def nothing(play: Stage) -> None:
    await play.settle()


async def charging(play: Stage) -> None:
    await play.booted()
    await play.charge()


async def going_down(play: Stage) -> None:
    """A soft reset waits for an answer that does not come."""
    await charging(play)
    assert await play.ask("Reset", type="Soft") == {"status": "Accepted"}


async def installing(play: Stage) -> None:
    """For ten minutes, in which no session may begin."""
    await play.booted()
    await play.ask("UpdateFirmware", location=NOWHERE, retrieveDate="2026-01-01T00:00:00Z")
    await play.hears("FirmwareStatusNotification", status="Installing")


ANYTHING = {*ACTIONS}
Moment = tuple[Rule | None, Callable[[Stage], Awaitable[object]], str, set[str]]
MOMENTS: dict[str, Moment] = {
    "before the boot": (Rule(Silent(), actions=BOOT), nothing, "Rejected", set()),
    "pending": (pending(3600), nothing, "Rejected", {"Heartbeat"}),
    "idle": (None, Stage.booted, "Accepted", ANYTHING),
    "charging": (None, charging, "Accepted", ANYTHING),
    "installing": (None, installing, "Rejected", ANYTHING),
    "going down": (Rule(Silent(), actions=STOP), going_down, "Rejected", set()),
}
"""Each with what RemoteStartTransaction comes to, and what may be said then."""

LONG = FirmwareUpgrade(install_s=600)
GOING_DOWN = {"UpdateFirmware"}
"""It has no word for no."""


@pytest.mark.parametrize("moment", MOMENTS)
async def test_each_request_is_answered_as_its_moment_wants(autojump_clock: object, moment: str) -> None:
    rule, until, remote, may_say = MOMENTS[moment]
    rules = () if rule is None else (rule,)
    async with stage(*rules, connectors=2, keys=QUIET, firmware_upgrade=LONG) as play:
        await until(play)
        mark = play.mark()
        refused, answers = set(), {}
        for action, payload in REQUESTS.items():
            try:
                answers[action] = await play.ask(action, **payload)
            except CallRefused:
                refused.add(action)
        assert refused == (GOING_DOWN if moment == "going down" else set())
        assert answers["RemoteStartTransaction"] == {"status": remote}
        assert answers["RemoteStopTransaction"] == {"status": "Rejected"}
        assert answers["Reset"] == {"status": "Accepted"}
        assert set(play.actions(mark)) <= may_say
        assert len(play.answered(mark)) == len(REQUESTS)


async def test_no_request_but_another_update_and_a_reset_disturbs_an_installation(
    autojump_clock: object,
) -> None:
    async with stage(connectors=2, firmware_version="1.0.0", firmware_upgrade=LONG) as play:
        await installing(play)
        for action, payload in REQUESTS.items():
            if action not in ("UpdateFirmware", "Reset"):
                await play.ask(action, **payload)
                assert [play.board.status(number) for number in (1, 2)] == [Status.UNAVAILABLE] * 2, action
        installed = await play.hears("FirmwareStatusNotification", status="Installed")
        assert installed.at == pytest.approx(20 + 600 + 60)
        assert play.said("BootNotification")[-1].payload["firmwareVersion"] == "1.0.1"


@pytest.mark.parametrize("end", ["cut", "crash", "reboot"])
async def test_what_comes_in_as_a_life_ends_is_not_done_in_the_next_one(
    autojump_clock: object, end: str
) -> None:
    """However far it had come: at the wire, the link, the station, or on its way back."""
    values = []
    for steps in range(0, 24, 2):
        async with stage(crashes=end == "crash", firmware_upgrade=LONG) as play:
            await charging(play)
            if end == "reboot":
                await play.later(10)
                play.unplug()
                await installing(play)
                await play.later(599.999)
            await play.csms.send_raw(play.name, json.dumps([2, "last", "ChangeConfiguration", CHANGE]))
            for _ in range(steps):
                await trio.lowlevel.checkpoint()
            match end:
                case "cut":
                    play.station.cut_power()
                case "crash":
                    play.station.context.station.tell(object())  # type: ignore[arg-type]  # a bug, injected
            await play.until(lambda board: not board.online)
            values.append(await in_the_next_life(play))
    assert len(set(values)) == (1 if end == "reboot" else 2), "both before it was taken, and after that"


async def in_the_next_life(play: Stage) -> float:
    memory, mark = play.station.context.memory, play.mark()
    then, answered = dict(memory.changed), len(play.answered())
    await play.until(lambda board: board.online and board.registration.accepted)
    await play.later(300)
    assert dict(memory.changed) == then
    assert (play.answered(mark), answered <= 2) == ([], True)
    return play.station.context.settings.connection_timeout_s


async def test_while_rejected_none_is_answered(autojump_clock: object) -> None:
    async with stage(rejected(3600)) as play:
        await play.settle()
        for action, payload in REQUESTS.items():
            await play.write(2, action, action, payload)
        assert (play.answered(), play.actions()) == ([], BOOT)
        assert play.board.tally.violations == len(REQUESTS)
