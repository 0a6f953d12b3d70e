"""Options of a station that is added go before what its file and its memory say."""

from pathlib import Path
from typing import Any

import pytest
from trio.testing import MockClock

from ocppsim.actors.store import Forgetful
from ocppsim.config.adding import optioned
from ocppsim.config.stations import Plan, Surroundings
from ocppsim.persistence.stations import StationFiles
from ocppsim.templates import vocabulary
from tests.config.bench import URL, read
from tests.persistence.keeping_stage import Home, Process
from tests.persistence.peer_files import TEMPLATE, file_2024
from tests.persistence.test_secrets_of_files import everywhere

SECRET = "nobody's business"


class Adding(Home):
    """A home whose station is added with options."""

    options: dict[str, Any]

    def plan(self, store: Any, index: int = 1, seed: int = 1, **around: Any) -> Plan:
        source, _ = read(self.folder, **self.template)
        files = StationFiles(self.shelf, store, vocabulary(), self.told.append)
        source = optioned(source, self.options, vocabulary())
        return files.plan(source, index, Surroundings(seed, (URL,), **around))


def adding(folder: Path, template: dict[str, Any] | None = None, **options: Any) -> Adding:
    home = Adding(folder, template or {})
    home.options = options
    return home


def with_file(home: Adding, **info: Any) -> None:
    """Somebody told the station of the file something else than its template."""
    content = file_2024({**home.template})
    content["stationInfo"] |= info
    options, home.options = home.options, {}
    home.write(home.plan(Forgetful()), content)
    home.options = options


@pytest.mark.effective("options.supervisionUrls", "options.supervisionUser", "options.supervisionPassword")
def test_options_go_before_the_file_and_that_before_the_template(tmp_path: Path) -> None:
    home = adding(
        tmp_path,
        TEMPLATE,
        supervisionUrls="ws://added",
        supervisionPassword=SECRET,
        autoRegister=True,
        stopTransactionsOnStopped=True,
    )
    with_file(
        home,
        supervisionUrls="ws://file",
        supervisionUser="filer",
        supervisionPassword="of the file",
        autoRegister=False,
        stopTransactionsOnStopped=False,
        resetTime=5_000,
    )
    made = home.plan(Forgetful())
    assert (made.url, made.user, made.password) == ("ws://added", "filer", SECRET)
    assert (made.specification.auto_register, made.stop_when_stopped) == (True, True)
    assert made.specification.reset_time_s == 5, "of the file"


@pytest.mark.effective("options.persistentConfiguration")
@pytest.mark.parametrize("keeps", [True, False])
async def test_persistent_configuration(tmp_path: Path, autojump_clock: MockClock, keeps: bool) -> None:
    """Keys, numbers and the generator: all or nothing of them outlives the process."""
    flags = dict.fromkeys(
        (
            "ocppPersistentConfiguration",
            "stationInfoPersistentConfiguration",
            "automaticTransactionGeneratorPersistentConfiguration",
        ),
        not keeps,
    )
    generator = {"enable": True, "minDuration": 60, "maxDuration": 60}
    template = {
        **flags,
        "chargePointSerialNumberPrefix": "P-",
        "AutomaticTransactionGenerator": generator,
    }
    home = adding(tmp_path, template, persistentConfiguration=keeps)
    numbers = []
    for seed in (1, 2):
        async with home.process(seed=seed) as process:
            numbers.append(process.plan.specification.serial_number)
            found = await process.keys("MeterValueSampleInterval")
            await process.play.set_key("MeterValueSampleInterval", 17)
            await process.play.later(100)
    assert found == {"MeterValueSampleInterval": "17" if keeps else "60"}
    assert (numbers[0] == numbers[1]) is keeps
    parts = ("stationInfo", "configurationKey", "automaticTransactionGenerator")
    assert [part in home.file(process.plan) for part in parts] == [keeps] * 3


async def test_no_file_has_the_password(tmp_path: Path, autojump_clock: MockClock) -> None:
    url = f"ws://me:{SECRET.replace(' ', '')}@added.example"
    home = adding(tmp_path, supervisionUser="me", supervisionPassword=SECRET, supervisionUrls=url)
    async with home.process() as process:
        assert process.plan.password == SECRET
    assert home.file(process.plan)["stationInfo"]["supervisionUser"] == "me"
    texts = everywhere(tmp_path)
    assert len(texts) > 1
    assert not any(SECRET.partition(" ")[0] in text for text in texts.values())


async def set_url(process: Process, url: str) -> None:
    answer = await process.play.ask("ChangeConfiguration", key="ConnectionUrl", value=url)
    assert answer == {"status": "RebootRequired"}


async def test_where_the_url_is_a_key_an_option_goes_before_what_it_was_set_to(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    home = adding(tmp_path, {"supervisionUrlOcppConfiguration": True})
    async with home.process() as process:
        await set_url(process, "ws://set.example")
        await process.play.set_key("MeterValueSampleInterval", 17)
    async with home.process() as process:
        assert await process.keys("ConnectionUrl") == {"ConnectionUrl": "ws://set.example"}
    home.options = {"supervisionUrls": "ws://added.example"}
    async with home.process() as process:
        told = await process.keys("ConnectionUrl", "MeterValueSampleInterval")
        assert told == {"ConnectionUrl": "ws://added.example", "MeterValueSampleInterval": "17"}
        await set_url(process, "ws://later.example")
        memory = process.play.station.context.memory
        assert memory.changed["ConnectionUrl"] == "ws://later.example"
