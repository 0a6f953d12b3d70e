"""Firmware updates from the request to the next boot (1.6 ed. 2, 4.5 and 5.19), with pretended transfers."""

from typing import Any

import pytest
import trio
from attrs import define, field
from stage import Stage, stage
from transcript import stamp
from trio.testing import MockClock

from ocppsim.actors.generator import Habits
from ocppsim.actors.store import Folder
from ocppsim.actors.transfer import Failure, TransferFailed
from ocppsim.csms.behaviour import Rule, Silent, pending
from ocppsim.model.connector import Status
from ocppsim.model.firmware import FAILURES, FirmwareUpgrade, Phase
from ocppsim.model.specification import Outlet, Specification
from ocppsim.testing.rig import open_rig

ACTION = "FirmwareStatusNotification"
URL = "ftp://user:secret@files.example/firmware.bin"
PAST = "2020-01-01T00:00:00Z"
TRAIN = ["Downloading", "Downloaded", "Installing", "Installed"]
TRANSFER_S, INSTALL_S, RESET_S = 20, 20, 60
PATIENT = {"ConnectionTimeOut": "0"}
NO_RESET = FirmwareUpgrade(reset=False)


def words(play: Stage, since: int = 0) -> list[str]:
    return [frame.payload["status"] for frame in play.said(ACTION, since)]


def versions(play: Stage) -> list[str | None]:
    return [frame.payload.get("firmwareVersion") for frame in play.said("BootNotification")]


async def update(play: Stage, **fields: Any) -> Any:
    return await play.ask("UpdateFirmware", **{"location": URL, "retrieveDate": PAST} | fields)


async def trigger(play: Stage) -> str:
    """What the station says of its firmware when it is asked."""
    mark = play.mark()
    assert await play.ask("TriggerMessage", requestedMessage=ACTION) == {"status": "Accepted"}
    [said] = words(play, mark)
    return said


@define
class Troubled:
    """Transfers that fail a number of times; what was tried is kept."""

    failures: list[Failure] = field(factory=list)
    tried: list[str] = field(factory=list)

    async def download(self, location: str) -> bytes:
        self.tried.append(location)
        if self.failures:
            raise TransferFailed(self.failures.pop(0), "files.example: out of order")
        return bytes(32)

    async def upload(self, location: str, name: str, content: bytes) -> None:
        raise AssertionError(f"{len(content)} bytes of {name} for {location}: nothing is uploaded here")


# -- the train


@pytest.mark.honours("UpdateFirmware", "FirmwareStatusNotification")
async def test_4_5_and_5_19_d12_the_train_of_an_update_and_the_next_version(
    autojump_clock: object,
) -> None:
    async with stage(firmware_version="1.2.3") as play:
        await play.booted()
        began = round(play.now)
        assert await update(play) == {}
        assert play.written()[-2].kind == 3, "the answer goes first"
        await play.hears(ACTION, since=0, status="Installed")
        assert words(play) == TRAIN
        downloaded = began + TRANSFER_S
        installed = downloaded + INSTALL_S
        assert play.times(ACTION) == [began, downloaded, downloaded, installed + RESET_S]
        assert versions(play) == ["1.2.3", "1.2.4"]
        assert play.closes == [1000]
        assert play.actions()[-1] == ACTION, "Installed is told by the new firmware"
        assert "files.example" in play.rig.trace()
        assert "secret" not in play.rig.trace()


@pytest.mark.honours("UpdateFirmware")
async def test_without_a_reset_the_version_waits_for_the_next_boot(autojump_clock: object) -> None:
    async with stage(firmware_version="1.2.3", firmware_upgrade=NO_RESET) as play:
        await play.booted()
        await update(play)
        await play.later(TRANSFER_S + INSTALL_S)
        assert words(play) == TRAIN
        assert play.closes == []
        await play.ask("Reset", type="Hard")
        await play.later(RESET_S)
        assert versions(play) == ["1.2.3", "1.2.4"]
        assert words(play) == TRAIN, "nothing is told twice"


async def test_each_update_raises_the_version_by_its_step(autojump_clock: object) -> None:
    upgrade = FirmwareUpgrade(pattern_group=2, step=3, reset=False)
    async with stage(firmware_version="1.2.3", firmware_upgrade=upgrade) as play:
        await play.booted()
        for _ in range(2):
            await update(play)
            await play.later(TRANSFER_S + INSTALL_S)
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert versions(play) == ["1.2.3", "1.8"]


