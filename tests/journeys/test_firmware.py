"""Firmware updates from the request to the next boot (1.6 ed. 2, 4.5 and 5.19), with pretended transfers."""

from typing import Any

import pytest
from stage import Stage, stage

URL = "ftp://files.example/firmware.bin"
PAST = "2020-01-01T00:00:00Z"
TRAIN = ["Downloading", "Downloaded", "Installing", "Installed"]
RESET_S = 60


def words(play: Stage, action: str = "FirmwareStatusNotification") -> list[str]:
    return [frame.payload["status"] for frame in play.said(action)]


async def update(play: Stage, **fields: Any) -> Any:
    return await play.ask("UpdateFirmware", **{"location": URL, "retrieveDate": PAST} | fields)


@pytest.mark.honours("UpdateFirmware", "FirmwareStatusNotification")
async def test_d12_the_train_of_an_update_and_the_version_of_the_next_boot(autojump_clock: object) -> None:
    async with stage(firmware_version="1.2.3") as play:
        await play.booted()
        assert await update(play) == {}
        await play.hears("FirmwareStatusNotification", since=0, status="Installed")
        assert words(play) == TRAIN
        boots = [frame.payload["firmwareVersion"] for frame in play.said("BootNotification")]
        assert boots == ["1.2.3", "1.2.4"]
        assert play.closes == [1000]
        actions = play.actions()
        assert actions.index("FirmwareStatusNotification") < actions.index("BootNotification", 1)
        assert actions[-1] == "FirmwareStatusNotification", "Installed is told by the new firmware"
