"""Keys of a template about messages: which are taken, sent and made, and when the station dials."""

from pathlib import Path

import pytest
from trio.testing import MockClock

from ocppsim.dialects.v16.remote_trigger import TRIGGERS
from ocppsim.templates import vocabulary
from tests.config.bench import keys, planned, station_of

# -- messages


@pytest.mark.effective(
    "template.commandsSupport.incomingCommands", "template.commandsSupport.outgoingCommands"
)
async def test_commands_support_denies_what_is_false_and_nothing_else(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """D31: `{}` denies nothing."""
    support = {
        "incomingCommands": {"GetConfiguration": False, "ClearCache": True},
        "outgoingCommands": {"MeterValues": False, "StatusNotification": False},
    }
    async with station_of(planned(tmp_path, commandsSupport=support)) as stage:
        with pytest.raises(Exception, match="NotSupported"):
            await stage.ask("GetConfiguration")
        assert await stage.ask("ClearCache") == {"status": "Accepted"}
        assert (await stage.ask("UnlockConnector", connectorId=1))["status"] == "Unlocked"
        await stage.charge()
        await stage.later(200)
        assert not stage.said("StatusNotification")
        assert not stage.said("MeterValues")
        assert stage.said("StartTransaction")
    async with station_of(planned(tmp_path, commandsSupport={"incomingCommands": {}})) as stage:
        assert (await stage.ask("GetConfiguration"))["configurationKey"]


@pytest.mark.effective("template.messageTriggerSupport")
async def test_message_trigger_support(tmp_path: Path, autojump_clock: MockClock) -> None:
    plan = planned(tmp_path, messageTriggerSupport={"Heartbeat": False, "StatusNotification": True})
    async with station_of(plan) as stage:
        for name, word in (
            ("Heartbeat", "NotImplemented"),
            ("StatusNotification", "Accepted"),
            ("MeterValues", "Accepted"),
        ):
            assert await stage.ask("TriggerMessage", requestedMessage=name) == {"status": word}


@pytest.mark.effective("template.commandsSupport.incomingCommands")
@pytest.mark.parametrize("request_", sorted(vocabulary().requests))
async def test_a_request_is_denied_where_it_is_listed_as_false_alone(
    tmp_path: Path, autojump_clock: MockClock, request_: str
) -> None:
    """What becomes of an allowed one without content is another matter."""
    for listed, denied in (({request_: False}, True), ({request_: True}, False), ({"Other": False}, False)):
        async with station_of(planned(tmp_path, commandsSupport={"incomingCommands": listed})) as stage:
            await stage.write(2, "x", request_, {})
            (answer,) = [
                text for text in stage.rig.texts(stage.name) if text.startswith(('[3,"x"', '[4,"x"'))
            ]
            assert ("NotSupported" in answer) is denied
            assert "NotImplemented" not in answer


@pytest.mark.effective("template.commandsSupport.outgoingCommands")
@pytest.mark.parametrize("message", ["Authorize", "Heartbeat", "MeterValues", "StatusNotification"])
async def test_a_message_is_not_sent_where_it_is_listed_as_false_alone(
    tmp_path: Path, autojump_clock: MockClock, message: str
) -> None:
    for listed, denied in (({message: False}, True), ({message: True}, False), ({}, False)):
        support = {"outgoingCommands": listed}
        quick = keys({"key": "AllowOfflineTxForUnknownId", "value": "true"})
        async with station_of(planned(tmp_path, commandsSupport=support, Configuration=quick)) as stage:
            await stage.charge()
            await stage.later(70)
            await stage.show()
            await stage.later(400)
            assert bool(stage.said(message)) is not denied
            assert stage.said("StopTransaction")


@pytest.mark.effective("template.messageTriggerSupport")
@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
async def test_a_trigger_is_denied_where_it_is_listed_as_false_alone(
    tmp_path: Path, autojump_clock: MockClock, trigger: str
) -> None:
    for listed, word in (
        ({trigger: False}, "NotImplemented"),
        ({trigger: True}, "Accepted"),
        ({}, "Accepted"),
    ):
        async with station_of(planned(tmp_path, messageTriggerSupport=listed)) as stage:
            assert await stage.ask("TriggerMessage", requestedMessage=trigger) == {"status": word}


@pytest.mark.effective("template.useConnectorId0")
async def test_without_connector_0_the_station_has_no_status(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    for itself in (True, False):
        async with station_of(planned(tmp_path, useConnectorId0=itself)) as stage:
            numbers = [frame.payload["connectorId"] for frame in stage.said("StatusNotification")]
            assert numbers == ([0, 1] if itself else [1])


@pytest.mark.effective("template.resetTime")
async def test_reset_time(tmp_path: Path, autojump_clock: MockClock) -> None:
    async with station_of(planned(tmp_path, resetTime="12")) as stage:
        await stage.ask("Reset", type="Hard")
        await stage.later(11)
        assert not stage.board.online
        await stage.later(2)
        assert stage.board.online


@pytest.mark.effective("template.autoReconnectMaxRetries")
async def test_auto_reconnect_max_retries(tmp_path: Path, autojump_clock: MockClock) -> None:
    for retries, dials in ((0, 1), (2, 3)):
        async with station_of(planned(tmp_path, autoReconnectMaxRetries=retries)) as stage:
            stage.csms.go_down()
            await stage.later(3600)
            assert stage.board.tally.dials == dials
            stage.csms.come_up()
            await stage.later(60)
            assert not stage.board.online


@pytest.mark.parametrize(("quickly", "dials"), [(True, range(5, 7)), (False, range(2, 3))])
@pytest.mark.effective("template.reconnectExponentialDelay")
async def test_reconnect_exponential_delay(
    tmp_path: Path, autojump_clock: MockClock, quickly: bool, dials: range
) -> None:
    """From 0.1 s: 0.1, 0.3, 0.7, 1.5, 3.1; from 1 s: 1, 3; each give or take a fifth."""
    async with station_of(planned(tmp_path, reconnectExponentialDelay=quickly)) as stage:
        stage.csms.go_down()
        await stage.later(2.5)
        assert stage.board.tally.dials in dials
        stage.csms.come_up()
        await stage.until(lambda board: board.online)


@pytest.mark.parametrize("boots", [True, False])
@pytest.mark.effective("template.bootOnReconnect")
async def test_boot_on_reconnect(tmp_path: Path, autojump_clock: MockClock, boots: bool) -> None:
    async with station_of(planned(tmp_path, bootOnReconnect=boots)) as stage:
        await stage.outage(10)
        await stage.later(1)
        assert len(stage.said("BootNotification")) == 1 + boots


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.effective("template.heartbeatAlways")
async def test_heartbeat_always(tmp_path: Path, autojump_clock: MockClock, always: bool) -> None:
    """Samples every minute stand in for beats, where beats do not go anyhow."""
    async with station_of(planned(tmp_path, heartbeatAlways=always)) as stage:
        await stage.set_key("HeartbeatInterval", 100)
        await stage.charge()
        mark = stage.mark()
        await stage.later(1000)
        assert len(stage.said("Heartbeat", mark)) == (10 if always else 0)
