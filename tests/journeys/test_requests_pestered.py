"""Whatever is asked, at any moment, is answered once at the most, and brings no station down."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sloppy
from lies import lies
from signed_files import manufacturer
from sloppy import Maker
from stage import Stage, stage

from ocppsim.actors.store import Folder
from ocppsim.actors.transfer import PRETENDED_FIRMWARE
from ocppsim.clock import VIRTUAL_EPOCH
from ocppsim.csms.behaviour import Behaviour
from ocppsim.csms.calls import NotConnected
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.model.connector import Status
from ocppsim.model.security import Credentials
from ocppsim.security.authority import CLIENT, Authority

CPO, PASSWORD = "Operator", "0123456789abcdef0"
EARLIER = VIRTUAL_EPOCH - timedelta(days=5)
ROOT, OTHER = Authority.root("root", CPO, starts=EARLIER), Authority.root("other root", CPO, starts=EARLIER)
NEXT = ROOT.successor("next root")
MAKER = manufacturer()
SIGNER = MAKER.issue()
ROOTS = [one.issued.certificate for one in (ROOT, OTHER, NEXT)] + [MAKER.pem]


def secured(draw: Random) -> tuple[str, dict[str, Any]]:
    """What has an effect: with certificates that hold, signatures, passwords, and higher profiles."""
    kind = draw.choice(("CentralSystemRootCertificate", "ManufacturerRootCertificate"))
    content = draw.choice((PRETENDED_FIRMWARE, b"other"))
    firmware = {
        "location": draw.choice(sloppy.LOCATIONS[:2]),
        "retrieveDateTime": sloppy.moment(draw),
        "signingCertificate": SIGNER.pem,
        "signature": SIGNER.sign(content),
    }
    return draw.choice(
        (
            ("InstallCertificate", {"certificateType": kind, "certificate": draw.choice(ROOTS)}),
            ("GetInstalledCertificateIds", {"certificateType": kind}),
            ("CertificateSigned", {"certificateChain": ROOT.issue("CS-1", CLIENT).certificate}),
            ("SignedUpdateFirmware", {"requestId": draw.choice((1, 2)), "firmware": firmware}),
            ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
            ("ChangeConfiguration", {"key": "CpoName", "value": draw.choice((CPO, "Another"))}),
            ("ChangeConfiguration", {"key": "SecurityProfile", "value": draw.choice("123")}),
            (
                "ChangeConfiguration",
                {"key": "AuthorizationKey", "value": draw.choice((PASSWORD, PASSWORD * 2))},
            ),
        )
    )


SECURED: dict[str, Any] = {
    "credentials": Credentials(PASSWORD, (ROOT.issued.certificate,)),
    "manufacturer_roots": (MAKER.pem,),
    "keys": {"SecurityProfile": "1", "CpoName": CPO},
}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_asked_is_answered_once_and_survived(
    autojump_clock: object, tmp_path: Path, seed: int
) -> None:
    await pestered_and_kept(tmp_path, seed, CentralSystem(seed=seed))


async def test_with_security_too(autojump_clock: object, tmp_path: Path) -> None:
    done: set[str] = set()
    for seed in (1002, 1003):
        csms = CentralSystem(seed=seed, signer=ROOT.sign)
        done |= await pestered_and_kept(
            tmp_path / f"{seed}", seed, csms, secured, secured, secured, **SECURED
        )
    assert done >= {"SignCertificate", "SecurityEventNotification", "SignedFirmwareStatusNotification"}


@pytest.mark.parametrize("seed", [12, 19, 34])
async def test_by_a_central_system_that_lies_too(autojump_clock: object, tmp_path: Path, seed: int) -> None:
    """Once it tells the truth, all is well."""
    csms = CentralSystem(seed=seed, signer=ROOT.sign, behaviour=Behaviour(*lies(Random(seed))))
    await pestered_and_kept(tmp_path, seed, csms, secured, finds=list(Breach), **SECURED)


async def pestered_and_kept(
    folder: Path, seed: int, csms: CentralSystem, *more: Maker, **specification: Any
) -> set[str]:
    """And kept: the next process can read what was written down of it. What was said in the first one."""
    with closing(Folder.open(folder)) as store:
        said = await pester(seed, store, csms, *more, **specification)
    with closing(Folder.open(folder)) as store:
        assert store.trouble == ""
        async with stage(store=store, csms=csms, connectors=2, **specification) as play:
            await play.later(600)
            assert play.board.registration.accepted
    return said


async def pester(
    seed: int,
    store: Folder,
    csms: CentralSystem,
    *more: Maker,
    drops: bool = True,
    pauses_s: Sequence[int] = (0, 0, 1, 20, 200),
    **specification: Any,
) -> set[str]:
    draw = Random(seed)
    options = {"seed": seed, "connectors": 2, "reset_time_s": 5.0, **specification}
    async with stage(store=store, csms=csms, **options) as play:
        await play.booted()
        sent = 0
        for _ in range(60):
            for _ in range(draw.choice((1, 1, 3))):
                action, payload = sloppy.request(draw, *more)
                sent += await tried(play, f"{sent}", action, payload)
            await at_any_moment(play, draw, drops=drops)
            await play.later(draw.choice(pauses_s))
        csms.behaviour.clear()
        await calm(play)
        check(play, sent)
        return set(play.actions())


async def tried(play: Stage, number: str, action: str, payload: dict[str, Any]) -> bool:
    try:
        await play.csms.send_raw(play.name, json.dumps([2, number, action, payload]))
    except NotConnected:
        return False
    return True


async def at_any_moment(play: Stage, draw: Random, *, drops: bool) -> None:
    match draw.randrange(8):
        case 0:
            play.plug(draw.randint(1, 2))
        case 1:
            play.unplug(draw.randint(1, 2))
        case 2:
            await play.show("TAG", draw.randint(1, 2))
        case 3 if drops:
            play.rig.drop(play.name)
        case _:
            pass


async def calm(play: Stage) -> None:
    """Whatever was set about waits must not keep the station from coming back."""
    await play.later(600)
    await play.until(lambda board: board.online and board.registration.accepted)
    assert all(status is not Status.FAULTED for status in map(play.board.status, (1, 2)))


def check(play: Stage, sent: int) -> None:
    times = Counter(answer.id for answer in play.answered())
    assert max(times.values()) == 1
    assert len(times) > sent / 3, "the rest went with its connection"
    internal = [answer.text for answer in play.answered() if answer.action == "InternalError"]
    assert [text for text in internal if "going down" not in text] == []
    assert play.board.tally.internal == 0
