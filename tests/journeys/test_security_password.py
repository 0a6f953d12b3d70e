"""Security profiles and passwords in virtual time: what is raised, refused, kept, and gone back from."""

import json
from pathlib import Path
from typing import Any

import pytest
from stage import Stage, stage

from ocppsim.actors.store import Folder
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.security import Credentials

FIRST, SECOND = "first password of 1", "0123456789abcdef0123456789ABCDEF01234567"
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}


def asking_for(password: str) -> CentralSystem:
    csms = CentralSystem()
    csms.admission.passwords = {"CS-1": password}
    return csms


async def change(play: Stage, key: str, value: object) -> Any:
    return await play.ask("ChangeConfiguration", key=key, value=str(value))


async def value_of(play: Stage, key: str) -> Any:
    answer = await play.ask("GetConfiguration", key=[key])
    return answer["configurationKey"][0].get("value")


@pytest.mark.honours("SecurityProfile", "SecurityEventNotification")
async def test_a05_a_higher_profile_is_used_from_the_next_connection_on(autojump_clock: object) -> None:
    async with stage(credentials=Credentials(FIRST)) as play:
        await play.booted()
        play.csms.admission.passwords = {"CS-1": FIRST}
        assert await change(play, "SecurityProfile", 1) == ACCEPTED
        await play.until(lambda board: board.link.connections == 2)
        await play.later(10)
        assert play.closes == [1000]
        assert await value_of(play, "SecurityProfile") == "1"
        told = [frame.payload["type"] for frame in play.said("SecurityEventNotification")]
        assert told == ["ReconfigurationOfSecurityParameters"] * 2
        assert len(play.said("BootNotification")) == 1, "reconnecting is not booting"


@pytest.mark.parametrize(
    ("present", "wanted"),
    [
        (0, "0"), (1, "1"), (1, "0"), (0, "4"), (0, "-1"), (0, "x"),  # A05.FR.01
        (0, "2"), (0, "3"),  # A05.FR.03 and 04: no root, no certificate
    ],
)  # fmt: skip
async def test_a05_a_profile_that_cannot_be(autojump_clock: object, present: int, wanted: str) -> None:
    keys = {"SecurityProfile": str(present)}
    async with stage(credentials=Credentials(FIRST), keys=keys) as play:
        await play.booted()
        assert await change(play, "SecurityProfile", wanted) == REJECTED
        await play.later(60)
        assert play.board.link.connections == 1
        assert await value_of(play, "SecurityProfile") == str(present)


async def test_a05_fr_02_without_a_password_there_is_no_profile_1(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        assert await change(play, "SecurityProfile", 1) == REJECTED
        assert await change(play, "AuthorizationKey", FIRST) == ACCEPTED
        await play.until(lambda board: board.link.connections == 2)
        await play.settle()
        assert await change(play, "SecurityProfile", 1) == ACCEPTED


async def test_a05_fr_08_back_to_the_profile_before_once(autojump_clock: object, tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    async with stage(credentials=Credentials(FIRST), store=store) as play:
        await play.booted()
        play.csms.admission.refuse_with = 401
        assert await change(play, "SecurityProfile", 1) == ACCEPTED
        await play.until(lambda board: board.link.tries == 1)
        assert not play.board.link.permanent, "there is still something to go back to"
        play.csms.admission.refuse_with = None
        await play.until(lambda board: board.online)
        await play.later(5)
        assert await value_of(play, "SecurityProfile") == "0"
        logged = play.station.context.tracer.security_log.lines(None, None)
        assert [line.partition(" ")[2] for line in logged] == [
            "Startup",
            "Reconfigured security profile 1 set",
            "NotAuthenticated HTTP 401",
            "Reconfigured back to security profile 0",
        ]
        await play.later(600)
        assert play.board.link.connections == 2
    store.close()


@pytest.mark.honours("AuthorizationKey")
@pytest.mark.parametrize("password", [FIRST, "x" * 16, "y" * 40])
async def test_a01_a_new_password_is_used_at_once_and_never_shown(
    autojump_clock: object, password: str
) -> None:
    csms = asking_for("password of the factory")
    keys = {"SecurityProfile": "1"}
    async with stage(csms=csms, credentials=Credentials("password of the factory"), keys=keys) as play:
        await play.booted()
        csms.admission.passwords = {"CS-1": password}
        assert await change(play, "AuthorizationKey", password) == ACCEPTED
        await play.until(lambda board: board.link.connections == 2)
        await play.settle()
        everything = await play.ask("GetConfiguration")
        (shown,) = [one for one in everything["configurationKey"] if one["key"] == "AuthorizationKey"]
        assert shown == {"key": "AuthorizationKey", "readonly": False}
        assert password not in play.rig.trace()
        assert password not in repr(play.station.context)


@pytest.mark.parametrize("password", ["", "x" * 15, "x" * 41, "with\nline breaks in it"])
async def test_a01_what_cannot_be_a_password(autojump_clock: object, password: str) -> None:
    async with stage() as play:
        await play.booted()
        assert await change(play, "AuthorizationKey", password) == REJECTED
        await play.later(60)
        assert play.board.link.connections == 1


async def test_hexadecimal_digits_stand_for_bytes(autojump_clock: object) -> None:
    async with stage(credentials=Credentials(SECOND), keys={"SecurityProfile": "1"}) as play:
        await play.booted()
        access = play.station.context.identity.access()
        assert access.password == bytes.fromhex(SECOND)


async def test_a_password_survives_the_process_and_is_only_among_the_secrets(
    autojump_clock: object, tmp_path: Path
) -> None:
    store = Folder.open(tmp_path)
    async with stage(store=store) as play:
        await play.booted()
        assert await change(play, "AuthorizationKey", FIRST) == ACCEPTED
        await play.later(10)
        assert await change(play, "SecurityProfile", 1) == ACCEPTED
        await play.later(10)
    store.close()

    store = Folder.open(tmp_path)
    async with stage(store=store, csms=asking_for(FIRST)) as play:
        await play.booted()
        assert await value_of(play, "SecurityProfile") == "1"
    store.close()
    only_among_the_secrets(tmp_path, FIRST)


def only_among_the_secrets(folder: Path, secret: str) -> None:
    (file,) = [path for path in folder.rglob("*") if path.is_file() and secret in path.read_text()]
    assert file.parent.relative_to(folder).as_posix() == "configurations/secrets"
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]
    assert json.loads(file.read_text())["station"] == "CS-1"
