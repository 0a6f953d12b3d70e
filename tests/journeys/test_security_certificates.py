"""Certificates in virtual time: roots that come and go, and how a station gets a certificate of its own."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from stage import Stage, stage

from ocppsim.actors.store import Folder
from ocppsim.clock import VIRTUAL_EPOCH
from ocppsim.csms.behaviour import Silent
from ocppsim.csms.calls import CallRefused
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.security import Credentials
from ocppsim.security.authority import CLIENT, Authority

CPO = "Operator"
DAY_S = 86_400.0
EARLIER = VIRTUAL_EPOCH - timedelta(days=5)
ROOT, OTHER = Authority.root("root", CPO, starts=EARLIER), Authority.root("other root", CPO, starts=EARLIER)
BELOW = ROOT.subordinate("sub-CA")
SERVERS, MAKERS = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
KEYS = {"SecurityProfile": "1", "CpoName": CPO, "WebSocketPingInterval": "0"}
PASSWORD = "0123456789abcdef0"
ACCEPTED, REJECTED, FAILED, NOT_FOUND = (
    {"status": status} for status in ("Accepted", "Rejected", "Failed", "NotFound")
)


def credentials(authority: Authority | None = None, days: float = 365) -> Credentials:
    roots = (ROOT.issued.certificate,)
    if authority is None:
        return Credentials(PASSWORD, roots)
    own = authority.issue("CS-1", CLIENT, days=days)
    return Credentials(PASSWORD, roots, own.certificate, own.key)


async def install(play: Stage, certificate: str, use: str = SERVERS) -> Any:
    return await play.ask("InstallCertificate", certificateType=use, certificate=certificate)


async def ids(play: Stage, use: str = SERVERS) -> list[Any]:
    answer = await play.ask("GetInstalledCertificateIds", certificateType=use)
    assert (answer["status"] == "Accepted") == ("certificateHashData" in answer)
    return list(answer.get("certificateHashData", ()))


def events(play: Stage) -> list[tuple[str, str | None]]:
    said = play.said("SecurityEventNotification")
    return [(frame.payload["type"], frame.payload.get("techInfo")) for frame in said]


# -- roots (M03 to M05)


@pytest.mark.honours("InstallCertificate", "GetInstalledCertificateIds", "DeleteCertificate")
async def test_m03_m04_m05_roots_come_and_go(autojump_clock: object, tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    async with stage(store=store) as play:
        await play.booted()
        assert await play.ask("GetInstalledCertificateIds", certificateType=SERVERS) == NOT_FOUND
        assert await install(play, ROOT.issued.certificate) == ACCEPTED
        assert await install(play, ROOT.issued.certificate) == ACCEPTED, "it is there already"
        assert await install(play, OTHER.issued.certificate, MAKERS) == ACCEPTED
        assert [len(await ids(play, use)) for use in (SERVERS, MAKERS)] == [1, 1]
    store.close()
    store = Folder.open(tmp_path)
    async with stage(store=store) as play:
        await play.booted()
        (named,) = await ids(play)
        assert await play.ask("DeleteCertificate", certificateHashData=named) == ACCEPTED
        assert await play.ask("DeleteCertificate", certificateHashData=named) == NOT_FOUND
        assert await ids(play) == []
        assert len(await ids(play, MAKERS)) == 1
    store.close()


@pytest.mark.parametrize("digest", [hashes.SHA256, hashes.SHA384, hashes.SHA512])
@pytest.mark.parametrize("spell", [str.upper, str.lower])
async def test_m04_a_root_is_named_by_any_hash_in_any_case(
    autojump_clock: object, digest: Any, spell: Any
) -> None:
    """Held against values that are made here, by the words of 6.1 and not with an OCSP library."""
    certificate, algorithm = ROOT.certificate, digest()

    def hashed(data: bytes) -> str:
        made = hashes.Hash(algorithm)
        made.update(data)
        return spell(made.finalize().hex())

    key = certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    named = {
        "hashAlgorithm": algorithm.name.upper(),
        "issuerNameHash": hashed(certificate.issuer.public_bytes()),
        "issuerKeyHash": hashed(key),
        "serialNumber": spell(f"{certificate.serial_number:x}"),
    }
    async with stage(credentials=credentials()) as play:
        await play.booted()
        if digest is hashes.SHA256:
            told = (await ids(play))[0]
            assert {name: value.lower() for name, value in told.items()} == {
                name: value.lower() for name, value in named.items()
            }
        wrong = {**named, "serialNumber": "1"}
        assert await play.ask("DeleteCertificate", certificateHashData=wrong) == NOT_FOUND
        assert await play.ask("DeleteCertificate", certificateHashData=named) == ACCEPTED


def _weak() -> str:
    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name([])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(EARLIER).not_valid_after(EARLIER + timedelta(days=99))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


NO_ROOTS = {
    "no certificate": "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----",
    "nothing": "",
    "no authority": ROOT.issue("x", CLIENT).certificate,
    "two of them": ROOT.issued.certificate + OTHER.issued.certificate,
    "expired": Authority.root("old", CPO, days=1, starts=EARLIER).issued.certificate,
    "not valid yet": Authority.root("new", CPO, starts=VIRTUAL_EPOCH + timedelta(days=1)).issued.certificate,
    "of an authority that is not installed": OTHER.successor("next").issued.certificate,
    "a weak key": _weak(),
}


@pytest.mark.parametrize("what", NO_ROOTS)
async def test_m05_fr_06_what_is_no_root_is_rejected(autojump_clock: object, what: str) -> None:
    async with stage(credentials=credentials()) as play:
        await play.booted()
        assert await install(play, NO_ROOTS[what]) == REJECTED
        assert len(await ids(play)) == 1


@pytest.mark.honours("CertificateStoreMaxLength")
async def test_m05_fr_03_there_is_room_for_so_many_roots(autojump_clock: object) -> None:
    async with stage(credentials=credentials(), keys={"CertificateStoreMaxLength": "2"}) as play:
        await play.booted()
        assert await install(play, OTHER.issued.certificate, MAKERS) == ACCEPTED
        assert await install(play, OTHER.issued.certificate) == REJECTED
        (named,) = await ids(play, MAKERS)
        await play.ask("DeleteCertificate", certificateHashData=named)
        assert await install(play, OTHER.issued.certificate) == ACCEPTED


async def test_m05_fr_04_a_root_that_cannot_be_kept_fails(autojump_clock: object, tmp_path: Path) -> None:
    store = Folder.open(tmp_path)
    async with stage(store=store) as play:
        await play.booted()
        store.trouble = "no space left on device"
        assert await install(play, ROOT.issued.certificate) == FAILED
        assert await ids(play) == []
    store.close()


@pytest.mark.honours("AdditionalRootCertificateCheck")
async def test_m05_fr_09_a_new_root_must_be_signed_by_the_old_one(autojump_clock: object) -> None:
    keys = {"AdditionalRootCertificateCheck": "true"}
    async with stage(credentials=credentials(), keys=keys) as play:
        await play.booted()
        assert await install(play, OTHER.issued.certificate) == REJECTED  # FR.10
        successor = ROOT.successor("next root")
        assert await install(play, successor.issued.certificate) == ACCEPTED  # FR.11
        assert [root.old for root in play.station.context.identity.roots] == [True, False]
        third = successor.successor("third root")
        assert await install(play, ROOT.successor("another").issued.certificate) == REJECTED
        assert await install(play, third.issued.certificate) == ACCEPTED
        assert await install(play, OTHER.issued.certificate, MAKERS) == ACCEPTED, "others are free"


# -- the station's own (A02, A03)


async def ask_for_one(play: Stage) -> Any:
    return await play.ask("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")


@pytest.mark.honours("SignCertificate", "CpoName", "ExtendedTriggerMessage")
async def test_a02_a_request_names_operator_and_station(autojump_clock: object) -> None:
    async with stage(credentials=credentials(), keys=KEYS, serial_number="SN-7") as play:
        await play.booted()
        await play.set_key("CpoName", "Another Operator")
        assert await ask_for_one(play) == ACCEPTED
        (said,) = play.said("SignCertificate")
        request = x509.load_pem_x509_csr(said.payload["csr"].encode())
        assert request.is_signature_valid
        assert request.subject.rfc4514_string() == "CN=SN-7,O=Another Operator"
        await ask_for_one(play)
        again = x509.load_pem_x509_csr(play.said("SignCertificate")[1].payload["csr"].encode())
        assert again.public_key() != request.public_key(), "each request has a key of its own"


async def test_a02_while_one_request_waits_for_its_answer_there_is_no_other(autojump_clock: object) -> None:
    async with stage(credentials=credentials(), keys=KEYS) as play:
        await play.booted()
        play.rule(Silent(), "SignCertificate", times=1)
        assert await ask_for_one(play) == ACCEPTED
        assert await ask_for_one(play) == REJECTED
        await play.later(31)
        assert await ask_for_one(play) == ACCEPTED
        assert len(play.said("SignCertificate")) == 2


async def test_a02_without_the_operators_name_there_is_no_request(autojump_clock: object) -> None:
    async with stage(credentials=credentials()) as play:
        await play.booted()
        assert await ask_for_one(play) == REJECTED
        assert play.said("SignCertificate") == []


async def test_a02_equal_seeds_ask_with_equal_keys(autojump_clock: object) -> None:
    requests = []
    for seed in (1, 1, 2):
        async with stage(credentials=credentials(), keys=KEYS, seed=seed) as play:
            await play.booted()
            await ask_for_one(play)
            requests.append(play.said("SignCertificate")[0].payload["csr"])
    assert requests[0] == requests[1] != requests[2]


@pytest.mark.honours("CertificateSigned")
async def test_a02_a_signed_certificate_is_taken_and_kept(autojump_clock: object, tmp_path: Path) -> None:
    csms, store = CentralSystem(signer=BELOW.sign), Folder.open(tmp_path)
    async with stage(credentials=credentials(), keys=KEYS, csms=csms, store=store) as play:
        await play.booted()
        await ask_for_one(play)
        await play.later(1)
        (own,) = play.station.context.identity.own
        assert ("ReconfigurationOfSecurityParameters", "new certificate of the station") in events(play)
        assert await play.ask("ChangeConfiguration", key="SecurityProfile", value="3") == ACCEPTED
        await play.until(lambda board: board.link.connections == 2)
        await play.later(10)
    store.close()
    assert keys_in(tmp_path) == ["secrets"]

    store = Folder.open(tmp_path)
    async with stage(store=store, csms=CentralSystem()) as play:
        await play.booted()
        assert play.station.context.identity.access().certificate == own.chain
        assert play.station.context.settings.security_profile == 3
    store.close()


def keys_in(folder: Path) -> list[str]:
    """The folders of files with a private key."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.parent.name for path in files if "PRIVATE KEY" in path.read_text()]


