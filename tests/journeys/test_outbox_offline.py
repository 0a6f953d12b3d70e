"""What is written while nobody listens, and what cannot be sent at all."""

import pytest
from attrs import frozen
from stage import stage

from ocppsim.csms.behaviour import Delay, Rule
from ocppsim.dialects.dialect import Draft, InvalidMessage
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.connector import Status
from ocppsim.model.inputs import Sampled
from ocppsim.model.settings import Settings
from ocppsim.protocol.errors import Violation

START = ["StartTransaction"]


# -- offline


async def test_sessions_begun_offline_get_their_ids_in_order(autojump_clock: object) -> None:
    async with stage(connectors=2, keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.booted()
        play.csms.go_down()
        await play.settle()
        for tag in ("A", "B"):
            await play.charge(1, tag)
            await play.later(70)
            await play.charge(2, tag + "2")
            await play.later(20)
            await play.show(tag, 1)
            await play.show(tag + "2", 2)
            play.unplug(1)
            play.unplug(2)
            await play.later(10)
        mark = play.mark()
        assert play.board.unsent == 4 * 2 + 2
        play.csms.come_up()
        await play.later(60)
        sent = [
            c for c in play.said(since=mark) if c.action.endswith("Transaction") or c.action == "MeterValues"
        ]
        stamps = [c.payload.get("timestamp") or c.payload["meterValue"][0]["timestamp"] for c in sent]
        assert stamps == sorted(stamps)
        transactions = play.csms.ledger("CS-1").transactions.values()
        assert [t.id_tag for t in transactions] == ["A", "A2", "B", "B2"]
        assert all(t.ended and t.energy_wh > 0 for t in transactions)


async def test_an_offline_night_is_kept_to_the_last_sample(autojump_clock: object) -> None:
    async with stage(keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.booted()
        play.csms.go_down()
        await play.settle()
        await play.charge()
        await play.later(8 * 3600)
        assert play.board.unsent == 1 + 8 * 60
        play.csms.come_up()
        await play.later(60)
        [transaction] = play.csms.ledger("CS-1").transactions.values()
        assert len(transaction.readings) == 8 * 60 + 1
        assert play.board.unsent == 0


async def test_a_remote_stop_finds_a_session_only_once_its_id_is_known(autojump_clock: object) -> None:
    async with stage(Rule(Delay(20), actions=START)) as play:
        await play.booted()
        await play.charge()
        known = play.transaction_id  # the answer is still on its way
        assert await play.ask("RemoteStopTransaction", transactionId=known) == {"status": "Rejected"}
        assert await play.ask("RemoteStopTransaction", transactionId=-1) == {"status": "Rejected"}
        await play.later(21)
        assert await play.ask("RemoteStopTransaction", transactionId=known) == {"status": "Accepted"}


# -- what cannot be sent


@frozen
class Stumbling(Dialect16):
    """Makes samples that break their schema."""

    def sampled(self, number: int, what: Sampled, settings: Settings, offset_s: float) -> Draft:
        del number, what, settings, offset_s
        raise InvalidMessage("MeterValues", (Violation("meterValue", "minItems", "too few"),))


async def test_a_message_that_cannot_be_encoded_is_set_aside_and_shown(autojump_clock: object) -> None:
    async with stage(dialect=Stumbling()) as play:
        await play.booted()
        await play.charge()
        await play.later(130)
        await play.ask("TriggerMessage", requestedMessage="MeterValues")
        await play.show()
        assert play.board.tally.internal == 3
        assert len(play.notes("MeterValues")) == 3
        assert play.csms.summary().sessions_completed == 1
        play.board.tally.internal = 0  # as was the plan


@pytest.mark.parametrize("online", [True, False])
async def test_a_tag_that_no_message_can_carry_is_refused_at_the_reader(
    autojump_clock: object, online: bool
) -> None:
    async with stage(keys={"AllowOfflineTxForUnknownId": "true"}) as play:
        await play.booted()
        if not online:
            play.csms.go_down()
            await play.settle()
        play.plug()
        await play.show("x" * 21)
        assert play.board.status(1) is Status.PREPARING
        assert not play.board.connectors[1].busy
        assert play.board.unsent == 0
