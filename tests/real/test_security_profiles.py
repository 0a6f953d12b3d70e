"""Security profiles 2 and 3 on real sockets, against a TLS server that is none of ours where that matters."""

import socket
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
import trio
from attrs import define, evolve, field
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.trio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from ocppsim.actors.fleet import open_fleet
from ocppsim.actors.station import Station
from ocppsim.actors.wire.address import parse
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.csms.admission import Admission
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.server import serve_websockets
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.security import Credentials, SecurityEvent
from ocppsim.model.specification import Specification
from ocppsim.security.authority import Authority, Issued
from ocppsim.security.pki import OPERATOR, throw_away

PASSWORD = "0123456789abcdef0123456789abcdef01234567"
AT_ONCE_S = 1.0
Pki = Mapping[str, Issued]


@pytest.fixture(scope="module")
def pki() -> Pki:
    return throw_away("CS-1", ["localhost", "127.0.0.1"])


def context(pki: Pki, tmp_path: Path, name: str = "server", *, mutual: bool = False) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    file = tmp_path / f"{name}.pem"
    file.write_text(pki[name].certificate + pki[name].key)
    made.load_cert_chain(file)
    if mutual:
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(cadata=pki["ca"].certificate)
    return made


@define(eq=False)
class Seen:
    """What an independent server saw of those who came."""

    authorization: list[str | None] = field(factory=list)
    subjects: list[object] = field(factory=list)


async def independent(nursery: trio.Nursery, tls: ssl.SSLContext, seen: Seen) -> int:
    """A server of `websockets` that lets in whom TLS let in, and never says a word."""

    async def silent(websocket: ServerConnection) -> None:
        async for _ in websocket:
            pass

    def look(websocket: ServerConnection, request: Request) -> Response | None:
        seen.authorization.append(request.headers.get("Authorization"))
        seen.subjects.append(websocket.stream.getpeercert())
        return None if request.path == "/CS-1" else Response(404, "Not Found", Headers())

    server = await nursery.start(
        partial(
            serve, silent, 0, host="127.0.0.1", subprotocols=[Subprotocol("ocpp1.6")], ssl=tls,
            process_request=look,
        )
    )  # fmt: skip
    port: int = server.listeners[0].socket.getsockname()[1]
    return port


def station_of(pki: Pki, profile: int, **changes: str) -> Specification:
    credentials = Credentials(
        PASSWORD, (pki["ca"].certificate,), pki["station"].certificate, pki["station"].key
    )
    keys = {"SecurityProfile": str(profile), "CpoName": OPERATOR, **changes}
    return Specification("CS-1", keys=keys, credentials=credentials)


def added(fleet: object, specification: Specification, url: str, secure_url: str | None = None) -> Station:
    dial = websocket_dial(
        parse(url, "CS-1"),
        subprotocol="ocpp1.6",
        secure_address=None if secure_url is None else parse(secure_url, "CS-1"),
        addresses=AddressBook(),
    )
    station: Station = fleet.add(specification, Dialect16(), dial)  # type: ignore[attr-defined]
    return station


# -- both profiles connect


@pytest.mark.honours("SecurityProfile", "AuthorizationKey")
@pytest.mark.parametrize("profile", [2, 3])
async def test_profiles_2_and_3_connect(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path, profile: int
) -> None:
    seen = Seen()
    port = await independent(nursery, context(pki, tmp_path, mutual=profile == 3), seen)
    async with open_fleet(1) as fleet:
        station = added(fleet, station_of(pki, profile), f"wss://localhost:{port}")
        with trio.fail_after(5):
            await station.board.until(lambda board: board.online)
    if profile == 2:
        assert seen.authorization == ["Basic Q1MtMToBI0VniavN7wEjRWeJq83vASNFZw=="], "the user is the id"
    else:
        assert seen.authorization == [None], "the certificate takes the place of the password"
        assert "(('commonName', 'CS-1'),)" in str(seen.subjects[0])


# -- what must fail, and why


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("expired", "TLS: certificate has expired"),
        ("wrong-name", "TLS: hostname mismatch, certificate is not valid for 'localhost'"),
        ("unknown-ca", "TLS: unable to get local issuer certificate"),
    ],
)
@pytest.mark.parametrize("profile", [2, 3])
async def test_a_certificate_that_does_not_hold_is_refused_at_once(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path, server: str, reason: str, profile: int
) -> None:
    port = await independent(nursery, context(pki, tmp_path, server, mutual=profile == 3), Seen())
    async with open_fleet(1) as fleet:
        station = added(fleet, station_of(pki, profile), f"wss://localhost:{port}")
        with trio.fail_after(AT_ONCE_S):
            await station.board.until(lambda board: bool(board.link.trouble))
        assert station.board.link.trouble == reason
        assert station.board.link.permanent
        await trio.testing.wait_all_tasks_blocked()
        assert event_in(station, SecurityEvent.INVALID_SERVER_CERTIFICATE) == reason