@pytest.mark.honours("UpdateFirmware")
async def test_the_file_is_fetched_after_the_retrieve_date(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await update(play, retrieveDate=stamp(500))
        assert await trigger(play) == "Idle"
        mark = play.mark()
        await play.later(499 - play.now)
        assert words(play, mark) == []
        await play.hears(ACTION, status="Downloading")
        assert play.times(ACTION, mark) == [500]


# -- sessions


@pytest.mark.honours("UpdateFirmware", "StatusNotification")
async def test_an_installation_waits_for_sessions_and_lets_no_other_begin(autojump_clock: object) -> None:
    async with stage(connectors=3, keys=PATIENT) as play:
        await play.booted()
        await play.charge(1)
        await play.ask("ChangeAvailability", connectorId=3, type="Inoperative")
        await update(play)
        await play.later(1000)
        assert words(play) == TRAIN[:2]
        assert play.board.status(1) is Status.CHARGING
        assert [play.statuses(number)[-1] for number in (2, 3)] == ["Unavailable"] * 2
        answer = await play.ask("RemoteStartTransaction", idTag="TAG", connectorId=2)
        assert answer == {"status": "Rejected"}
        await play.show("TAG", 1)
        assert play.stop_reasons() == ["Local"]
        assert words(play) == TRAIN[:3]
        assert play.statuses(1)[-1] == "Unavailable", "the cable is in, and nobody can charge"
        await play.hears(ACTION, status="Installed")
        await play.settle()
        shown = [play.board.status(number) for number in (1, 2, 3)]
        assert shown == [Status.PREPARING, Status.AVAILABLE, Status.UNAVAILABLE]


@pytest.mark.parametrize("failure", sorted(FAILURES, key=lambda phase: phase.name))
async def test_d13_connectors_come_back_after_a_failure(autojump_clock: object, failure: Phase) -> None:
    upgrade = FirmwareUpgrade(failure=failure)
    async with stage(connectors=2, firmware_upgrade=upgrade, keys=PATIENT) as play:
        await play.booted()
        play.plug(2)
        await play.ask("ChangeAvailability", connectorId=1, type="Inoperative")
        await update(play, retries=0)
        await play.later(1000)
        expected = {
            Phase.DOWNLOAD_FAILED: ["Downloading", "DownloadFailed"],
            Phase.INVALID_SIGNATURE: ["Downloading", "Downloaded", "InstallationFailed"],
            Phase.INSTALL_VERIFICATION_FAILED: ["Downloading", "Downloaded", "InstallationFailed"],
            Phase.INSTALLATION_FAILED: ["Downloading", "Downloaded", "Installing", "InstallationFailed"],
        }
        assert words(play) == expected[failure]
        assert [play.board.status(number) for number in (1, 2)] == [Status.UNAVAILABLE, Status.PREPARING]
        assert versions(play) == [None]
        assert await trigger(play) == "Idle"
        await play.show("TAG", 2)
        assert play.board.status(2) is Status.CHARGING


# -- retries


@pytest.mark.honours("UpdateFirmware")
@pytest.mark.parametrize(
    ("failures", "asked", "tries"),
    [
        ([Failure.BROKEN] * 2, {"retries": 2, "retryInterval": 100}, 3),
        ([Failure.DENIED] * 3, {"retries": 2, "retryInterval": 100}, 3),
        ([Failure.BROKEN] * 9, {"retryInterval": 100}, 3),
        ([Failure.BROKEN], {"retries": 0}, 1),
        ([Failure.NOT_SUPPORTED], {"retries": 5}, 1),
    ],
)
async def test_a_download_is_tried_again(
    autojump_clock: object, failures: list[Failure], asked: dict[str, int], tries: int
) -> None:
    transfers = Troubled(list(failures))
    async with stage(firmware_upgrade=NO_RESET) as play:
        play.station.context.transfers = transfers
        await play.booted()
        await update(play, **asked)
        await play.later(100 * (tries - 1) + INSTALL_S)
        assert transfers.tried == [URL] * tries
        succeeded = len(failures) < tries
        assert words(play) == (TRAIN if succeeded else ["Downloading", "DownloadFailed"])
        assert play.notes("out of order")
        assert not play.notes("secret"), "no password in a note"


async def test_a_wanted_failure_fails_each_try(autojump_clock: object) -> None:
    upgrade = FirmwareUpgrade(failure=Phase.DOWNLOAD_FAILED)
    async with stage(firmware_upgrade=upgrade) as play:
        await play.booted()
        began = round(play.now)
        await update(play, retries=2, retryInterval=50)
        await play.later(1000)
        assert words(play) == ["Downloading", "DownloadFailed"]
        assert play.times(ACTION)[1] == began + 3 * TRANSFER_S + 2 * 50


# -- asked and told


@pytest.mark.honours("TriggerMessage", "FirmwareStatusNotification")
async def test_a_trigger_tells_what_is_under_way(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await trigger(play) == "Idle"
        await play.charge()
        await update(play)
        assert await trigger(play) == "Downloading"
        await play.later(TRANSFER_S)
        assert await trigger(play) == "Downloaded"
        await play.show()
        assert await trigger(play) == "Installing"
        await play.hears(ACTION, status="Installed")
        assert await trigger(play) == "Idle"


async def test_another_update_takes_the_place_of_the_one_under_way(autojump_clock: object) -> None:
    transfers = Troubled()
    async with stage(firmware_upgrade=NO_RESET, firmware_version="1.0.0") as play:
        play.station.context.transfers = transfers
        await play.booted()
        await update(play)
        await play.later(INSTALL_S / 2)
        assert words(play) == TRAIN[:3]
        mark = play.mark()
        await update(play, location="http://other.example/f.bin")
        await play.later(1000)
        assert words(play, mark) == TRAIN
        assert transfers.tried == [URL, "http://other.example/f.bin"]
        await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert versions(play)[-1] == "1.0.1", "the first one was never installed"


async def test_what_was_not_taken_is_told_when_the_connection_is_back(autojump_clock: object) -> None:
    async with stage(firmware_upgrade=NO_RESET) as play:
        await play.booted()
        await update(play)
        await play.outage(TRANSFER_S + INSTALL_S + 5)
        await play.settle()
        assert words(play) == ["Downloading", "Installed"], "the latest alone"


async def test_a_status_without_an_answer_stops_nothing(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=[ACTION]), firmware_upgrade=NO_RESET) as play:
        await play.booted()
        await update(play)
        await play.later(300)
        assert words(play) == TRAIN
        assert play.board.online


async def test_a_station_that_waits_to_be_accepted_updates_and_tells_later(autojump_clock: object) -> None:
    async with stage(pending(200), firmware_upgrade=NO_RESET) as play:
        await play.hears("BootNotification", since=0)
        await play.settle()
        assert await update(play) == {}
        await play.later(100)
        assert words(play) == []
        await play.booted()
        await play.settle()
        assert words(play) == ["Installed"]


async def test_a_location_that_is_no_uri_is_refused(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "x", "UpdateFirmware", {"location": "no uri", "retrieveDate": PAST})
        answer = play.answer_to("x")
        assert (answer.kind, answer.action) == (4, "PropertyConstraintViolation")


async def test_a_station_of_signed_firmware_alone_does_not_take_other(autojump_clock: object) -> None:
    """L01.FR.20."""
    async with stage(signed_firmware_only=True) as play:
        await play.booted()
        await play.write(2, "x", "UpdateFirmware", {"location": URL, "retrieveDate": PAST})
        await play.later(100)
        assert (play.answer_to("x").kind, play.answer_to("x").action) == (4, "NotSupported")
        assert words(play) == []


# -- lives


async def reset(play: Stage) -> None:
    await play.ask("Reset", type="Soft")


async def power_cut(play: Stage) -> None:
    play.station.cut_power()
    await play.settle()


async def crash(play: Stage) -> None:
    play.station.context.station.tell(object())  # type: ignore[arg-type]  # nobody understands it: a bug
    await play.settle()


@pytest.mark.parametrize("end", [reset, power_cut, crash], ids=lambda end: end.__name__)
@pytest.mark.parametrize("phase", ["scheduled", "Downloading", "Downloaded", "Installing"])
async def test_an_update_goes_on_in_the_next_life(autojump_clock: object, end: Any, phase: str) -> None:
    async with stage(crashes=end is crash, firmware_version="1.0.0", connectors=2) as play:
        await play.booted()
        if phase == "Downloaded":
            await play.charge()
        await update(play, retrieveDate=stamp(300) if phase == "scheduled" else PAST)
        await play.later({"scheduled": 5, "Downloading": 5, "Downloaded": 30, "Installing": 30}[phase])
        assert words(play)[-1:] == [] if phase == "scheduled" else [phase]
        await end(play)
        await play.hears(ACTION, since=0, status="Installed")
        assert words(play) == TRAIN
        assert versions(play) == ["1.0.0", "1.0.0", "1.0.1"]
        assert {play.board.status(number) for number in (1, 2)} <= {Status.AVAILABLE, Status.PREPARING}


async def test_while_the_station_goes_down_nothing_new_begins(autojump_clock: object) -> None:
    async with stage(Rule(Silent(), actions=["StopTransaction"], times=1)) as play:
        await play.booted()
        await play.charge()
        await play.ask("Reset", type="Soft")
        await play.write(2, "x", "UpdateFirmware", {"location": URL, "retrieveDate": PAST})
        assert (play.answer_to("x").kind, play.answer_to("x").action) == (4, "InternalError")


@pytest.mark.parametrize(
    ("location", "trail"),
    [("http://files.example/f.bin", TRAIN), (URL, ["Downloading", "DownloadFailed"])],
    ids=["no secret", "a secret"],
)
async def test_an_update_survives_the_process_but_a_password_does_not(
    autojump_clock: object, tmp_path: Any, location: str, trail: list[str]
) -> None:
    """The location with a password is in no file, so that update cannot go on."""
    store = Folder.open(tmp_path)
    async with stage(store=store, firmware_version="1.0.0") as play:
        await play.booted()
        await update(play, location=location)
        assert words(play) == ["Downloading"]
    store.close()
    assert "secret" not in "".join(path.read_text() for path in tmp_path.iterdir())
    store = Folder.open(tmp_path)
    async with stage(store=store, firmware_version="1.0.0") as play:
        await play.booted()
        await play.hears(ACTION, since=0, status=trail[-1])
        await play.settle()
        assert words(play) == trail[1:], "Downloading was told by the process before"
        assert versions(play) == (["1.0.0", "1.0.1"] if trail is TRAIN else ["1.0.0"])
    store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store, firmware_version="1.0.0") as play:
        await play.booted()
        await play.later(100)
        assert words(play) == []
        assert versions(play) == ["1.0.1" if trail is TRAIN else "1.0.0"]
    store.close()


