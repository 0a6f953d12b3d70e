"""The embedding API, as the README shows it."""

import pytest
import trio

import ocppsim


async def test_a_session_with_the_embedded_central_system(autojump_clock: trio.testing.MockClock) -> None:
    async with ocppsim.open_simulator(seed=7) as simulator:
        station = await simulator.add("virtual-simple")
        await station.booted()
        connector = station.connector(1)
        await connector.plug()
        assert await connector.present("TAG-1")
        await connector.until("Charging", within=10)
        await trio.sleep(3600)
        assert simulator.csms is not None
        (transaction,) = simulator.csms.ledger(station.id).transactions.values()
        await simulator.csms.call(station.id, "RemoteStopTransaction", {"transactionId": transaction.id})
        request = await station.expect("RemoteStopTransaction", within=60)
        assert request.payload == {"transactionId": transaction.id}
        await connector.until("Finishing", within=10)
        await connector.unplug()
        await connector.until("Available", within=10)
        assert connector.view.energy_delivered_wh == pytest.approx(11_040, rel=1e-3)
        assert simulator.csms.findings == ()


async def test_a_station_with_statistics_serves_them(autojump_clock: trio.testing.MockClock) -> None:
    async with ocppsim.open_simulator() as simulator:
        await (await simulator.add("virtual-simple", "CS-1", statistics=True)).booted()
        await (await simulator.add("virtual-simple", "CS-2")).booted()
        [snapshot] = simulator.fleet.statistics.snapshots()
        assert snapshot.name == "CS-1"
        assert snapshot.actions["BootNotification"].times.count == 1


async def test_mistakes_are_named(autojump_clock: trio.testing.MockClock) -> None:
    async with ocppsim.open_simulator() as simulator:
        with pytest.raises(LookupError, match="virtual-simple"):
            await simulator.add("no such template")
        station = await simulator.add(id="ONE")
        with pytest.raises(ValueError, match="ONE already"):
            await simulator.add(id="ONE")
        with pytest.raises(LookupError, match="no connector 9"):
            station.connector(9)
        await station.booted()
        with pytest.raises(ValueError, match="charging"):
            await station.connector(1).until("Humming", within=1)
        with pytest.raises(trio.TooSlowError):
            await station.connector(1).until("Charging", within=1)


async def test_a_mistake_in_the_block_comes_out_as_it_is(autojump_clock: trio.testing.MockClock) -> None:
    async def mistaken() -> None:
        async with ocppsim.open_simulator() as simulator:
            await simulator.add()
            raise AssertionError("mine")

    with pytest.raises(AssertionError, match="mine"):
        await mistaken()


async def test_energy_flows_between_two_events(autojump_clock: trio.testing.MockClock) -> None:
    async with ocppsim.open_simulator() as simulator:
        station = await simulator.add(keys={"MeterValueSampleInterval": "0"})
        await station.booted()
        connector = station.connector(1)
        await connector.plug()
        await connector.present("TAG-1")
        await connector.until("Charging", within=10)
        before = connector.view
        await trio.sleep(600)
        assert connector.view.register_wh - before.register_wh == pytest.approx(11_040 / 6, rel=1e-3)
        assert (connector.view.soc or 0) > (before.soc or 0)