async def test_a02_fr_08_a_certificate_of_tomorrow_is_used_tomorrow(autojump_clock: object) -> None:
    csms = CentralSystem(signer=lambda request: BELOW.sign(request, starts=VIRTUAL_EPOCH + timedelta(days=1)))
    keys = {**KEYS, "SecurityProfile": "3"}
    async with stage(credentials=credentials(ROOT), keys=keys, csms=csms) as play:
        await play.booted()
        identity = play.station.context.identity
        before = identity.access().certificate
        await ask_for_one(play)
        await play.later(DAY_S / 2)
        assert play.board.link.connections == 1
        assert identity.access().certificate == before
        await play.later(DAY_S / 2 + 5)
        assert play.board.link.connections == 2
        assert identity.access().certificate != before
        assert len(identity.own) == 1, "the new one was taken, the old one is of no more use"


@pytest.mark.parametrize(("days", "asks_after_days"), [(365, None), (36, 1), (20, 0)])
@pytest.mark.honours("SignCertificate")
async def test_a03_a_certificate_that_ends_within_a_month_is_renewed(
    autojump_clock: object, days: float, asks_after_days: float | None
) -> None:
    """It began five days ago."""
    csms = CentralSystem(signer=BELOW.sign, heartbeat_interval_s=86_400)
    async with stage(credentials=credentials(ROOT, days), keys=KEYS, csms=csms) as play:
        await play.booted()
        await play.later(6 * DAY_S)
        asked = [at / DAY_S for at in play.times("SignCertificate")]
        assert asked == pytest.approx([] if asks_after_days is None else [asks_after_days], abs=0.01)


