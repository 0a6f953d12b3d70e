"""Options of the connection that `run` takes: for all stations, and before what their templates say."""

import argparse
import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from ocppsim.actors.fleet import open_fleet
from ocppsim.actors.store import Forgetful
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.cli import equipment, run
from ocppsim.cli.equipment import Equipment
from ocppsim.cli.run_stage import RunStage
from ocppsim.config.stations import Plan, Surroundings
from ocppsim.launching import Launcher
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.stations import StationFiles
from ocppsim.security.pki import throw_away
from ocppsim.templates import vocabulary
from tests.cli.support import Ended, central_system
from tests.cli.support import run as run_program
from tests.config.bench import URL, configured, keys, planned, read, written
from tests.real.independent import IndependentServer

PASSWORD = "0123456789abcdef"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    for name, issued in throw_away("CS-00001", ["localhost", "127.0.0.1"]).items():
        (folder / f"{name}.pem").write_text(issued.certificate)
        (folder / f"{name}.key").write_text(issued.key)
    return folder


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOD", PASSWORD)
    monkeypatch.setenv("SHORT", "hunter2")


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    run.add_options(parser)
    return parser.parse_args(arguments)


def brought(*arguments: str) -> Equipment:
    return equipment.read(options(*arguments))


def profile(number: int) -> dict[str, object]:
    return {"Configuration": keys({"key": "SecurityProfile", "value": str(number)})}


def test_without_options_a_plan_stays_as_it_is(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        supervisionUser="me",
        supervisionPassword="supervised",
        wsOptions={"headers": {"X": "1"}, "rejectUnauthorized": False},
        Configuration=keys({"key": "AuthorizationKey", "value": PASSWORD}),
    )
    assert brought().equipped(plan) == plan


async def test_user_password_and_headers_go_before_the_template(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    independent_server.settings.passwords = {"you": PASSWORD}
    plan = planned(
        tmp_path,
        supervisionUrls=independent_server.url,
        supervisionUser="me",
        supervisionPassword="supervised",
        wsOptions={"headers": {"X-Site": "1", "X-Other": "2"}},
        Configuration=keys({"key": "AuthorizationKey", "value": "fedcba9876543210"}),
    )
    made = brought("--user", "you", "--password-env", "GOOD", "--header", "x-site: 3")
    equipped = made.equipped(plan)
    assert equipped.headers == (("X-Other", "2"), ("x-site", "3"))
    assert PASSWORD not in repr((made, equipped))
    async with open_fleet(1) as fleet:
        Launcher(fleet, AddressBook()).launch(equipped)
        await trio.to_thread.run_sync(independent_server.wait_for, lambda seen: len(seen.boots) == 1)


def test_the_user_is_the_templates_or_else_the_stations_id(tmp_path: Path) -> None:
    made = brought("--password-env", "SHORT")
    plan = made.equipped(planned(tmp_path, supervisionUser="me"))
    assert (plan.user, plan.password, plan.specification.credentials.password) == ("me", "hunter2", None)
    assert made.equipped(planned(tmp_path)).user == "CS-00001"


def test_authorities_go_before_a_template_that_checks_none(tmp_path: Path, pki: Path) -> None:
    careless = planned(tmp_path, supervisionUrls="wss://h", wsOptions={"rejectUnauthorized": False})
    own = ("--cert", f"{pki}/station.pem", "--key", f"{pki}/station.key")

    def mode(*arguments: str, plan: Plan = careless) -> ssl.VerifyMode | None:
        made = brought(*arguments)
        context = made.context(made.equipped(plan))
        return None if context is None else context.verify_mode

    assert mode() is ssl.CERT_NONE
    assert mode("--ca", f"{pki}/ca.pem") is ssl.CERT_REQUIRED
    assert mode(*own) is ssl.CERT_NONE
    assert mode("--insecure", plan=planned(tmp_path)) is ssl.CERT_NONE
    assert mode(*own, plan=planned(tmp_path)) is ssl.CERT_REQUIRED
    assert mode(plan=planned(tmp_path)) is None


def test_certificates_are_there_for_profiles(tmp_path: Path, pki: Path) -> None:
    made = brought("--ca", f"{pki}/ca.pem", "--cert", f"{pki}/station.pem", "--key", f"{pki}/station.key")
    specification = made.equipped(planned(tmp_path)).specification
    assert specification.credentials.roots == ((pki / "ca.pem").read_text(),)
    assert specification.credentials.key == (pki / "station.key").read_text()
    assert specification.keys["CpoName"] == "ocppsim operator"
    of_template = planned(tmp_path, Configuration=keys({"key": "CpoName", "value": "Other"}))
    assert made.equipped(of_template).specification.keys["CpoName"] == "Other"


async def test_strict_and_transport_reach_the_stations(tmp_path: Path) -> None:
    made = brought("--strict", "refuse", "--transport", "trio-websocket")
    plan = made.equipped(planned(tmp_path))
    async with open_fleet(1) as fleet:
        launcher = Launcher(
            fleet, AddressBook(), transport=made.transport, refuse_invalid=made.refuse_invalid
        )
        assert launcher._design(plan).dialect.refuse_invalid  # type: ignore[attr-defined]
        assert "websocket." in launcher._dial(plan, "ocpp1.6")._open.__module__ + "."  # type: ignore[attr-defined]


async def test_what_is_read_anew_is_equipped_too(tmp_path: Path) -> None:
    made = brought("--password-env", "GOOD")
    source, _ = read(tmp_path)
    files = StationFiles(Shelf(tmp_path), Forgetful(), vocabulary())
    async with open_fleet(1) as fleet:
        launcher = Launcher(fleet, AddressBook())
        stage = RunStage(launcher, files, None, None, made.equipped)  # type: ignore[arg-type]  # not needed here
        first = stage.plan(source, 1, Surroundings(1, (URL,)))
        launcher.launch(first)
        assert stage.plan(source, 1, Surroundings(1, (URL,))) == first
        assert first.password == PASSWORD


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--user", "me"], "--user needs --password-env"),
        (["--user", "a:b", "--password-env", "GOOD"], "a user name must not contain a colon"),
        (["--password-env", "NOT_THERE"], "--password-env: the environment has no NOT_THERE"),
        (["--ca", "none.pem"], "none.pem: no such file or directory"),
        (["--cert", "none.pem"], "--cert and --key go together"),
        (["--header", "Host: me"], "the header Host belongs to the handshake"),
    ],
)
def test_bad_values_are_told_before_anything_starts(
    tmp_path: Path, command: Callable[..., Ended], arguments: list[str], message: str
) -> None:
    file = a_configuration(tmp_path)
    ended = command("run", "--config", str(file), *arguments)
    assert (ended.code, ended.err) == (2, f"ocppsim: {message}\n")
    assert not (tmp_path / "configurations").exists()


