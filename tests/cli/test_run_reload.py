"""`ocppsim run` as a process, while somebody edits its files."""

import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from tests.cli.support import finish, start
from tests.real.independent import IndependentServer, schema_errors
from tests.reloading.reload_stage import prepared

EACH = 25


def write(path: Path, content: object) -> None:
    """As `sed -i` does: another file takes the place of this one."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(json.dumps(content))
    fresh.rename(path)


def stops(server: IndependentServer) -> Counter[tuple[str, Any]]:
    """How many sessions of the stations of each template ended, and why."""
    return Counter(
        (one.identity[0], one.stop.reason or "Local") for one in server.seen.transactions() if one.stop
    )


def serial_numbers(server: IndependentServer) -> set[str]:
    """All that stations ever told."""
    frames = [frame.text for frame in server.seen.frames if '"BootNotification"' in frame.text]
    return {json.loads(text)[3]["chargePointSerialNumber"] for text in frames}


def test_fifty_stations_charge_and_one_template_is_edited(
    tmp_path: Path, independent_server: IndependentServer
) -> None:
    server = independent_server
    files = prepared(tmp_path, EACH)
    write(tmp_path / "config.json", files["config.json"] | {"supervisionUrls": server.url})
    template, tags = tmp_path / "station-templates" / "a.json", tmp_path / "tags.json"
    process = start("run", "--config", str(tmp_path / "config.json"), "--plain", "--seed", "5")

    def told() -> str:
        """The next line about a reload."""
        return next(line.strip()[14:] for line in process.stdout if "reloaded: " in line)

    server.wait_for(lambda seen: len(seen.transactions()) == 2 * EACH, 20)
    write(template, files["station-templates/a.json"] | {"chargePointModel": "Newer", "resetTime": 0.5})
    assert told() == f"reloaded: {EACH} stations of a restart"
    server.wait_for(lambda seen: len(seen.transactions()) == 3 * EACH, 20)
    assert stops(server) == {("A", "Reboot"): EACH}
    assert Counter((boot.identity[0], boot.model) for boot in server.seen.boots) == {
        ("A", "Model"): EACH,
        ("A", "Newer"): EACH,
        ("B", "Model"): EACH,
    }
    assert len(serial_numbers(server)) == 2 * EACH  # each has the one that it had

    template.write_text('{"baseName": "A", "power":')
    assert told() == f"not reloaded: {template}: line 1, column 27: Expecting value"
    write(template, files["station-templates/a.json"] | {"chargePointModel": "Newer", "resetTime": 0.5})
    write(tags, ["NEW"])
    assert told() == f"reloaded: {2 * EACH} stations of a and b have new tags"

    assert stops(server) == {("A", "Reboot"): EACH}
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == 130
    assert stops(server) == {("A", "Reboot"): EACH, ("A", "Local"): EACH, ("B", "Local"): EACH}
    assert (server.seen.violations, schema_errors(server.seen.frames)) == ([], [])


def test_files_can_be_left_alone(tmp_path: Path, independent_server: IndependentServer) -> None:
    server = independent_server
    files = prepared(tmp_path, 1)
    write(tmp_path / "config.json", files["config.json"] | {"supervisionUrls": server.url})
    process = start(
        "run", "--config", str(tmp_path / "config.json"), "--plain", "--no-reload", "--duration", "4"
    )
    server.wait_for(lambda seen: len(seen.boots) == 2)
    write(tmp_path / "tags.json", ["NEW"])
    ended = finish(process)
    assert "reloaded" not in ended.out
    assert ended.code == 0