async def test_a03_a_request_that_is_rejected_is_not_repeated(autojump_clock: object) -> None:
    csms = CentralSystem(heartbeat_interval_s=86_400)
    async with stage(credentials=credentials(ROOT, days=20), keys=KEYS, csms=csms) as play:
        await play.booted()
        await play.later(DAY_S)
        await play.drop()
        await play.later(DAY_S)
        assert play.board.link.connections == 2
        assert len(play.said("SignCertificate")) == 1


async def test_a03_the_renewed_certificate_is_renewed_in_its_turn(autojump_clock: object) -> None:
    csms = CentralSystem(signer=lambda request: BELOW.sign(request, days=36), heartbeat_interval_s=86_400)
    async with stage(credentials=credentials(ROOT, days=36), keys=KEYS, csms=csms) as play:
        await play.booted()
        await play.later(3.5 * DAY_S)
        asked = [round(at / DAY_S) for at in play.times("SignCertificate")]
        assert asked == [1, 2, 3], "the new ones began five days ago as well: no more than one a day"


def _chains(request: str) -> dict[str, str]:
    stranger = Authority.root("stranger", CPO, starts=EARLIER)
    ancient = ROOT.sign(request, days=1)
    return {
        "the chain is too long": BELOW.sign(request) + "\n" * 5_000,
        "no path to an installed root": stranger.sign(request),
        "the certificate has expired": ancient,
        "the certificate is for another key": ROOT.issue("CS-1", CLIENT).certificate,
        "no certificate in PEM format": "no certificate",
    }


