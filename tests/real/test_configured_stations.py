"""How stations of a configuration reach their central system, on real sockets."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from ocpp.v16 import call

from ocppsim.actors.fleet import open_fleet
from ocppsim.actors.station import Station
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.config.stations import Plan, Surroundings, plan
from ocppsim.launching import Launcher
from tests.cli.support import silent_port
from tests.config.bench import planned, read
from tests.real.independent import IndependentServer


@asynccontextmanager
async def launched(plan: Plan) -> AsyncIterator[Station]:
    async with open_fleet(1) as fleet:
        Launcher(fleet, AddressBook()).launch(plan)
        yield fleet.stations[plan.specification.id]


async def seen(server: IndependentServer, wish: Callable[[], bool]) -> None:
    await trio.to_thread.run_sync(server.wait_for, lambda _: wish())


@pytest.mark.effective(
    "template.supervisionUrlOcppConfiguration", "template.supervisionUrlOcppKey", "template.supervisionUrls"
)
async def test_the_url_is_a_configuration_key(tmp_path: Path, independent_server: IndependentServer) -> None:
    first = independent_server
    plan = planned(
        tmp_path,
        supervisionUrls=first.url,
        supervisionUrlOcppConfiguration=True,
        supervisionUrlOcppKey="VendorUrl",
        resetTime=0.1,
    )
    with IndependentServer() as second:
        async with launched(plan):
            await seen(first, lambda: len(first.seen.boots) == 1)

            async def asked(request: object) -> object:
                return await trio.to_thread.run_sync(first.call, "CS-00001", request)

            told = await asked(call.GetConfiguration(key=["VendorUrl"]))
            assert told.configuration_key == [  # type: ignore[attr-defined]
                {"key": "VendorUrl", "readonly": False, "value": first.url}
            ]
            refused = await asked(call.ChangeConfiguration("VendorUrl", "http://x"))
            assert refused.status == "Rejected"  # type: ignore[attr-defined]
            taken = await asked(call.ChangeConfiguration("VendorUrl", second.url))
            assert taken.status == "RebootRequired"  # type: ignore[attr-defined]
            await asked(call.Reset("Soft"))
            await seen(second, lambda: len(second.seen.boots) == 1)
            assert len(first.seen.boots) == 1


@pytest.mark.parametrize(
    "template",
    [
        {"supervisionUser": "me", "supervisionPassword": "a secret of mine"},
        {"wsOptions": {"headers": {"Authorization": "Basic bWU6YSBzZWNyZXQgb2YgbWluZQ=="}}},
    ],
)
@pytest.mark.effective(
    "template.supervisionUser", "template.supervisionPassword", "template.wsOptions.headers"
)
async def test_basic_authentication_and_headers(
    tmp_path: Path, independent_server: IndependentServer, template: dict[str, object]
) -> None:
    independent_server.settings.passwords = {"me": "a secret of mine"}
    plan = planned(tmp_path, supervisionUrls=independent_server.url, **template)
    assert "secret" not in repr(plan)
    async with launched(plan):
        await seen(independent_server, lambda: len(independent_server.seen.boots) == 1)


OWN, OLD = "0123456789abcdef", "supervised"
AUTHORIZATION = {"key": "AuthorizationKey", "readonly": False, "value": OWN}


@pytest.mark.parametrize(
    ("profile", "own", "old", "expected"),
    [
        (0, False, True, ("me", OLD)),
        (0, True, True, ("me", OWN)),
        (0, True, False, ("CS-00001", OWN)),
        (1, True, True, ("CS-00001", OWN)),
        (1, False, True, ("CS-00001", OLD)),
    ],
)
async def test_authorization_key_or_else_supervision_password(
    tmp_path: Path,
    independent_server: IndependentServer,
    profile: int,
    own: bool,
    old: bool,
    expected: tuple[str, str],
) -> None:
    """The keys of a template agree with what the station does; with a profile the user is its id."""
    user, password = expected
    independent_server.settings.passwords = {user: password}
    keys = [{"key": "SecurityProfile", "readonly": False, "value": str(profile)}]
    plan = planned(
        tmp_path,
        supervisionUrls=independent_server.url,
        Configuration={"configurationKey": [*keys, *([AUTHORIZATION] if own else ())]},
        **({"supervisionUser": "me", "supervisionPassword": OLD} if old else {}),
    )
    assert not any(secret in repr((plan, plan.source)) for secret in (OWN, OLD))
    async with launched(plan):
        await seen(independent_server, lambda: len(independent_server.seen.boots) == 1)
        told = await trio.to_thread.run_sync(
            independent_server.call,
            "CS-00001",
            call.GetConfiguration(key=["SecurityProfile", "AuthorizationKey"]),
        )
    values = {one["key"]: one.get("value") for one in told.configuration_key}  # type: ignore[attr-defined]
    assert values == {"SecurityProfile": str(profile), "AuthorizationKey": None}


def test_an_authorization_key_that_nobody_could_set_is_noticed_and_used(tmp_path: Path) -> None:
    keys = [{"key": "AuthorizationKey", "readonly": False, "value": "short"}]
    source, report = read(tmp_path, Configuration={"configurationKey": keys})
    [notice] = map(str, report.notices)
    assert notice.endswith("value: a password has 16 to 40 characters; it is used as it is")
    assert plan(source, 1, Surroundings(1)).specification.credentials.password == "short"


@pytest.mark.effective("template.wsOptions.handshakeTimeout")
async def test_handshake_timeout(tmp_path: Path) -> None:
    with silent_port() as port:
        url = f"ws://127.0.0.1:{port}"
        plan = planned(tmp_path, supervisionUrls=url, wsOptions={"handshakeTimeout": 200})
        async with launched(plan) as station:
            with trio.fail_after(5):
                await station.board.until(lambda board: bool(board.link.trouble))


@pytest.mark.effective("template.wsOptions.rejectUnauthorized")
async def test_certificates_are_checked_unless_the_template_says_otherwise(tmp_path: Path) -> None:
    async with open_fleet(1) as fleet:
        launcher = Launcher(fleet, AddressBook())
        for checked, mode in ((True, ssl.CERT_REQUIRED), (False, ssl.CERT_NONE)):
            options = {"rejectUnauthorized": checked}
            plan = planned(tmp_path, supervisionUrls="wss://csms.example", wsOptions=options)
            dial = launcher._dial(plan, "ocpp1.6")
            assert dial._opening.tls.verify_mode is mode  # type: ignore[attr-defined]


@pytest.mark.effective("template.ocppStrictCompliance")
async def test_strict_compliance_decides_whether_requests_are_held_to_their_schemas(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    for index, strict in enumerate((True, False), 1):
        plan = planned(tmp_path, index, supervisionUrls=independent_server.url, ocppStrictCompliance=strict)
        name = plan.specification.id
        async with launched(plan):
            await seen(independent_server, lambda n=index: len(independent_server.seen.boots) == n)
            text = '[2,"x","ClearCache",{"extra":1}]'
            await trio.to_thread.run_sync(independent_server.send_text, name, text)
            word = '[4,"x"' if strict else '[3,"x"'
            await seen(
                independent_server,
                lambda name=name, word=word: any(
                    frame.identity == name and frame.text.startswith(word)
                    for frame in independent_server.seen.frames
                ),
            )
