"""`make bench`: our fleet beside a plain asyncio client, and what a station costs.

Writes docs/performance.md. Each figure is of a process of its own against a sink in another. CPU times are
scaled by a calibration loop that runs beside the measured process (see `calibration`), and ratios are of
neighbouring runs, because shared cores swing by a factor of two.
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from benchmarks.calibration import running

Result: TypeAlias = dict[str, Any]  # a line of JSON

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
TRANSPORTS = ("trio-websocket", "websockets")
VALIDATIONS = {
    "threads": "as it comes (validates in threads)",
    "inline": "validation moved into the loop",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="the measured window of each run")
    parser.add_argument("--rounds", type=int, default=3, help="of each pair of neighbouring runs")
    parser.add_argument("--most", type=int, default=10_000, help="the largest idle fleet")
    parser.add_argument("--no-write", action="store_true", help=f"leave {DOCUMENT.name} as it is")
    options = parser.parse_args()
    text = "\n".join(_report(options))
    if not options.no_write:
        DOCUMENT.write_text(text + "\n")


def _report(options: argparse.Namespace) -> Iterator[str]:
    for line in _lines(options):
        print(line, flush=True)
        yield line


def _lines(options: argparse.Namespace) -> Iterator[str]:
    yield "# What a station costs"
    yield ""
    version = platform.python_version()
    rounds = f"windows of {options.seconds:g} s, {options.rounds} of each"
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    yield f"Written by `make bench` on {date} with Python {version}: {rounds} (medians)."
    yield "CPU times are scaled to a quiet core by a calibration loop that runs beside the measured process."
    yield "All messages are validated both ways, the folder store is on, nothing is traced."
    yield ""
    yield from _closed_loop(options)
    yield from _growth(options)
    yield from _paced(options)
    yield from _idle(options)


def _closed_loop(options: argparse.Namespace) -> Iterator[str]:
    yield "## CPU time of an OCPP call, 1,000 stations of two connectors in a closed loop"
    yield ""
    yield "The same mix of messages by a plain asyncio client (PyPI `ocpp` with its defaults, `websockets`),"
    yield "in neighbouring runs. The client has no connectors, no timers, no outbox and no store."
    yield "`--transport auto`, the default, takes `websockets` where the extra `ocppsim[fast]` is installed."
    yield ""
    yield "| client | µs per call | part of the first | as it was | part of the first |"
    yield "|---|---|---|---|---|"
    runs: dict[str, list[Result]] = {}
    for _ in range(options.rounds):
        for validation, words in VALIDATIONS.items():
            runs.setdefault(f"asyncio, {words}", []).append(_asyncio(options, 1000, validation))
        for transport in TRANSPORTS:
            run = _fleet(options, 1000, "closed", transport)
            runs.setdefault(f"ocppsim on {transport}", []).append(run)
    first, *_ = runs.values()
    for client, results in runs.items():
        cells = []
        for figure in ("us_per_call", "raw_us_per_call"):
            cost, bar = _median(results, figure), _median(first, figure)
            cells.append(f"{cost:.0f} | {cost / bar:.2f}")
        yield f"| {client} | {' | '.join(cells)} |"
    yield ""


def _growth(options: argparse.Namespace) -> Iterator[str]:
    yield "## Growth with the fleet"
    yield ""
    yield "| stations | µs per call, closed loop | boots per CPU second |"
    yield "|---|---|---|"
    for stations in (100, 1000, 5000):
        results = [_fleet(options, stations, "closed", TRANSPORTS[0]) for _ in range(options.rounds)]
        cost, boots = _median(results, "us_per_call"), _median(results, "boots_per_cpu_s")
        yield f"| {stations:,} | {cost:.0f} | {boots:.0f} |"
    yield ""


def _paced(options: argparse.Namespace) -> Iterator[str]:
    yield "## Half load: the generator with sessions of one to two seconds"
    yield ""
    yield "| stations | calls per second | µs per call | longest stall of the loop | p99 round trip |"
    yield "|---|---|---|---|---|"
    for stations in (100, 200, 300):
        results = [_fleet(options, stations, "paced", TRANSPORTS[0]) for _ in range(options.rounds)]
        rate = median(result["calls"] / (result["ended"] - result["began"]) for result in results)
        cost, stall = _median(results, "us_per_call"), _median(results, "longest_stall_ms")
        p99 = _median(results, "p99_ms")
        yield f"| {stations} | {rate:,.0f} | {cost:.0f} | {stall:.0f} ms | {p99:.0f} ms |"
    yield ""


def _idle(options: argparse.Namespace) -> Iterator[str]:
    yield "## Memory of an idle station: two connectors, connected and booted, generator off"
    yield ""
    yield "(PSS of the process with them, less PSS without, per station)"
    yield ""
    yield "| stations | transport | KiB per station | boots per CPU second |"
    yield "|---|---|---|---|"
    for stations in (1000, options.most):
        for transport in TRANSPORTS:
            result = _fleet(options, stations, "idle", transport, seconds=1.0)
            boots = result["boots_per_cpu_s"]
            yield f"| {stations:,} | {transport} | {result['station_kib']:.0f} | {boots:.0f} |"
    yield ""


def _median(results: list[Result], figure: str) -> float:
    return float(median(result[figure] for result in results))


# -- runs


def _fleet(
    options: argparse.Namespace, stations: int, load: str, transport: str, seconds: float | None = None
) -> Result:
    window = f"{seconds or options.seconds}"
    return _run("fleet_client", stations, window, "--load", load, "--transport", transport)


def _asyncio(options: argparse.Namespace, stations: int, validation: str) -> Result:
    return _run("asyncio_client", stations, f"{options.seconds}", "--validation", validation)


def _run(module: str, stations: int, seconds: str, *more: str) -> Result:
    with _sink() as url, running() as calibration:
        command = [sys.executable, "-m", f"benchmarks.{module}", "--url", url, "--stations", str(stations)]
        output = subprocess.run(
            [*command, "--seconds", seconds, *more],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
        )
    result: Result = json.loads(output.stdout)
    if result["calls"]:
        raw_us = result["cpu_s"] / result["calls"] * 1e6
        scaled_us = calibration.normalised(raw_us, result["began"], result["ended"])
        result |= {"raw_us_per_call": raw_us, "us_per_call": scaled_us}
    return result


@contextmanager
def _sink() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None, "asked for"
    try:
        yield f"ws://127.0.0.1:{int(process.stdout.readline())}/"
    finally:
        process.terminate()
        process.communicate()


if __name__ == "__main__":
    main()
