"""The plain asyncio fleet to compare with: the packages `ocpp` and `websockets`, used as their pages show.

Every station has two connectors that charge in a closed loop: the next CALL goes when the last was answered,
and one CALL is open per station. All messages are validated in both directions, unless told otherwise in the
loop itself: the threads that `ocpp` uses by default cost a third more.

    python -m benchmarks.asyncio_client --url ws://127.0.0.1:9000/ --stations 100 --seconds 5

prints one line of JSON.
"""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import product
from time import monotonic, perf_counter, process_time

from ocpp import messages  # type: ignore[import-untyped]  # the package ships no types
from ocpp.v16 import ChargePoint, call  # type: ignore[import-untyped]
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.limits import raise_open_files

BOOTING_AT_ONCE = 200
SETTLING_S = 0.5
CONNECTORS = (1, 2)
MEASURANDS = (
    ("Energy.Active.Import.Register", "Wh"),
    ("Power.Active.Import", "W"),
    ("Current.Import", "A"),
    ("Voltage", "V"),
    ("SoC", "Percent"),
)


class StoppedError(Exception):
    """The station was told to stop."""


class Station(ChargePoint):  # type: ignore[misc]  # an untyped base class
    """A station that charges on both connectors until told to stop; `calls` counts what was answered."""

    calls = 0
    stopping = False

    async def ask(self, request: object) -> object:
        if self.stopping:  # a cancelled `asyncio.wait_for`, which `call` uses, may go on as if nothing was
            raise StoppedError
        answer = await self.call(request, suppress=False)
        self.calls += 1
        return answer

    async def boot(self) -> None:
        answer = await self.ask(
            call.BootNotification(charge_point_vendor="Benchmark", charge_point_model="asyncio")
        )
        if getattr(answer, "status", None) != "Accepted":
            raise RuntimeError(f"{self.id} was not accepted: {answer}")

    async def charge(self, connector_id: int) -> None:
        """One session after the other."""
        register_wh = 0
        with suppress(StoppedError):
            while True:
                register_wh = await self._session(connector_id, f"TAG-{connector_id}", register_wh)

    async def _session(self, connector_id: int, id_tag: str, register_wh: int) -> int:
        await self.ask(call.Authorize(id_tag=id_tag))
        await self._status(connector_id, "Preparing")
        started = await self.ask(
            call.StartTransaction(
                connector_id=connector_id, id_tag=id_tag, meter_start=register_wh, timestamp=_now()
            )
        )
        transaction_id = getattr(started, "transaction_id", None)
        await self._status(connector_id, "Charging")
        for _ in range(2):
            register_wh += 100
            await self.ask(
                call.MeterValues(
                    connector_id=connector_id,
                    transaction_id=transaction_id,
                    meter_value=[_meter_value(register_wh)],
                )
            )
        await self._status(connector_id, "Finishing")
        await self.ask(
            call.StopTransaction(
                transaction_id=transaction_id,
                id_tag=id_tag,
                meter_stop=register_wh,
                timestamp=_now(),
                reason="Local",
            )
        )
        await self._status(connector_id, "Available")
        return register_wh

    async def _status(self, connector_id: int, status: str) -> None:
        await self.ask(
            call.StatusNotification(
                connector_id=connector_id, error_code="NoError", status=status, timestamp=_now()
            )
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _meter_value(register_wh: int) -> dict[str, object]:
    sampled = [
        {"value": str(register_wh), "context": "Sample.Periodic", "measurand": measurand, "unit": unit}
        for measurand, unit in MEASURANDS
    ]
    return {"timestamp": _now(), "sampledValue": sampled}


@asynccontextmanager
async def connected(url: str, identity: str) -> AsyncIterator[Station]:
    """A station whose messages are read in the background."""
    address = f"{url.rstrip('/')}/{identity}"
    async with connect(
        address, subprotocols=[Subprotocol("ocpp1.6")], compression=None, proxy=None, open_timeout=60
    ) as connection:
        station = Station(identity, connection, response_timeout=60)
        reading = asyncio.create_task(station.start())
        try:
            yield station
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _booted(stack: AsyncExitStack, url: str, identity: str, boots: asyncio.Semaphore) -> Station:
    async with boots:
        station = await stack.enter_async_context(connected(url, identity))
        await station.boot()
    return station


async def _measure(fleet: Sequence[Station], seconds: float) -> dict[str, object]:
    """The answered CALLs of a window of the given length, and its CPU time."""
    await asyncio.sleep(SETTLING_S)
    calls, began, cpu = sum(station.calls for station in fleet), monotonic(), process_time()
    await asyncio.sleep(seconds)
    return {
        "calls": sum(station.calls for station in fleet) - calls,
        "began": began,
        "ended": monotonic(),
        "cpu_s": process_time() - cpu,
    }


async def run(url: str, stations: int, seconds: float) -> dict[str, object]:
    """Boot the fleet, let it charge, measure."""
    async with AsyncExitStack() as stack:
        began, cpu = perf_counter(), process_time()
        boots = asyncio.Semaphore(BOOTING_AT_ONCE)
        fleet = await asyncio.gather(
            *(_booted(stack, url, f"CS-{number:05}", boots) for number in range(1, stations + 1))
        )
        booted = {"boot_wall_s": perf_counter() - began, "boot_cpu_s": process_time() - cpu}
        async with asyncio.TaskGroup() as group:
            for station, number in product(fleet, CONNECTORS):
                group.create_task(station.charge(number))
            measured = await _measure(fleet, seconds)
            for station in fleet:
                station.stopping = True
    return {"client": "asyncio", "stations": stations, **booted, **measured}


def _arguments() -> Namespace:
    parser = ArgumentParser(
        prog="python -m benchmarks.asyncio_client", description="The plain asyncio fleet to compare with."
    )
    parser.add_argument("--url", required=True, help="central system; the station's identity is appended")
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of the measured window")
    parser.add_argument(
        "--validation",
        choices=("inline", "threads"),
        default="inline",
        help="where `ocpp` validates: in the loop, which costs less, or in a pool of threads, its default",
    )
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    raise_open_files()
    messages.ASYNC_VALIDATION = arguments.validation == "threads"
    print(json.dumps(asyncio.run(run(arguments.url, arguments.stations, arguments.seconds))))


if __name__ == "__main__":
    main()