@pytest.mark.honours("CertificateSigned", "CertificateSignedMaxChainSize")
async def test_a02_fr_07_a_certificate_that_is_not_valid_is_discarded(autojump_clock: object) -> None:
    keys = {**KEYS, "CertificateSignedMaxChainSize": "5000"}
    async with stage(credentials=credentials(), keys=keys) as play:
        await play.booted()
        early = await play.ask("CertificateSigned", certificateChain=ROOT.issue("CS-1", CLIENT).certificate)
        assert early == REJECTED, "nobody asked for one"
        await ask_for_one(play)
        chains = _chains(play.said("SignCertificate")[0].payload["csr"])
        for chain in chains.values():
            assert await play.ask("CertificateSigned", certificateChain=chain) == REJECTED
        await play.later(60)
        told = [info for kind, info in events(play) if kind == "InvalidChargePointCertificate"]
        assert told == ["no certificate was asked for", *chains]
        assert play.station.context.identity.own == ()
        good = BELOW.sign(play.said("SignCertificate")[0].payload["csr"])
        assert await play.ask("CertificateSigned", certificateChain=good) == ACCEPTED


async def test_without_cryptography_certificates_are_not_supported(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    async with stage(credentials=credentials(), keys=KEYS) as play:
        await play.booted()
        with pytest.raises(CallRefused) as refused:
            await install(play, "PEM")
        assert refused.value.code == "NotSupported"
        assert "install ocppsim[security]" in refused.value.description
        assert await ask_for_one(play) == REJECTED


async def test_a_root_that_the_station_came_with_and_cannot_read_crashes_nothing(
    autojump_clock: object,
) -> None:
    async with stage(credentials=Credentials(PASSWORD, ("nonsense",)), keys=KEYS) as play:
        await play.booted()
        with pytest.raises(CallRefused) as refused:
            await ids(play)
        assert refused.value.code == "InternalError"