@pytest.mark.parametrize(
    ("number", "arguments", "message"),
    [
        (1, ["--user", "me", "--password-env", "GOOD"], "--user: test has the security profile 1, whose"),
        (2, ["--password-env", "SHORT"], "--password-env SHORT: test has the security profile 2: Auth"),
        (3, ["--insecure"], "--insecure: test has the security profile 3, which checks certificates"),
    ],
)
def test_options_that_contradict_a_profile_are_refused(
    tmp_path: Path, command: Callable[..., Ended], number: int, arguments: list[str], message: str
) -> None:
    ended = command("run", "--config", str(a_configuration(tmp_path, **profile(number))), *arguments)
    assert ended.code == 2
    assert ended.err.startswith(f"ocppsim: {message}")


def test_what_a_profile_lacks_is_said_once_for_each_template(tmp_path: Path, pki: Path) -> None:
    plans = [planned(tmp_path, index, **profile(2)) for index in (1, 2)]
    assert list(equipment.lacking(plans, Forgetful())) == [
        "test: security profile 2 needs a password (--password-env) and an authority to trust (--ca)"
    ]
    made = brought("--ca", f"{pki}/ca.pem", "--password-env", "GOOD")
    assert not list(equipment.lacking(map(made.equipped, plans), Forgetful()))
    third = made.equipped(planned(tmp_path, **profile(3)))
    assert list(equipment.lacking([third], Forgetful())) == [
        "test: security profile 3 needs a certificate of its own (--cert and --key)"
    ]


def a_configuration(folder: Path, url: str = URL, **template: object) -> Path:
    content = json.loads(written(folder, {}).read_text()) | template
    base = {"baseName": "CS", "chargePointModel": "M", "chargePointVendor": "V", "power": 22000}
    written(folder, base | {"Connectors": {"1": {"bootStatus": "Preparing"}}} | content)
    uses = [{"file": "test.json", "numberOfStations": 1}]
    return configured(folder, {"supervisionUrls": url, "stationTemplateUrls": uses})


def test_a_template_with_profile_2_connects_where_the_authority_is_named(tmp_path: Path, pki: Path) -> None:
    with central_system("--cert", f"{pki}/server.pem", "--key", f"{pki}/server.key") as url:
        file = a_configuration(tmp_path, url.replace("127.0.0.1", "localhost"), **profile(2))
        ended = run_program(
            "run", "--config", str(file), "--plain", "--duration", "2", "--speed", "2",
            "--ca", f"{pki}/ca.pem", "--password-env", "GOOD", environment={"GOOD": PASSWORD},
        )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    assert "1, of which 1 booted" in ended.out
