"""The embedding API in somebody else's Trio program, with a URL: what the README shows."""

import subprocess
import sys

import trio
from ocpp.v16 import call  # type: ignore[import-untyped]  # the package ships no types

from tests.real.independent import IndependentServer, schema_errors

PROGRAM = """
import sys

import ocppsim
import trio


async def main() -> None:
    async with ocppsim.open_simulator(url=sys.argv[1], seed=7) as simulator:
        station = await simulator.add("virtual-simple")
        await station.booted()
        connector = station.connector(1)
        await connector.plug()
        await connector.present("TAG-1")
        await connector.until("Charging", within=10)
        print("charging", flush=True)
        request = await station.expect("RemoteStopTransaction", within=60)
        print(request.action, request.payload["transactionId"], flush=True)
        await connector.until("Finishing", within=10)
        await connector.unplug()
        await connector.until("Available", within=10)
        await station.board.until(lambda board: board.unsent == 0)
        print("done")


trio.run(main)
"""


def test_a_program_of_ten_lines(independent_server: IndependentServer) -> None:
    server = independent_server
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        server.wait_for(lambda seen: any(one.status == "Charging" for one in seen.statuses))
        (transaction,) = server.seen.transactions("CS-00001")
        server.call("CS-00001", call.RemoteStopTransaction(transaction_id=transaction.transaction_id))
        out, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (0, "")
    assert out == f"charging\nRemoteStopTransaction {transaction.transaction_id}\ndone\n"
    (transaction,) = server.seen.transactions("CS-00001")
    assert transaction.stop is not None
    assert transaction.stop.reason == "Remote"
    assert (server.seen.violations, schema_errors(server.seen.frames)) == ([], [])


async def test_leaving_the_block_drops_the_stations(independent_server: IndependentServer) -> None:
    import ocppsim

    async with ocppsim.open_simulator(url=independent_server.url, seed=1) as simulator:
        stations = [await simulator.add() for _ in range(5)]
        for station in stations:
            await station.booted(within=10)
        assert len(independent_server.seen.connected) == 5
    with trio.fail_after(5):
        await trio.to_thread.run_sync(
            independent_server.wait_for, lambda seen: not seen.connected, abandon_on_cancel=True
        )
