"""Passwords in files of others are used, and moved to where nobody else looks."""

import json
import stat
from pathlib import Path

from trio.testing import MockClock

from ocppsim.actors.store import Folder, Forgetful
from tests.persistence.keeping_stage import SECRETS, Home
from tests.persistence.peer_files import OF_OTHERS, TEMPLATE, file_2024, key

ONE, OTHER = "the supervision's one", "0123456789abcdef"


def with_secrets(folder: Path) -> Home:
    home = Home(folder, TEMPLATE)
    content = file_2024()
    content["stationInfo"] |= {"supervisionUser": "me", "supervisionPassword": ONE}
    content["configurationKey"] = [*content["configurationKey"], key("AuthorizationKey", OTHER)]
    home.write(home.plan(Forgetful()), content)
    return home


def everywhere(folder: Path) -> dict[str, str]:
    """All files but the template's."""
    files = (path for path in folder.rglob("*") if path.is_file() and "templates" not in str(path))
    return {str(path.relative_to(folder)): path.read_text() for path in files}


async def test_d26_passwords_are_used_and_moved_to_the_secrets(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = with_secrets(tmp_path)
    for _ in range(3):
        async with home.process(finds=OF_OTHERS) as process:
            assert process.plan.password == ONE
            assert process.plan.user == "me"
            assert process.play.station.context.identity.password == OTHER
            assert ONE not in repr(process.plan)
            assert OTHER not in repr(process.plan)
    [said] = home.told
    assert said.endswith(
        "AuthorizationKey and supervisionPassword is used, and moved to configurations/secrets"
    )
    for secret in (ONE, OTHER):
        [where] = [name for name, text in everywhere(tmp_path).items() if secret in text]
        assert where.startswith("configurations/secrets/")
        assert stat.S_IMODE((tmp_path / where).stat().st_mode) == 0o600
    assert stat.S_IMODE((home.shelf.folder / SECRETS).stat().st_mode) == 0o700


async def test_at_the_first_look_the_file_is_rid_of_them(tmp_path: Path) -> None:
    """Though no station ever runs; all else in it stays."""
    home = with_secrets(tmp_path)
    path = home.shelf.path(home.plan(Forgetful()).hash_id)
    before = json.loads(path.read_text())
    store = home.open()
    home.plan(store)
    store.close()
    after = json.loads(path.read_text())
    assert ONE not in path.read_text()
    assert OTHER not in path.read_text()
    del before["stationInfo"]["supervisionPassword"], before["configurationKey"][-1]
    assert after == before


async def test_a_password_that_was_changed_since_stays(tmp_path: Path, autojump_clock: MockClock) -> None:
    home = with_secrets(tmp_path)
    async with home.process(finds=OF_OTHERS) as process:
        await process.play.set_key("AuthorizationKey", "fedcba9876543210")
    async with home.process(finds=OF_OTHERS) as process:
        assert process.play.station.context.identity.password == "fedcba9876543210"
        assert process.plan.password == ONE


async def test_where_no_secrets_can_be_written_they_are_used_and_stay(tmp_path: Path) -> None:
    home = with_secrets(tmp_path)
    (home.shelf.folder / SECRETS).write_text("in the way")
    store = Folder.open(home.shelf.folder, secret=SECRETS)
    plan = home.plan(store)
    store.close()
    assert (plan.password, plan.specification.credentials.password) == (ONE, OTHER)
    assert "it stays there" in home.told[-1]
    assert ONE in home.shelf.path(plan.hash_id).read_text()


async def test_a_password_that_somebody_wrote_into_our_own_file(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """It goes, and nothing else does."""
    home = Home(tmp_path, TEMPLATE | {"supervisionUser": "me"})
    async with home.process() as process:
        pass
    file = home.file(process.plan)
    home.write(process.plan, file | {"stationInfo": file["stationInfo"] | {"supervisionPassword": ONE}})
    store = home.open()
    assert home.plan(store).password == ONE
    store.close()
    assert home.file(process.plan) == file


async def test_d26_no_secret_of_a_template_or_of_the_central_system_is_anywhere_else(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    configuration = {"configurationKey": [key("AuthorizationKey", OTHER), key("SecurityProfile", "1")]}
    own = {"supervisionUser": "me", "supervisionPassword": ONE, "Configuration": configuration}
    home = Home(tmp_path, TEMPLATE | own)
    for secret in ("fedcba9876543210", "another one of 16"):
        async with home.process() as process:
            await process.play.set_key("AuthorizationKey", secret)
            await process.play.later(20)
    files = everywhere(tmp_path)
    assert len(files) == 4  # station, journal, lock and secrets
    for secret in (ONE, OTHER, "fedcba9876543210", "another one of 16"):
        assert all(
            name.startswith("configurations/secrets") for name, text in files.items() if secret in text
        )
