"""A station that spoke OCPP 1.6 in an earlier process speaks 2.0.1 now; and what a template begins there."""

from contextlib import closing
from pathlib import Path

import pytest
import trio
from peer201 import Peer201, station201
from stage import plain_errors

from ocppsim.actors.store import Folder
from ocppsim.csms.behaviour import Rule, Silent
from ocppsim.csms.central_system import CentralSystem
from ocppsim.model.beginning import Beginning, broken, pausing, someone_charging
from ocppsim.model.facts import Fault
from ocppsim.model.specification import Outlet, Specification
from ocppsim.model.vehicle import Vehicle
from ocppsim.testing.rig import open_rig

OUTLETS = {1: Outlet(), 2: Outlet()}
CAR = Vehicle()


async def killed_while_charging(folder: Path, connectors: int, *, heard: bool) -> float:
    """A process of 1.6 ends without a word; its register. `heard`: its StartTransaction was answered."""
    csms = CentralSystem()
    if not heard:
        csms.behaviour.add(Rule(Silent(), actions=("StartTransaction",)))
    with plain_errors(), closing(Folder.open(folder)) as store:
        async with open_rig(store=store, csms=csms) as rig:
            outlets = {number: Outlet() for number in range(1, connectors + 1)}
            station = rig.add(Specification("CS-1", outlets=outlets))
            await station.board.until(lambda board: board.registration.accepted)
            for number in outlets:
                station.world.plug(number, CAR, 0.2)
                await station.world.present(number, f"TAG-{number}")
            await trio.sleep(900)
            return station.context.memory.connectors[1].register_wh


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("connectors", [1, 2, 3])
async def test_sessions_that_were_open_end_untold(
    tmp_path: Path, autojump_clock: object, heard: bool, connectors: int
) -> None:
    """On connectors that are still there, and on one that is not; the process after that knows nothing."""
    register_wh = await killed_while_charging(tmp_path, connectors, heard=heard)
    assert register_wh > 0
    for process in (1, 2):
        peer = Peer201()
        with closing(Folder.open(tmp_path)) as store:
            async with station201(Specification("CS-1", outlets=OUTLETS), peer, store) as station:
                await peer.heard("StatusNotification", 2)
                await trio.sleep(600)
                assert set(peer.actions()) == {"BootNotification", "StatusNotification", "Heartbeat"}
                memory = station.context.memory
                assert [one.session for one in memory.connectors.values()] == [None, None]
                assert memory.connectors[1].register_wh >= register_wh, "a register never goes back"
                assert (memory.outbox.entries, memory.outbox.transaction_ids) == ([], {})
                tally = station.board.tally
                assert (tally.given_up > 0) is (process == 1 and not heard)


@pytest.mark.parametrize(
    "beginning",
    [
        someone_charging(CAR, "TAG"),
        pausing(someone_charging(CAR, "TAG")),
        broken(someone_charging(CAR, "TAG"), Fault.EV_COMMUNICATION),
    ],
)
async def test_what_a_template_begins_with_is_no_session(
    autojump_clock: object, beginning: Beginning
) -> None:
    """Nothing but an EV that stands there."""
    peer = Peer201()
    outlets = {1: Outlet(beginning=beginning)}
    async with station201(Specification("CS-1", outlets=outlets), peer) as station:
        await peer.heard("StatusNotification", 1)
        await trio.sleep(3600)
        assert [said["connectorStatus"] for said in peer.payloads("StatusNotification")] == ["Occupied"]
        assert station.view(1).session is None
        assert station.view(1).register_wh == 0
