"""Requests at any moment get the prescribed answer, whatever is in them, and bring no station down."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sloppy
from stage import Stage, stage

from ocppsim.actors.store import Folder
from ocppsim.csms.behaviour import Rule, Silent, pending, rejected
from ocppsim.csms.calls import CallRefused, NotConnected
from ocppsim.csms.central_system import CentralSystem
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.model.connector import Status
from ocppsim.protocol.v16 import ACTIONS

BOOT, STOP = ["BootNotification"], ["StopTransaction"]
QUIET = {"MeterValueSampleInterval": "0"}
SOON, NOWHERE = "2026-01-01T01:00:00Z", "ftp://127.0.0.1/"
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
PROFILE = {"connectorId": 0, "csChargingProfiles": sloppy.profile(1, 16.0)}
HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"}
FIRMWARE = {"location": NOWHERE, "retrieveDateTime": SOON, "signingCertificate": PEM, "signature": "AAAA"}

REQUESTS: dict[str, dict[str, Any]] = {
    "CancelReservation": {"reservationId": 99},
    "CertificateSigned": {"certificateChain": PEM},
    "ChangeAvailability": {"connectorId": 2, "type": "Operative"},
    "ChangeConfiguration": {"key": "ConnectionTimeOut", "value": "77"},
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


ANYTHING = {*ACTIONS}
Moment = tuple[Rule | None, Callable[[Stage], Awaitable[object]], str, set[str]]
MOMENTS: dict[str, Moment] = {
    "before the boot": (Rule(Silent(), actions=BOOT), nothing, "Rejected", set()),
    "pending": (pending(3600), nothing, "Rejected", {"Heartbeat"}),
    "idle": (None, Stage.booted, "Accepted", ANYTHING),
    "charging": (None, charging, "Accepted", ANYTHING),
    "going down": (Rule(Silent(), actions=STOP), going_down, "Rejected", set()),
}
"""Each with what RemoteStartTransaction comes to, and what may be said then."""

GOING_DOWN = {"UpdateFirmware"}
"""It has no word for no."""


@pytest.mark.parametrize("moment", MOMENTS)
async def test_each_request_is_answered_as_its_moment_wants(autojump_clock: object, moment: str) -> None:
    rule, until, remote, may_say = MOMENTS[moment]
    async with stage(*(() if rule is None else (rule,)), connectors=2, keys=QUIET) as play:
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


async def test_while_rejected_none_is_answered(autojump_clock: object) -> None:
    async with stage(rejected(3600)) as play:
        await play.settle()
        for action, payload in REQUESTS.items():
            await play.write(2, action, action, payload)
        assert (play.answered(), play.actions()) == ([], BOOT)
        assert play.board.tally.violations == len(REQUESTS)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_asked_is_answered_once_and_survived(
    autojump_clock: object, tmp_path: Path, seed: int
) -> None:
    """And kept: the next process can read what was written down of it."""
    csms = CentralSystem(seed=seed)
    with closing(Folder.open(tmp_path)) as store:
        await pester(seed, store, csms)
    with closing(Folder.open(tmp_path)) as store:
        assert store.trouble == ""
        async with stage(store=store, csms=csms, connectors=2) as play:
            await play.later(600)
            assert play.board.registration.accepted


async def pester(seed: int, store: Folder, csms: CentralSystem) -> None:
    draw = Random(seed)
    async with stage(seed=seed, store=store, csms=csms, connectors=2, reset_time_s=5.0) as play:
        await play.booted()
        sent = 0
        for _ in range(60):
            for _ in range(draw.choice((1, 1, 3))):
                action, payload = sloppy.request(draw)
                sent += await tried(play, f"{sent}", action, payload)
            await at_any_moment(play, draw)
        await calm(play)
        check(play, sent)


async def tried(play: Stage, number: str, action: str, payload: dict[str, Any]) -> bool:
    try:
        await play.csms.send_raw(play.name, json.dumps([2, number, action, payload]))
    except NotConnected:
        return False
    return True


async def at_any_moment(play: Stage, draw: Random) -> None:
    match draw.randrange(8):
        case 0:
            play.plug(draw.randint(1, 2))
        case 1:
            play.unplug(draw.randint(1, 2))
        case 2:
            await play.show("TAG", draw.randint(1, 2))
        case 3:
            play.rig.drop(play.name)
        case _:
            pass
    await play.later(draw.choice((0, 0, 1, 20, 200)))


async def calm(play: Stage) -> None:
    """Whatever was set about waits must not keep the station from coming back."""
    await play.later(600)
    assert play.board.online
    assert play.board.registration.accepted
    assert all(status is not Status.FAULTED for status in map(play.board.status, (1, 2)))


def check(play: Stage, sent: int) -> None:
    times = Counter(answer.id for answer in play.answered())
    assert max(times.values()) == 1
    assert len(times) > sent / 2, "the rest went with its connection"
    internal = [answer.text for answer in play.answered() if answer.action == "InternalError"]
    assert [text for text in internal if "going down" not in text] == []
    assert play.board.tally.internal == 0