async def test_a_station_that_nobody_knows_is_refused(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path
) -> None:
    """TLS 1.3 refuses it only when the client's handshake is done."""
    stranger = Authority.root("stranger", OPERATOR).issue("CS-1", throwaway_usage())
    tls = context(pki, tmp_path, mutual=True)

    def refuse(server: socket.socket) -> None:
        with server.accept()[0] as plain, pytest.raises(ssl.SSLError):
            tls.wrap_socket(plain, server_side=True)

    credentials = Credentials(PASSWORD, (pki["ca"].certificate,), stranger.certificate, stranger.key)
    specification = Specification("CS-1", keys={"SecurityProfile": "3"}, credentials=credentials)
    with socket.create_server(("127.0.0.1", 0)) as server:
        nursery.start_soon(trio.to_thread.run_sync, refuse, server)
        async with open_fleet(1) as fleet:
            station = added(fleet, specification, f"wss://localhost:{server.getsockname()[1]}")
            with trio.fail_after(AT_ONCE_S):
                await station.board.until(lambda board: bool(board.link.trouble))
            await trio.testing.wait_all_tasks_blocked()
            assert "unknown ca" in event_in(station, SecurityEvent.NOT_AUTHENTICATED)


def throwaway_usage() -> object:
    from ocppsim.security.authority import CLIENT

    return CLIENT


def of_yesterday(tls: ssl.SSLContext) -> None:
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        tls.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        tls.maximum_version = ssl.TLSVersion.TLSv1_1


def with_weak_ciphers(tls: ssl.SSLContext) -> None:
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers("AES128-SHA")


