"""Cables that stay locked after a session until their owner, or the family, shows a tag (3.5.4, 4.10)."""

from stage import Stage, stage
from test_tags import family

from ocppsim.csms.behaviour import Answer, Delay, Rule
from ocppsim.csms.tags import Tag
from ocppsim.model.connector import Status
from ocppsim.model.habits import Habits
from ocppsim.model.vehicle import Vehicle

PULLED = {"UnlockConnectorOnEVSideDisconnect": "false"}
REFUSED = Rule(Answer({"idTagInfo": {"status": "Invalid"}}), actions=["StartTransaction"])


async def left_behind(play: Stage, tag: str) -> None:
    """The EV drives off, and cannot take the cable with it."""
    await play.charge(1, tag)
    play.unplug()
    await play.shows(Status.FINISHING)


async def test_4_10_the_family_frees_a_cable_that_was_left_behind(autojump_clock: object) -> None:
    """Also where no other tag may begin, since the last connector is kept for somebody."""
    async with stage(keys=PULLED, connectors=2) as play:
        family(play)
        await play.booted()
        await left_behind(play, "MOTHER")
        kept = {"reservationId": 1, "idTag": "SOMEBODY", "expiryDate": "2026-01-02T00:00:00Z"}
        assert await play.ask("ReserveNow", connectorId=0, **kept) == {"status": "Accepted"}
        play.plug(2)
        await play.settle()
        for tag in ("UNCLE", "FATHER"):
            play.unplug()
            await play.shows(Status.FINISHING)
            mark = play.mark()
            await play.show(tag)
            assert "Authorize" in play.actions(mark), tag
            assert "StartTransaction" not in play.actions(mark), tag
        play.unplug()
        await play.shows(Status.AVAILABLE)
        assert len(play.said("StartTransaction")) == 1


async def test_whoever_is_asked_about_at_a_cable_without_an_ev_changes_no_status(
    autojump_clock: object,
) -> None:
    """With an EV there, the tag may be there to charge."""
    async with stage(keys=PULLED) as play:
        family(play)
        await play.booted()
        await left_behind(play, "MOTHER")
        play.rule(Delay(5), "Authorize")
        mark = play.mark()
        for tag in ("UNCLE", "FATHER"):
            await play.show(tag)
            assert play.board.status(1) is Status.FINISHING, tag
            await play.later(6)
        assert play.actions(mark) == ["Authorize", "Authorize"]
        play.unplug()
        await play.shows(Status.AVAILABLE)


async def test_offline_the_family_must_be_known(autojump_clock: object) -> None:
    """As it must be to end a session, whatever the keys say of beginning one."""
    keys = {**PULLED, "LocalAuthorizeOffline": "false"}
    async with stage(keys=keys) as play:
        family(play)
        await play.booted()
        await left_behind(play, "FATHER")
        await play.show("FATHER")  # now the cable may go; the cache knows the father
        play.unplug()
        await left_behind(play, "MOTHER")
        play.csms.go_down()
        await play.later(1)
        await play.show("FATHER")
        play.unplug()
        await play.shows(Status.AVAILABLE)
        play.csms.come_up()


async def test_3_5_4_after_a_refusal_the_cable_stays_until_the_tag_is_shown(autojump_clock: object) -> None:
    async with stage(REFUSED) as play:
        await play.booted()
        play.plug()
        await play.settle()
        await play.show("TAG")
        await play.shows(Status.FINISHING)
        assert play.said("StopTransaction")[0].payload["reason"] == "DeAuthorized"
        play.unplug()
        await play.shows(Status.FINISHING)
        mark = play.mark()
        await play.show("TAG")
        play.unplug()
        await play.shows(Status.AVAILABLE)
        assert play.actions(mark) == ["StatusNotification"]


async def test_a_kept_cable_outlasts_a_reset(autojump_clock: object) -> None:
    async with stage(REFUSED) as play:
        await play.booted()
        play.plug()
        await play.settle()
        await play.show("TAG")
        await play.shows(Status.FINISHING)
        boots = play.board.tally.boots_accepted
        assert await play.ask("Reset", type="Hard") == {"status": "Accepted"}
        await play.until(lambda board: board.tally.boots_accepted > boots)
        play.unplug()
        await play.later(1)
        assert play.station.world.at(1).cable
        await play.show("TAG")
        play.unplug()
        assert not play.station.world.at(1).cable


async def test_drivers_who_are_refused_take_their_cable_with_them(autojump_clock: object) -> None:
    """The next one finds a free connector: the generator's people show the tag once more."""
    habits = Habits(tags=("BAD", "GOOD"), least_delay_s=1, most_delay_s=2, least_stay_s=60, most_stay_s=61)
    async with stage(habits=habits, keys={"LocalPreAuthorize": "true"}) as play:
        play.csms.tags.put("BAD", Tag())
        await play.booted()
        await play.until(lambda board: board.connectors[1].sessions_ended >= 2)
        play.csms.tags.put("BAD", Tag("Blocked"))
        refused = await play.hears("StopTransaction", reason="DeAuthorized")
        await play.hears("StartTransaction", play.frames.index(refused), idTag="GOOD")
        assert play.station.world.at(1).vehicle == Vehicle()
