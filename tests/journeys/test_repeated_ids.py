"""A central system that gives one transaction id to several sessions: what it asks finds one that runs."""

from charging_stage import by, install, profile
from stage import Stage, stage

from ocppsim.csms.behaviour import Answer, Silent
from ocppsim.csms.findings import Breach
from ocppsim.model.connector import Status


async def two_with_one_id(play: Stage) -> None:
    await play.booted()
    play.rule(Answer({"transactionId": 7}), "StartTransaction")
    for number in (1, 2):
        await play.charge(number)


async def test_of_sessions_with_one_id_the_last_that_runs_is_stopped(autojump_clock: object) -> None:
    async with stage(connectors=2, finds=list(Breach)) as play:
        await two_with_one_id(play)
        play.rule(Silent(), "StopTransaction", times=1)
        for number in (2, 1):
            answer = await play.ask("RemoteStopTransaction", transactionId=7)
            assert (answer, play.board.status(number)) == ({"status": "Accepted"}, Status.FINISHING)
        assert await play.ask("RemoteStopTransaction", transactionId=7) == {"status": "Rejected"}


async def test_a_profile_for_a_session_whose_id_was_given_again_is_taken(autojump_clock: object) -> None:
    async with stage(connectors=2, finds=list(Breach)) as play:
        await two_with_one_id(play)
        for number in (1, 2):
            sent = profile(number, 8.0, purpose="TxProfile", transactionId=7)
            await install(play, number, sent)
            assert by(play, number) == f"session profile {number}"


async def test_until_its_id_is_known_nothing_that_names_it_fits_a_session(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        play.rule(Silent(processed=True), "StartTransaction", times=1)
        await play.charge()
        sent = profile(1, 8.0, purpose="TxProfile", transactionId=play.transaction_id)
        await install(play, 1, sent, "Rejected")
        await play.later(200)
        await install(play, 1, sent)
