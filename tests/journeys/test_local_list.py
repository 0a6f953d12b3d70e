"""The local authorization list on the wire: kept, asked before anybody else, and never changed by answers."""

from pathlib import Path
from typing import Any

import pytest
from stage import Stage, stage

from ocppsim.actors.store import Folder
from ocppsim.csms.behaviour import Answer
from ocppsim.model.connector import Status

ACCEPTED, FAILED = {"status": "Accepted"}, {"status": "Failed"}
INVALID = Answer({"idTagInfo": {"status": "Invalid"}})


def entry(tag: str, status: str | None = "Accepted", **info: Any) -> dict[str, Any]:
    return {"idTag": tag} if status is None else {"idTag": tag, "idTagInfo": {"status": status, **info}}


async def send(play: Stage, version: int, *entries: dict[str, Any], kind: str = "Full") -> Any:
    return await play.ask(
        "SendLocalList", listVersion=version, updateType=kind, localAuthorizationList=list(entries)
    )


async def version(play: Stage) -> int:
    number: int = (await play.ask("GetLocalListVersion"))["listVersion"]
    return number


async def offline(play: Stage) -> None:
    play.csms.go_down()
    await play.settle()


@pytest.mark.honours("GetLocalListVersion", "SendLocalList")
async def test_5_10_and_5_15_updates_and_versions(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await version(play) == 0
        assert await send(play, 1, entry("A"), entry("B", "Blocked")) == ACCEPTED
        assert await version(play) == 1
        assert await send(play, 1, entry("C"), kind="Differential") == {"status": "VersionMismatch"}
        assert await send(play, 5, entry("A", None), entry("C"), kind="Differential") == ACCEPTED
        assert await version(play) == 5
        assert await send(play, 6, entry("C", None), kind="Full") == FAILED
        assert await send(play, 0, entry("C")) == FAILED
        assert await version(play) == 5
        assert await play.ask("SendLocalList", listVersion=7, updateType="Full") == ACCEPTED
        assert await version(play) == 0


@pytest.mark.honours("LocalAuthListMaxLength", "SendLocalListMaxLength")
async def test_a_list_that_is_too_long_fails(autojump_clock: object) -> None:
    keys = {"LocalAuthListMaxLength": "3", "SendLocalListMaxLength": "2"}
    async with stage(keys=keys) as play:
        await play.booted()
        assert await send(play, 1, entry("A"), entry("B"), entry("C")) == FAILED
        assert await send(play, 1, entry("A"), entry("B")) == ACCEPTED
        assert await send(play, 2, entry("C"), entry("D"), kind="Differential") == FAILED
        assert await send(play, 2, entry("C"), kind="Differential") == ACCEPTED
        assert await version(play) == 2


@pytest.mark.honours("LocalAuthListEnabled")
async def test_a_list_that_is_switched_off_has_no_say_and_is_kept(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await send(play, 3, entry("LISTED"))
        await play.set_key("LocalAuthListEnabled", "false")
        assert await version(play) == -1
        assert await send(play, 4, entry("LISTED")) == {"status": "NotSupported"}
        await offline(play)
        play.plug()
        await play.show("LISTED")
        assert play.board.status(1) is Status.PREPARING
        play.csms.come_up()
        await play.until(lambda board: board.online)
        await play.settle()
        await play.set_key("LocalAuthListEnabled", "true")
        assert await version(play) == 3
        await offline(play)
        await play.show("LISTED")
        await play.shows(Status.CHARGING)


@pytest.mark.honours("SendLocalList", "LocalAuthorizeOffline")
async def test_3_5_offline_the_list_decides_before_the_cache(autojump_clock: object) -> None:
    keys = {"AllowOfflineTxForUnknownId": "true"}
    async with stage(connectors=2, keys=keys) as play:
        await play.booted()
        await play.charge(1, "BAD")  # now in the cache as accepted
        await play.show("BAD")
        play.unplug()
        assert await send(play, 1, entry("good"), entry("bad", "Blocked")) == ACCEPTED
        await offline(play)
        play.plug()
        await play.show("Bad")
        assert play.board.status(1) is Status.PREPARING
        assert not play.board.connectors[1].busy
        await play.show("GOOD")
        await play.shows(Status.CHARGING)
        await play.charge(2, "UNKNOWN")


@pytest.mark.honours("AllowOfflineTxForUnknownId", "LocalAuthorizeOffline")
@pytest.mark.parametrize(
    ("authorize_offline", "unknown", "listed", "stranger"),
    [(True, False, True, False), (False, False, False, False), (False, True, True, True)],
)
async def test_3_5_4_who_may_charge_offline(
    autojump_clock: object, authorize_offline: bool, unknown: bool, listed: bool, stranger: bool
) -> None:
    keys = {
        "LocalAuthorizeOffline": str(authorize_offline).lower(),
        "AllowOfflineTxForUnknownId": str(unknown).lower(),
    }
    async with stage(connectors=2, keys=keys) as play:
        await play.booted()
        await send(play, 1, entry("LISTED"))
        await offline(play)
        for number, tag in ((1, "LISTED"), (2, "STRANGER")):
            play.plug(number)
            await play.settle()
            await play.show(tag, number)
        assert (play.board.status(1) is Status.CHARGING) == listed
        assert (play.board.status(2) is Status.CHARGING) == stranger


@pytest.mark.honours("SendLocalList", "LocalPreAuthorize")
async def test_4_1_a_listed_tag_is_authorised_without_asking(autojump_clock: object) -> None:
    async with stage(keys={"LocalPreAuthorize": "true"}) as play:
        await play.booted()
        soon = "1970-01-01T00:00:00Z"
        await send(play, 1, entry("LISTED"), entry("STALE", expiryDate=soon), entry("BAD", "Blocked"))
        mark = play.mark()
        await play.charge(1, "listed")
        assert "Authorize" not in play.actions(mark)
        await play.show("listed")
        play.unplug()
        for tag in ("STALE", "BAD", "STRANGER"):
            mark = play.mark()
            await play.show(tag)
            assert "Authorize" in play.actions(mark), tag
            await play.show(tag)
            await play.later(120)


@pytest.mark.honours("SendLocalList")
async def test_3_5_2_where_an_answer_and_the_list_disagree_the_central_system_is_told(
    autojump_clock: object,
) -> None:
    """The list stays as it is (3.5.2), and a tag of the list never gets into the cache (3.5.3)."""
    async with stage(keys={"LocalPreAuthorize": "true"}) as play:
        await play.booted()
        await send(play, 1, entry("LISTED"))
        play.rule(INVALID, "StartTransaction")
        mark = play.mark()
        play.plug()
        await play.show("LISTED")
        [conflict] = [f for f in play.said("StatusNotification", mark) if f.payload["connectorId"] == 0]
        assert conflict.payload["errorCode"] == "LocalListConflict"
        assert conflict.payload["status"] == "Available"
        [stop] = play.said("StopTransaction", mark)
        assert stop.payload["reason"] == "DeAuthorized"
        memory = play.station.context.memory
        assert memory.cache == {}
        assert await version(play) == 1
        assert memory.local_list.tags["listed"].status.name == "ACCEPTED"


async def test_an_answer_that_agrees_with_the_list_is_no_conflict(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await send(play, 1, entry("LISTED"), entry("BAD", "Blocked"))
        mark = play.mark()
        await play.charge(1, "LISTED")
        await play.show("LISTED")
        play.unplug()
        play.rule(INVALID, "Authorize")
        await play.show("BAD")
        assert all(f.payload["errorCode"] == "NoError" for f in play.said("StatusNotification", mark))


@pytest.mark.honours("SendLocalList")
async def test_the_list_survives_resets_and_the_process(autojump_clock: object, tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    async with stage(store=store, reset_time_s=5) as play:
        await play.booted()
        await send(play, 9, entry("LISTED", parentIdTag="FAMILY", expiryDate="2099-01-01T00:00:00Z"))
        await play.ask("Reset", type="Hard")
        await play.later(10)
        await play.booted()
        assert await version(play) == 9
        kept = play.station.context.memory.local_list
    store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store) as play:
        await play.booted()
        assert await version(play) == 9
        assert play.station.context.memory.local_list == kept
        assert kept.tags["listed"].parent == "FAMILY"
    store.close()
