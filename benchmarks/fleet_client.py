"""Our side: a fleet in this process against a sink, doing what the asyncio client does, and more.

`closed`: every connector charges in a loop, the next message goes when the last was answered. `paced`: the
generator, with sessions of one to two seconds. `idle`: booted, and nothing else.

    python -m benchmarks.fleet_client --url ws://127.0.0.1:9000/ --stations 100 --seconds 5 --load closed

prints one line of JSON.
"""

import gc
import json
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, process_time

import trio

from benchmarks.limits import raise_open_files
from ocppsim.actors.fleet import Fleet, open_fleet
from ocppsim.actors.generator import Habits
from ocppsim.actors.messages import Take
from ocppsim.actors.station import Station
from ocppsim.actors.store import Folder
from ocppsim.actors.wire import address
from ocppsim.actors.wire.addresses import AddressBook
from ocppsim.actors.wire.dial import websocket_dial
from ocppsim.cli.runner import GC_THRESHOLDS
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.connector import Status
from ocppsim.model.electricity import Supply
from ocppsim.model.inputs import Present, TakeSample
from ocppsim.model.session import Context
from ocppsim.model.specification import Outlet, Specification

CONNECTORS = (1, 2)
SETTLING_S = 0.5
LOOK_S = 0.05
"""How often it is looked for stalls of the loop."""
LIBRARIES = {
    "trio-websocket": "ocppsim.actors.wire.websocket",
    "websockets": "ocppsim.actors.wire.direct",
}
PACED = Habits(
    least_delay_s=0, most_delay_s=1, least_stay_s=1, most_stay_s=2, stop_after_s=1e9, tags=("TAG-1", "TAG-2")
)


def main() -> None:
    options = _options()
    raise_open_files()
    gc.set_threshold(*GC_THRESHOLDS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        store = Folder.open(folder)
        stack.callback(store.close)
        print(json.dumps(trio.run(_measure, options, store)))


def _options() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--transport", choices=["trio-websocket", "websockets"], default="trio-websocket")
    parser.add_argument("--load", choices=["closed", "paced", "idle"], default="closed")
    return parser.parse_args()


async def _measure(options: Namespace, store: Folder) -> dict[str, object]:
    import_module(LIBRARIES[options.transport])  # loaded at the first dial, and no part of a station
    baseline_kib = pss_kib()
    async with open_fleet(1, store) as fleet:
        started, cpu = perf_counter(), process_time()
        await _boot(fleet, options)
        boot_s, boot_cpu_s = perf_counter() - started, process_time() - cpu
        gc.collect()
        gc.freeze()
        kib = (pss_kib() - baseline_kib) / options.stations
        async with trio.open_nursery() as nursery:
            if options.load == "closed":
                for station in fleet.stations.values():
                    for number in CONNECTORS:
                        nursery.start_soon(_charge_again_and_again, station, number)
            await trio.sleep(SETTLING_S if options.load != "paced" else 2.0)
            window = await _window(fleet, options.seconds)
            nursery.cancel_scope.cancel()
    return {
        "stations": options.stations,
        "load": options.load,
        "boot_s": boot_s,
        "boots_per_cpu_s": options.stations / boot_cpu_s,
        "station_kib": kib,
        **window,
    }


async def _boot(fleet: Fleet, options: Namespace) -> None:
    addresses, dialect = AddressBook(), Dialect16()
    outlet = Outlet(Supply.ac(phases=1), max_power_w=7_360.0)
    for number in range(1, options.stations + 1):
        name = f"CS-{number:05}"
        dial = websocket_dial(
            address.parse(options.url, name),
            subprotocol=dialect.subprotocol,
            addresses=addresses,
            transport=options.transport,
        )
        keys = {"MeterValueSampleInterval": "0" if options.load == "closed" else "1"}
        specification = Specification(name, outlets=dict.fromkeys(CONNECTORS, outlet), keys=keys)
        fleet.add(specification, dialect, dial, PACED if options.load == "paced" else None)
        if number % 50 == 0:
            await trio.sleep(0.02)
    for station in fleet.stations.values():
        await station.board.until(lambda board: board.tally.calls >= 1 + 1 + len(CONNECTORS))


async def _charge_again_and_again(station: Station, number: int) -> None:
    """The messages of the asyncio client, in its order, each when the last is through."""
    board, world = station.board, station.world
    connector, reporter = station.context.connectors[number], station.context.memory.reporters[number]

    async def told(status: Status) -> None:
        """None is left out because the next one came first."""
        await board.until(
            lambda board: (
                reporter.reported is not None and reporter.reported[0] is status and board.unsent == 0
            )
        )

    async def sample() -> None:
        calls = board.tally.calls
        connector.tell(Take(TakeSample(Context.PERIODIC)))
        await board.until(lambda board: board.tally.calls > calls and board.unsent == 0)

    while True:
        world.plug(number)
        await told(Status.PREPARING)
        connector.tell(Take(Present("TAG-1")))
        await told(Status.CHARGING)
        for _ in range(2):
            await sample()
        connector.tell(Take(Present("TAG-1")))
        await told(Status.FINISHING)
        world.unplug(number)
        await told(Status.AVAILABLE)


async def _window(fleet: Fleet, seconds: float) -> dict[str, object]:
    calls, began, cpu = fleet.latencies.count, monotonic(), process_time()
    stall_s = 0.0
    while monotonic() - began < seconds:
        due = perf_counter() + LOOK_S
        await trio.sleep(LOOK_S)
        stall_s = max(stall_s, perf_counter() - due)
    return {
        "calls": fleet.latencies.count - calls,
        "began": began,
        "ended": monotonic(),
        "cpu_s": process_time() - cpu,
        "longest_stall_ms": stall_s * 1000,
        "p99_ms": fleet.latencies.quantile(0.99) * 1000,
    }


def pss_kib() -> float:
    """This process's share of memory (Linux)."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    raise LookupError("no Pss in smaps_rollup")


if __name__ == "__main__":
    main()
