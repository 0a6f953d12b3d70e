"""Signed firmware updates (whitepaper ed. 3, L01). The pretended file is known, so it can be signed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from signed_files import DAY, Signer, manufacturer, rsa_key
from stage import Stage, stage
from transcript import stamp

from ocppsim.actors.transfer import PRETENDED_FIRMWARE, Failure, TransferFailed
from ocppsim.clock import VIRTUAL_EPOCH
from ocppsim.csms.behaviour import Silent
from ocppsim.model.connector import Status
from ocppsim.model.firmware import FAILURES, FirmwareUpgrade, Phase

ACTION = "SignedFirmwareStatusNotification"
URL = "https://files.example/firmware.bin"
PAST = "2020-01-01T00:00:00Z"
TRANSFER_S, INSTALL_S, RESET_S = 20, 20, 60
TRAIN = [
    "Downloading",
    "Downloaded",
    "SignatureVerified",
    "Installing",
    "InstallRebooting",
    "Installed",
]
MAKER = manufacturer()
SIGNER = MAKER.issue()


@asynccontextmanager
async def play_with(root: Signer | None = MAKER, **options: Any) -> AsyncIterator[Stage]:
    roots = () if root is None else (root.pem,)
    async with stage(manufacturer_roots=roots, **options) as play:
        yield await play.booted()


async def update(
    play: Stage, request: int = 7, signer: Signer = SIGNER, content: bytes = PRETENDED_FIRMWARE, **asked: Any
) -> str:
    firmware = {
        "location": URL,
        "retrieveDateTime": PAST,
        "signingCertificate": signer.pem,
        "signature": signer.sign(content),
    }
    firmware |= {name: asked.pop(name) for name in list(asked) if name in (*firmware, "installDateTime")}
    answer = await play.ask("SignedUpdateFirmware", requestId=request, firmware=firmware, **asked)
    status: str = answer["status"]
    return status


def told(play: Stage, since: int = 0) -> list[tuple[str, int | None]]:
    frames = play.said(ACTION, since)
    return [(frame.payload["status"], frame.payload.get("requestId")) for frame in frames]


def words(play: Stage, since: int = 0) -> list[str]:
    return [status for status, _ in told(play, since)]


async def trigger(play: Stage) -> tuple[str, int | None]:
    mark = play.mark()
    await play.ask("ExtendedTriggerMessage", requestedMessage="FirmwareStatusNotification")
    [said] = told(play, mark)
    return said


def events(play: Stage) -> list[str]:
    log = play.station.context.tracer.security_log
    return [line.split(" ")[1] for line in log.lines(None, None)]


# -- the train


@pytest.mark.honours("SignedUpdateFirmware", "SignedFirmwareStatusNotification")
@pytest.mark.parametrize("key", [None, rsa_key()], ids=["ECDSA", "RSA-PSS"])
async def test_l01_a_signed_update_until_the_next_boot(autojump_clock: object, key: Any) -> None:
    """L01.FR.01, 04, 05, 10, 15."""
    async with play_with(firmware_version="1.0.0") as play:
        began = round(play.now)
        mark = play.mark()
        assert await update(play, 7, MAKER.issue(key)) == "Accepted"
        assert play.written(mark)[0].kind == 3, "the answer goes first"
        await play.hears(ACTION, since=0, status="Installed")
        assert told(play) == [(status, 7) for status in TRAIN]
        steps = [0, TRANSFER_S, TRANSFER_S, TRANSFER_S, TRANSFER_S + INSTALL_S]
        steps.append(TRANSFER_S + INSTALL_S + RESET_S)
        assert play.times(ACTION) == [began + step for step in steps]
        boots = [frame.payload["firmwareVersion"] for frame in play.said("BootNotification")]
        assert boots == ["1.0.0", "1.0.1"]
        assert play.said("FirmwareStatusNotification") == []
        assert "FirmwareUpdated" in events(play)


@pytest.mark.honours("SignedUpdateFirmware", "SignedFirmwareStatusNotification")
async def test_l01_downloads_and_installations_can_be_scheduled(autojump_clock: object) -> None:
    """L01.FR.13, 16, 17."""
    async with play_with(firmware_upgrade=FirmwareUpgrade(reset=False)) as play:
        dates = {"retrieveDateTime": stamp(100), "installDateTime": stamp(500)}
        assert await update(play, **dates) == "Accepted"
        await play.later(1000)
        assert words(play) == [
            "DownloadScheduled",
            *TRAIN[:3],
            "InstallScheduled",
            "Installing",
            "Installed",
        ]
        assert play.times(ACTION)[1:] == [100, 120, 120, 120, 500, 520]


async def test_l01_sessions_end_before_the_installation_and_no_other_begins(autojump_clock: object) -> None:
    """L01.FR.06, 07, 18, 19."""
    async with play_with(connectors=2) as play:
        await play.charge(1)
        await update(play)
        await play.later(500)
        assert words(play)[-1] == "SignatureVerified"
        assert (play.board.status(1), play.board.status(2)) == (Status.CHARGING, Status.UNAVAILABLE)
        play.unplug(1)
        await play.settle()
        assert words(play)[-1] == "Installing"
        assert play.board.status(1) is Status.UNAVAILABLE


@pytest.mark.honours("SignedFirmwareStatusNotification")
async def test_l01_a_download_is_paused_between_two_tries(autojump_clock: object) -> None:
    """L01.FR.14."""

    class Once:
        failed = False

        async def download(self, location: str) -> bytes:
            assert location == URL
            if not self.failed:
                self.failed = True
                raise TransferFailed(Failure.BROKEN, "files.example: connection refused")
            return b"\0" * 32

        async def upload(self, location: str, name: str, content: bytes) -> None:
            raise AssertionError(f"{location} {name} {content!r}")

    async with play_with() as play:
        play.station.context.transfers = Once()
        await update(play, retries=1, retryInterval=50)
        await play.later(100)
        assert words(play) == [
            "Downloading",
            "DownloadPaused",
            "Downloading",
            "Downloaded",
            "InvalidSignature",
        ]


# -- what ends it


@pytest.mark.honours("SignedUpdateFirmware", "SignedFirmwareStatusNotification")
@pytest.mark.parametrize(
    "content", [PRETENDED_FIRMWARE + b"!", b""], ids=["of another file", "of an empty file"]
)
async def test_l01_a_signature_of_something_else_is_invalid(autojump_clock: object, content: bytes) -> None:
    """L01.FR.03, 04, 12."""
    async with play_with(firmware_version="1.0.0") as play:
        assert await update(play, content=content) == "Accepted"
        await play.later(1000)
        assert told(play) == [("Downloading", 7), ("Downloaded", 7), ("InvalidSignature", 7)]
        assert "InvalidFirmwareSignature" in events(play)
        assert play.board.status(1) is Status.AVAILABLE
        assert len(play.said("BootNotification")) == 1


@pytest.mark.parametrize("signature", ["", "no base64!", "AAAA"])
async def test_l01_what_is_no_signature_is_invalid(autojump_clock: object, signature: str) -> None:
    async with play_with() as play:
        assert await update(play, signature=signature) == "Accepted"
        await play.later(1000)
        assert words(play)[-1] == "InvalidSignature"


@pytest.mark.honours("SignedFirmwareStatusNotification")
@pytest.mark.parametrize("failure", sorted(FAILURES, key=lambda phase: phase.name))
async def test_l01_every_failure_can_be_wanted(autojump_clock: object, failure: Phase) -> None:
    async with play_with(firmware_upgrade=FirmwareUpgrade(failure=failure)) as play:
        await update(play, retries=0)
        await play.later(1000)
        ends = {
            Phase.DOWNLOAD_FAILED: ["Downloading", "DownloadFailed"],
            Phase.INVALID_SIGNATURE: ["Downloading", "Downloaded", "InvalidSignature"],
            Phase.INSTALL_VERIFICATION_FAILED: [*TRAIN[:3], "InstallVerificationFailed"],
            Phase.INSTALLATION_FAILED: [*TRAIN[:4], "InstallationFailed"],
        }
        assert words(play) == ends[failure]
        assert play.board.status(1) is Status.AVAILABLE


# -- certificates

OTHER = manufacturer("somebody else")
BAD: dict[str, tuple[Callable[[], Signer], str]] = {
    "expired": (lambda: MAKER.issue(until=VIRTUAL_EPOCH - DAY / 2), "expired"),
    "not valid yet": (lambda: MAKER.issue(since=VIRTUAL_EPOCH + DAY), "not valid yet"),
    "of somebody else": (lambda: OTHER.issue(), "no manufacturer"),
    "not for signatures": (lambda: MAKER.issue(signs=False), "not made for signatures"),
    "of a short key": (lambda: MAKER.issue(rsa_key(1024)), "too short"),
    "of a maker between": (lambda: MAKER.issue().issue(), "no manufacturer"),
}


@pytest.mark.honours("SignedUpdateFirmware")
@pytest.mark.parametrize("bad", BAD)
async def test_l01_an_invalid_certificate_ends_it_before_it_begins(autojump_clock: object, bad: str) -> None:
    """L01.FR.02, 23, 24."""
    make, why = BAD[bad]
    async with play_with() as play:
        assert await update(play, signer=make()) == "InvalidCertificate"
        assert play.notes(why)
        await play.later(100)
        assert told(play) == []
        assert events(play)[-1] == "InvalidFirmwareSigningCertificate"
        assert await trigger(play) == ("Idle", None)


async def test_l01_without_a_root_no_certificate_can_be_verified(autojump_clock: object) -> None:
    async with play_with(root=None) as play:
        assert await update(play) == "InvalidCertificate"
        assert await update(play, signingCertificate="no certificate") == "InvalidCertificate"


@pytest.mark.honours("SignedUpdateFirmware")
async def test_l01_a_revoked_certificate_ends_it_too(autojump_clock: object) -> None:
    """L01.FR.25."""
    revoked = frozenset({SIGNER.certificate.serial_number})
    async with play_with(revoked_certificates=revoked) as play:
        assert await update(play) == "RevokedCertificate"
        assert await update(play, signer=MAKER.issue()) == "Accepted"


@pytest.mark.honours("InstallCertificate", "SignedUpdateFirmware")
async def test_l01_a_root_that_was_installed_is_trusted(autojump_clock: object) -> None:
    async with play_with(root=None) as play:
        asked = {"certificateType": "ManufacturerRootCertificate", "certificate": MAKER.pem}
        assert await play.ask("InstallCertificate", **asked) == {"status": "Accepted"}
        assert await update(play) == "Accepted"


# -- more than one


@pytest.mark.honours("SignedUpdateFirmware")
@pytest.mark.parametrize("seconds", [5, 25], ids=["Downloading", "Installing"])
async def test_l01_another_update_cancels_the_one_under_way(autojump_clock: object, seconds: float) -> None:
    """L01.FR.26."""
    async with play_with(firmware_version="1.0.0") as play:
        await update(play, 7)
        await play.later(seconds)
        mark = play.mark()
        assert await update(play, 8) == "AcceptedCanceled"
        await play.later(1000)
        assert told(play, mark) == [(status, 8) for status in TRAIN]
        assert play.said("BootNotification")[-1].payload["firmwareVersion"] == "1.0.1"


async def test_l01_nothing_can_be_cancelled_when_it_is_installed(autojump_clock: object) -> None:
    """L01.FR.27."""
    async with play_with(firmware_version="1.0.0") as play:
        await update(play, 7)
        await play.later(TRANSFER_S + 1)
        play.rule(Silent(), ACTION, times=1)
        await play.hears(ACTION, status="InstallRebooting")
        assert await update(play, 8) == "Rejected"
        await play.write(2, "x", "UpdateFirmware", {"location": URL, "retrieveDate": PAST})
        assert play.answer_to("x").action == "InternalError"
        await play.hears(ACTION, status="Installed")
        assert play.said("BootNotification")[-1].payload["firmwareVersion"] == "1.0.1"


# -- asked


@pytest.mark.honours("ExtendedTriggerMessage", "SignedFirmwareStatusNotification")
async def test_l01_a_trigger_tells_the_last_status(autojump_clock: object) -> None:
    """L01.FR.21, 28, 29."""
    async with play_with() as play:
        assert await trigger(play) == ("Idle", None)
        await update(play, 7, retrieveDateTime=stamp(100))
        assert await trigger(play) == ("DownloadScheduled", 7)
        await play.hears(ACTION, since=0, status="Installed")
        assert await trigger(play) == ("Idle", None)
        await update(play, 8, content=b"")
        await play.later(100)
        assert await trigger(play) == ("InvalidSignature", 8)
        mark = play.mark()
        await play.ask("TriggerMessage", requestedMessage="FirmwareStatusNotification")
        [said] = play.said("FirmwareStatusNotification", mark)
        assert said.payload == {"status": "Idle"}


# -- security


@pytest.mark.honours("SecurityEventNotification")
async def test_l01_with_security_the_events_are_told_and_unsigned_firmware_is_refused(
    autojump_clock: object,
) -> None:
    """L01.FR.02, 03, 20; A04.FR.01."""
    keys = {"SecurityProfile": "1"}
    async with play_with(keys=keys, firmware_upgrade=FirmwareUpgrade(reset=False)) as play:
        asked = {"location": URL, "retrieveDate": PAST}
        await play.write(2, "x", "UpdateFirmware", asked)
        assert play.answer_to("x").action == "NotSupported"
        await update(play, signer=OTHER.issue())
        await update(play, content=b"")
        await play.later(100)
        await update(play)
        await play.later(100)
        kinds = [frame.payload["type"] for frame in play.said("SecurityEventNotification")]
        wanted = [
            "InvalidFirmwareSigningCertificate",
            "InvalidFirmwareSignature",
            "FirmwareUpdated",
        ]
        assert [kind for kind in kinds if "Firmware" in kind] == wanted
