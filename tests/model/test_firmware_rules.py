"""The rules of firmware updates: versions, what is told of an update, and what is kept of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.firmware import (
    FAILURES,
    LONGEST_VERSION,
    FirmwareProgress,
    FirmwareUpgrade,
    InstallFirmware,
    Phase,
    Signing,
    Update,
    next_version,
    on_request,
)
from ocppsim.model.firmware_record import Firmware, read, record
from tests.tables import each

BARE = "https://files.example/f.bin"
SIGNING = Signing(7, "PEM", "c2ln")


@each(
    ("version", "upgrade", "expected"),
    [
        ("1.2.3", FirmwareUpgrade(), "1.2.4"),
        ("1.2.9", FirmwareUpgrade(), "1.2.10"),
        ("1.2.3", FirmwareUpgrade(step=5), "1.2.8"),
        ("1.2.3", FirmwareUpgrade(step=-9), "1.2.0"),
        ("1.2.3", FirmwareUpgrade(pattern_group=2), "1.3"),
        ("1.2.3", FirmwareUpgrade(pattern_group=9), "1.2.4"),
        ("1.2.3-rc.1", FirmwareUpgrade(), "1.2.4"),
        ("4.7", FirmwareUpgrade(), "4.8"),
        ("build 41 b", FirmwareUpgrade(), "build 42 b"),
        ("beta", FirmwareUpgrade(), "beta.1"),
        ("v7x", FirmwareUpgrade(version_pattern=r"v(\d+)x"), "8"),
        ("7y", FirmwareUpgrade(version_pattern=r"(\d+)(\D)", pattern_group=2), "8y"),
        (None, FirmwareUpgrade(), "0.0.1"),
    ],
)
def test_the_next_version(version: str | None, upgrade: FirmwareUpgrade, expected: str) -> None:
    assert next_version(version, upgrade) == expected


@given(st.text(max_size=LONGEST_VERSION), st.integers(1, 10**9), st.none() | st.integers(1, 9))
def test_a_version_is_never_too_long_for_a_boot(version: str, step: int, group: int | None) -> None:
    upgrade = FirmwareUpgrade(step=step, pattern_group=group)
    for _ in range(3):
        version = next_version(version, upgrade)
        assert 0 < len(version) <= LONGEST_VERSION


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), st.integers(1, 1000))
def test_a_step_is_never_lost(numbers: list[int], step: int) -> None:
    raised = next_version(".".join(map(str, numbers)), FirmwareUpgrade(step=step))
    assert [int(part) for part in raised.split(".")] == [*numbers[:2], numbers[2] + step]


@pytest.mark.parametrize(
    "wrong",
    [{"pattern_group": 0}, {"failure": Phase.INSTALLED}, {"version_pattern": "("}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_upgrade_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        FirmwareUpgrade(**wrong)  # type: ignore[arg-type]


# -- what is told


def test_without_an_update_there_is_nothing_to_tell() -> None:
    for signed in (False, True):
        assert on_request(None, signed=signed) == FirmwareProgress(Phase.IDLE, signed)


@each("phase", Phase)
def test_a_signed_update_is_told_in_its_last_word_until_it_is_installed(phase: Phase) -> None:
    """L01.FR.28, 29."""
    said = on_request(Update(InstallFirmware(BARE, 0, signing=SIGNING), phase), signed=True)
    assert said.phase is (Phase.IDLE if phase is Phase.INSTALLED else phase)
    assert (said.request == 7) is (phase is not Phase.INSTALLED)
    other = on_request(Update(InstallFirmware(BARE, 0, signing=SIGNING), phase), signed=False)
    assert other == FirmwareProgress(Phase.IDLE)


@each("phase", Phase)
def test_an_update_that_is_over_is_told_as_idle(phase: Phase) -> None:
    said = on_request(Update(InstallFirmware(BARE, 0), phase), signed=False).phase
    idle = phase in FAILURES | {Phase.INSTALLED, Phase.IDLE, Phase.DOWNLOAD_SCHEDULED}
    assert (said is Phase.IDLE) is idle


# -- what is kept

orders = st.builds(
    InstallFirmware,
    location=st.sampled_from([BARE, "ftp://h:21/f"]),
    retrieve_at=st.floats(0, 1e10),
    install_at=st.none() | st.floats(0, 1e10),
    retries=st.integers(0, 9),
    retry_interval_s=st.floats(0, 1e6),
    signing=st.none() | st.just(SIGNING),
)
updates = st.builds(Update, orders, st.sampled_from(Phase), st.none() | st.sampled_from(Phase), st.text())


@given(st.builds(Firmware, st.none() | st.text(), st.none() | updates))
def test_what_is_kept_comes_back(firmware: Firmware) -> None:
    assert read(json.loads(json.dumps(record(firmware)))) == firmware


@pytest.mark.parametrize(
    "location", ["ftp://user:hunter2@host/f", "https://host/f?token=hunter2", "ftp://[broken:hunter2"]
)
def test_a_location_with_a_secret_is_not_kept(location: str) -> None:
    firmware = Firmware(update=Update(InstallFirmware(location, 0)))
    kept = record(firmware)
    assert "hunter2" not in json.dumps(kept)
    assert read(kept, location) == firmware, "who remembers it can go on"
    assert read(kept).update == Update(InstallFirmware("", 0))
    assert "hunter2" not in repr(firmware)


@pytest.mark.parametrize("kept", [None, 7, "x"])
def test_nothing_kept_is_nothing_installed(kept: object) -> None:
    assert read(kept) == Firmware()