@pytest.mark.parametrize(
    ("spoil", "event", "words"),
    [
        (of_yesterday, SecurityEvent.INVALID_TLS_VERSION, "protocol version"),
        (with_weak_ciphers, SecurityEvent.INVALID_CIPHER_SUITE, "handshake failure"),
    ],
)
async def test_a_server_of_yesterdays_tls_is_refused(
    nursery: trio.Nursery,
    pki: Pki,
    tmp_path: Path,
    spoil: Callable[[ssl.SSLContext], None],
    event: SecurityEvent,
    words: str,
) -> None:
    tls = context(pki, tmp_path)
    spoil(tls)

    def refuse(server: socket.socket) -> None:
        with server.accept()[0] as plain, pytest.raises(ssl.SSLError):
            tls.wrap_socket(plain, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as server:
        nursery.start_soon(trio.to_thread.run_sync, refuse, server)
        async with open_fleet(1) as fleet:
            station = added(fleet, station_of(pki, 2), f"wss://localhost:{server.getsockname()[1]}")
            with trio.fail_after(AT_ONCE_S):
                await station.board.until(lambda board: bool(board.link.trouble))
            await trio.testing.wait_all_tasks_blocked()
            assert words in event_in(station, event)


def event_in(station: Station, event: SecurityEvent) -> str:
    (found,) = [one for one in station.context.security_events.unsent if one.event is event]
    return found.info


@pytest.mark.parametrize("spoilt", ["roots", "certificate", "key"])
async def test_credentials_that_are_none_are_said_and_crash_nothing(pki: Pki, spoilt: str) -> None:
    given = station_of(pki, 3)
    nonsense: object = ("nonsense",) if spoilt == "roots" else "nonsense"
    given = evolve(given, credentials=evolve(given.credentials, **{spoilt: nonsense}))
    async with open_fleet(1) as fleet:
        station = added(fleet, given, "wss://localhost:9")
        with trio.fail_after(AT_ONCE_S):
            await station.board.until(lambda board: bool(board.link.trouble))
        assert station.board.link.trouble.startswith("a certificate or key of the station cannot be used: ")
        assert not fleet.system.errors


# -- the journey of a certificate


@pytest.mark.honours("SignCertificate", "CertificateSigned", "CpoName", "ExtendedTriggerMessage")
async def test_a_renewed_certificate_is_used_at_the_next_connection(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path
) -> None:
    authority = Authority.load(pki["sub-ca"].certificate, pki["sub-ca"].key)
    csms = CentralSystem(signer=authority.sign)
    port = await nursery.start(partial(serve_websockets, csms, 0, tls=context(pki, tmp_path, mutual=True)))
    async with open_fleet(1) as fleet:
        station = added(fleet, station_of(pki, 3), f"wss://localhost:{port}")
        identity = station.context.identity
        with trio.fail_after(10):
            await station.board.until(lambda board: board.registration.accepted)
            before = identity.chosen()
            answer = await csms.call(
                "CS-1", "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}
            )
            assert answer == {"status": "Accepted"}
            await station.board.until(lambda board: board.link.connections == 2)
            await csms.until(lambda: "CS-1" in csms.peers)
            await trio.testing.wait_all_tasks_blocked(0.05)
        after = identity.chosen()
        assert before is not None
        assert after is not None
        assert identity.own == (after,), "the old one has gone"
        assert after.chain != before.chain
        assert after.key != before.key
    assert csms.findings == ()


async def test_from_a_password_to_a_certificate_in_steps(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path
) -> None:
    """A05: from 1 to 2 and 3, each profile on a port of its own as A00.FR.006 has it."""
    csms = CentralSystem(admission=Admission(password=PASSWORD))
    plain = await nursery.start(partial(serve_websockets, csms, 0))
    secure = await nursery.start(partial(serve_websockets, csms, 0, tls=context(pki, tmp_path)))
    async with open_fleet(1) as fleet:
        station = added(fleet, station_of(pki, 1), f"ws://localhost:{plain}", f"wss://localhost:{secure}")
        with trio.fail_after(15):
            await station.board.until(lambda board: board.registration.accepted)
            assert station.context.identity.server is None
            answer = await csms.call("CS-1", "ChangeConfiguration", {"key": "SecurityProfile", "value": "2"})
            assert answer == {"status": "Accepted"}
            await station.board.until(lambda board: board.link.connections == 2)
            assert station.context.identity.server is not None
            csms.admission.password = None  # with profile 3 nobody asks for it
            answer = await csms.call("CS-1", "ChangeConfiguration", {"key": "SecurityProfile", "value": "3"})
            assert answer == {"status": "Accepted"}
            await station.board.until(lambda board: board.link.connections == 3)
            assert station.context.settings.security_profile == 3


async def test_a05_fr_08_a_profile_that_does_not_work_is_left_again(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path
) -> None:
    csms = CentralSystem(admission=Admission(password=PASSWORD))
    plain = await nursery.start(partial(serve_websockets, csms, 0))
    bad = await nursery.start(partial(serve_websockets, csms, 0, tls=context(pki, tmp_path, "expired")))
    async with open_fleet(1) as fleet:
        station = added(fleet, station_of(pki, 1), f"ws://localhost:{plain}", f"wss://localhost:{bad}")
        with trio.fail_after(15):
            await station.board.until(lambda board: board.registration.accepted)
            await csms.call("CS-1", "ChangeConfiguration", {"key": "SecurityProfile", "value": "2"})
            await station.board.until(lambda board: board.link.connections == 2)
            assert station.context.settings.security_profile == 1
            await csms.until(lambda: csms_heard(csms, "SecurityEventNotification") >= 4)
        assert not station.board.link.permanent


def csms_heard(csms: CentralSystem, action: str) -> int:
    return csms._records["CS-1"].calls[action]


# -- trust


@pytest.mark.honours("DeleteCertificate", "GetInstalledCertificateIds")
async def test_m04_fr_06_the_root_in_use_cannot_be_deleted(
    nursery: trio.Nursery, pki: Pki, tmp_path: Path
) -> None:
    csms = CentralSystem(admission=Admission(password=PASSWORD))
    port = await nursery.start(partial(serve_websockets, csms, 0, tls=context(pki, tmp_path)))
    async with open_fleet(1) as fleet:
        station = added(fleet, station_of(pki, 2), f"wss://localhost:{port}")
        with trio.fail_after(10):
            await station.board.until(lambda board: board.registration.accepted)
            installed = await csms.call(
                "CS-1", "GetInstalledCertificateIds", {"certificateType": "CentralSystemRootCertificate"}
            )
            (named,) = installed["certificateHashData"]
            answer = await csms.call("CS-1", "DeleteCertificate", {"certificateHashData": named})
            assert answer == {"status": "Failed"}


@pytest.mark.honours("AdditionalRootCertificateCheck", "InstallCertificate")
@pytest.mark.parametrize("new_holds", [True, False])
async def test_m05_a_root_replaced_by_its_successor(
    nursery: trio.Nursery, tmp_path: Path, new_holds: bool
) -> None:
    """The new root is tried first; the old one if that fails (FR.13), and goes when it does not (FR.12)."""
    old = Authority.root("old root", OPERATOR)
    new = old.successor("new root")
    issuer = new if new_holds else old
    pki = {
        "ca": old.issued,
        "server": issuer.issue("localhost", _server(), ["localhost"]),
        "station": old.issue("CS-1", throwaway_usage()),
        "first": old.issue("localhost", _server(), ["localhost"]),
    }
    csms = CentralSystem(admission=Admission(password=PASSWORD))
    tls = context(pki, tmp_path, "first")
    port = await nursery.start(partial(serve_websockets, csms, 0, tls=tls))
    async with open_fleet(1) as fleet:
        specification = station_of(pki, 2, AdditionalRootCertificateCheck="true")
        station = added(fleet, specification, f"wss://localhost:{port}")
        with trio.fail_after(15):
            await station.board.until(lambda board: board.registration.accepted)
            use = "CentralSystemRootCertificate"
            pem = new.issued.certificate
            answer = await csms.call(
                "CS-1", "InstallCertificate", {"certificateType": use, "certificate": pem}
            )
            assert answer == {"status": "Accepted"}
            (tmp_path / "server.pem").write_text(pki["server"].certificate + pki["server"].key)
            tls.load_cert_chain(tmp_path / "server.pem")
            csms.drop("CS-1")
            await station.board.until(lambda board: board.link.connections == 2)
            await trio.testing.wait_all_tasks_blocked(0.05)
        roots = station.context.identity.roots
        assert [root.old for root in roots] == ([False] if new_holds else [True, False])
        assert roots[-1].pem == pem


def _server() -> object:
    from ocppsim.security.authority import SERVER

    return SERVER
