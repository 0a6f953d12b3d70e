"""kill -9 of `ocppsim run` while a hundred stations charge, and the same run again."""

import json
import signal
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.cli.support import finish, start
from tests.real.independent import IndependentServer, schema_errors
from tests.real.independent_facts import Ledger, Transaction

STATIONS = 100
TEMPLATE = {
    "baseName": "CS",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "chargePointSerialNumberPrefix": "P-",
    "power": [7, 11, 22],
    "powerUnit": "kW",
    "Configuration": {
        "configurationKey": [
            {"key": "MeterValueSampleInterval", "readonly": False, "value": "30"},
            {"key": "MeterValuesSampledData", "readonly": False, "value": "Energy.Active.Import.Register"},
            {"key": "WebSocketPingInterval", "readonly": False, "value": "0"},
        ]
    },
    "Connectors": {"0": {}, "1": {}},
    "AutomaticTransactionGenerator": {
        "enable": True,
        "minDuration": 36_000,
        "maxDuration": 36_000,
        "minDelayBetweenTwoTransactions": 1,
        "maxDelayBetweenTwoTransactions": 20,
        "requireAuthorize": False,
    },
}


def configuration(folder: Path, url: str) -> str:
    (folder / "station-templates").mkdir()
    (folder / "station-templates" / "test.json").write_text(json.dumps(TEMPLATE))
    file = folder / "config.json"
    uses = [{"file": "test.json", "numberOfStations": STATIONS}]
    content = {"supervisionUrls": url, "stationTemplateUrls": uses, "worker": {"startDelay": 0}}
    file.write_text(json.dumps(content))
    return str(file)


def charging(seen: Ledger) -> bool:
    transactions = seen.transactions()
    return len(transactions) == STATIONS and all(one.samples for one in transactions)


def resolved(seen: Ledger) -> bool:
    transactions = seen.transactions()
    return len(transactions) == 2 * STATIONS and all(one.stop for one in transactions[:STATIONS])


@pytest.mark.timeout(120)
def test_all_are_back_with_their_transactions_resolved_and_registers_unbroken(
    independent_server: IndependentServer, tmp_path: Path
) -> None:
    server = independent_server
    options = ("run", "--config", configuration(tmp_path, server.url), "--plain", "--speed", "10")
    process = start(*options)
    server.wait_for(charging, within_s=40)
    process.send_signal(signal.SIGKILL)
    finish(process)
    process = start(*options)
    server.wait_for(resolved, within_s=40)
    process.send_signal(signal.SIGTERM)
    ended = finish(process)

    assert ended.code == 130
    assert f"{STATIONS}, of which {STATIONS} booted" in ended.out
    seen = server.seen
    assert Counter(boot.identity for boot in seen.boots) == dict.fromkeys(
        (f"CS-{number:05}" for number in range(1, STATIONS + 1)), 2
    )
    for number in range(1, STATIONS + 1):
        first, second = seen.transactions(f"CS-{number:05}")
        check(first, second)
    assert told_twice(server) == {}
    assert serial_numbers(server) == {1: STATIONS}
    assert schema_errors(seen.frames) == []
    assert [what for what in seen.violations if "another CALL is open" not in what] == []
    assert len(list((tmp_path / "configurations").glob("*.json"))) == STATIONS
    assert not list((tmp_path / "configurations").glob("*.new"))


def check(first: Transaction, second: Transaction) -> None:
    assert first.stop is not None
    assert second.stop is not None
    assert (first.stop.reason, second.stop.reason) == ("PowerLoss", "Local")
    assert first.stop.timestamp >= first.samples[-1].timestamp
    told = [*first.registers_wh, *second.registers_wh]
    assert told == sorted(told)
    assert second.meter_start_wh == first.stop.meter_stop_wh == first.samples[-1].register_wh
    assert first.registers_wh[-1] > first.meter_start_wh == 0


def told_twice(server: IndependentServer) -> dict[tuple[str, str], set[str]]:
    """Transaction messages of a station that came under more than one id."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for frame in server.seen.frames:
        match json.loads(frame.text):
            case [2, str(call_id), "StartTransaction" | "MeterValues" | "StopTransaction" as action, payload]:
                ids[frame.identity, f"{action} {json.dumps(payload)}"].add(call_id)
    return {content: known for content, known in ids.items() if len(known) > 1}


def serial_numbers(server: IndependentServer) -> Counter[int]:
    """How many stations had how many serial numbers, over both runs, which had seeds of their own."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for frame in server.seen.frames:
        match json.loads(frame.text):
            case [2, _, "BootNotification", {"chargePointSerialNumber": str(number)}]:
                numbers[frame.identity].add(number)
    return Counter(map(len, numbers.values()))