async def test_what_was_not_taken_in_one_life_is_told_in_the_next(autojump_clock: object) -> None:
    async with stage(firmware_upgrade=FirmwareUpgrade(failure=Phase.DOWNLOAD_FAILED)) as play:
        await play.booted()
        await update(play, retries=0)
        play.csms.go_down()
        await play.later(TRANSFER_S + 5)
        await power_cut(play)
        await play.later(5)
        play.csms.come_up()
        await play.later(RESET_S + 60)
        assert words(play) == ["Downloading", "DownloadFailed"]


async def test_a_crash_before_the_reboot_loses_nothing(autojump_clock: object) -> None:
    async with stage(crashes=True, firmware_version="1.0.0") as play:
        await play.booted()
        play.rule(Silent(), ACTION, after=2, times=1)
        await update(play)
        await play.later(TRANSFER_S + INSTALL_S + 1)
        assert words(play) == TRAIN[:3]
        await crash(play)
        await play.hears(ACTION, since=0, status="Installed")
        assert versions(play) == ["1.0.0", "1.0.1"]


# -- fleets

HABITS = Habits(1, 4, 20, 40, tags=("TAG",))


async def test_people_come_again_after_an_update(autojump_clock: object) -> None:
    async with stage(connectors=2, habits=HABITS) as play:
        await play.booted()
        await play.later(60)
        await update(play)
        await play.hears(ACTION, status="Installed")
        assert set(play.stop_reasons()) == {"Local"}, "nobody was cut off"
        sessions = len(play.said("StartTransaction"))
        await play.later(300)
        assert len(play.said("StartTransaction")) > sessions + 2


async def _trace(seed: int) -> str:
    upgrade = FirmwareUpgrade(failure=Phase.INSTALLATION_FAILED)
    async with open_rig(seed) as rig:
        for number in range(1, 4):
            outlets = {1: Outlet(), 2: Outlet()}
            specification = Specification(f"CS-{number}", outlets=outlets, firmware_upgrade=upgrade)
            rig.add(specification, habits=HABITS)
        await trio.sleep(60)
        for name in rig.fleet.stations:
            await rig.csms.call(name, "UpdateFirmware", {"location": URL, "retrieveDate": PAST})
            await rig.csms.call(name, "GetDiagnostics", {"location": URL})
        await trio.sleep(200)
        return rig.trace()


def test_equal_seeds_give_equal_traces_with_updates_and_uploads_too() -> None:
    traces = {trio.run(_trace, 7, clock=MockClock(autojump_threshold=0)) for _ in range(3)}
    assert len(traces) == 1
    [trace] = traces
    assert trace.count("InstallationFailed") == trace.count('\\"Uploaded') == 3
