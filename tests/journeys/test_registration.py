"""Registration: what may be sent and what is answered in each state, and when the next boot goes."""

import pytest
from stage import stage

from ocppsim.csms.behaviour import Rule, Silent, pending, rejected
from ocppsim.csms.calls import CallRefused, NoAnswer
from ocppsim.model.connector import Status

BOOT = ["BootNotification"]


# -- what may be sent


@pytest.mark.parametrize(
    "rule", [Rule(Silent(), actions=BOOT), pending(3600, times=None), rejected(3600, times=None)]
)
async def test_nothing_but_boots_is_sent_before_the_station_is_accepted(
    autojump_clock: object, rule: Rule
) -> None:
    async with stage(rule, keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.settle()
        await play.charge()  # offline by its own lights: authorised, metered, and not a word of it
        await play.later(600)
        assert set(play.actions()) == {"BootNotification"}
        assert play.board.unsent == 11


@pytest.mark.honours("BootNotification", "StatusNotification")
async def test_4_2_accepted_tells_all_statuses_then_the_outbox(autojump_clock: object) -> None:
    async with stage(pending(300), connectors=2, keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.settle()
        await play.charge(2)
        mark = play.mark()
        await play.later(300)
        assert play.actions(mark)[:5] == [
            "BootNotification",
            "StatusNotification",
            "StatusNotification",
            "StatusNotification",
            "StartTransaction",
        ]
        reports = [
            (f.payload["connectorId"], f.payload["status"]) for f in play.said("StatusNotification", mark)
        ]
        assert reports == [(0, "Available"), (1, "Available"), (2, "Charging")]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_silent_central_system_on_one_status_stops_nothing(
    autojump_clock: object, number: int
) -> None:
    async with stage(
        Rule(Silent(), actions=["StatusNotification"], after=number, times=1), connectors=2
    ) as play:
        await play.booted()
        await play.charge()
        await play.later(300)
        assert play.csms.ledger("CS-1").transactions
        assert {0, 1, 2} <= {f.payload["connectorId"] for f in play.said("StatusNotification")}
        silenced = play.said("StatusNotification")[number].payload["connectorId"]
        assert len([f for f in play.said("StatusNotification") if f.payload["connectorId"] == silenced]) >= 2


# -- what is answered


async def test_pending_answers_and_does_what_is_asked(autojump_clock: object) -> None:
    async with stage(pending(3600)) as play:
        await play.settle()
        await play.set_key("HeartbeatInterval", 77)
        assert (await play.ask("GetConfiguration", key=["HeartbeatInterval"]))["configurationKey"][0][
            "value"
        ] == "77"
        answer = await play.ask("ChangeAvailability", connectorId=1, type="Inoperative")
        assert answer == {"status": "Accepted"}
        assert play.board.status(1) is Status.UNAVAILABLE
        assert play.actions() == BOOT


async def test_pending_rejects_remote_starts_and_stops(autojump_clock: object) -> None:
    async with stage(pending(3600)) as play:
        await play.settle()
        assert await play.ask("RemoteStartTransaction", idTag="T") == {"status": "Rejected"}
        assert await play.ask("RemoteStopTransaction", transactionId=1) == {"status": "Rejected"}


@pytest.mark.parametrize("message", ["Heartbeat", "StatusNotification", "MeterValues"])
async def test_pending_sends_what_was_asked_for(autojump_clock: object, message: str) -> None:
    async with stage(pending(3600)) as play:
        await play.settle()
        assert await play.ask("TriggerMessage", requestedMessage=message) == {"status": "Accepted"}
        assert message in play.actions()


async def test_a_boot_that_waits_for_its_answer_is_as_pending_but_says_nothing(
    autojump_clock: object,
) -> None:
    async with stage(Rule(Silent(), actions=BOOT)) as play:
        await play.settle()
        assert await play.ask("RemoteStartTransaction", idTag="T") == {"status": "Rejected"}
        assert await play.ask("GetConfiguration", key=["HeartbeatInterval"])
        assert await play.ask("TriggerMessage", requestedMessage="Heartbeat") == {"status": "Rejected"}
        assert play.actions() == BOOT


async def test_rejected_answers_nothing_and_counts_it(autojump_clock: object) -> None:
    async with stage(rejected(3600)) as play:
        await play.settle()
        with pytest.raises(NoAnswer):
            await play.ask("GetConfiguration")
        with pytest.raises(NoAnswer):
            await play.ask("TriggerMessage", requestedMessage="BootNotification")
        assert play.answered() == []
        assert play.board.tally.violations == 2
        assert play.actions() == BOOT
        await play.later(3600)
        assert await play.ask("GetConfiguration", key=["HeartbeatInterval"])  # accepted at last


async def test_rejected_does_not_even_refuse_what_is_broken(autojump_clock: object) -> None:
    async with stage(rejected(3600)) as play:
        await play.settle()
        await play.write(2, "x", "Reset", {"type": "Warm"})
        await play.write(2, "y", "Reset", [])
        assert play.answered() == []


async def test_accepted_answers(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await play.ask("RemoteStartTransaction", idTag="T") == {"status": "Accepted"}
        with pytest.raises(CallRefused, match="PropertyConstraintViolation"):
            await play.ask("GetConfiguration", key=["K"] * 51)


async def test_a_station_that_no_boot_could_tell_is_refused_before_it_lives(autojump_clock: object) -> None:
    with pytest.raises(ValueError, match="chargePointVendor"):
        async with stage(vendor="x" * 21):
            pass
