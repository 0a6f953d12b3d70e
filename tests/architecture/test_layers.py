"""Imports point one way, and the model knows no version of OCPP."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "ocppsim"
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")
}
BASE = {"clock", "chance"}
EVERYWHERE = {"values"}  # what attrs lacks: it knows nothing of ours
ALLOWED = {
    "protocol": set(),
    "model": set(),
    "values": set(),
    "clock": set(),
    "chance": set(),
    "actors.runtime": set(),
    "dialects": {"model", "protocol", "clock"},
    "config": {"model", "chance"},
    "templates": {"actors", "config", "dialects", "model", "protocol"},
    "support": {"dialects", "protocol"},
    "security": {"model"},
    "actors": {"actors.runtime", "dialects", "model", "protocol", "security"} | BASE,
    "csms": {"protocol"} | BASE,
    "logs": {"actors", "actors.runtime", "clock", "config", "terminal"},
    "performance": {"actors", "clock", "config"},
    "persistence": {"actors", "clock", "config", "dialects", "model", "protocol"},
    "reloading": {"config"} | BASE,
    "terminal": {"actors", "actors.runtime", "model", "protocol", "clock"},
    "testing": {"actors", "actors.runtime", "csms", "dialects", "model", "protocol", "clock"},
    "launching": {"actors", "config", "dialects"},
    "embedding": {
        "actors",
        "actors.runtime",
        "clock",
        "csms",
        "model",
        "config",
        "launching",
        "templates",
        "protocol",
        "testing",
    },
    "cli": {
        "actors",
        "actors.runtime",
        "csms",
        "dialects",
        "model",
        "config",
        "launching",
        "logs",
        "performance",
        "persistence",
        "reloading",
        "templates",
        "protocol",
        "support",
        "security",
        "terminal",
    }
    | BASE,
}
SOCKETS = {"socket", "ssl", "trio_websocket", "wsproto", "websockets"}
MAY_TOUCH_SOCKETS = ("actors.transfer", "actors.wire", "csms", "cli.options", "cli.csms")


def part(module: str) -> str:
    """The part of the package that a module belongs to: the longest name in the table."""
    inner = module.removeprefix("ocppsim.").removesuffix(".__init__")
    names = [name for name in ALLOWED if inner == name or inner.startswith(f"{name}.")]
    return max(names, key=len, default="")


def is_edge(module: str) -> bool:
    return module.removeprefix("ocppsim.").startswith(MAY_TOUCH_SOCKETS)


@cache
def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_imports_point_one_way() -> None:
    for module, path in MODULES.items():
        if own := part(module):
            reached = {part(name) for name in imports(path) if name.startswith("ocppsim.")}
            assert reached - {own, ""} <= ALLOWED[own] | EVERYWHERE, module


def test_values_are_frozen_by_one_decorator() -> None:
    for module, path in MODULES.items():
        if part(module) != "values":
            assert not imports(path) & {"attrs.frozen", "attr.frozen"}, module


def test_only_the_edges_touch_sockets() -> None:
    for module, path in MODULES.items():
        if not is_edge(module):
            assert not {name.partition(".")[0] for name in imports(path)} & SOCKETS, module


@pytest.mark.parametrize("package", ["protocol", "model", "dialects"])
def test_pure_packages_do_not_know_trio(package: str) -> None:
    for module, path in MODULES.items():
        if part(module) == package:
            assert not {name.partition(".")[0] for name in imports(path)} & {"trio", "time", "random"}, module


def test_dialects_take_of_the_clock_only_how_instants_are_written() -> None:
    for module, path in MODULES.items():
        if part(module) == "dialects":
            assert {name for name in imports(path) if name.startswith("ocppsim.clock")} <= {
                "ocppsim.clock",
                "ocppsim.clock.moment",
            }, module


ENGLISH = {
    "Authorize",
    "Heartbeat",
    "Reset",
    "ClearCache",
    "UnlockConnector",
    "ChangeAvailability",
    "TriggerMessage",
}
"""Words that say what is done in any version; the classes of the model that bear them are commands."""


def test_the_model_names_nothing_after_a_message_of_one_version() -> None:
    from ocppsim.protocol import schemas

    actions = {name for name in schemas.names("v16") if not name.endswith("Response")} - ENGLISH
    for module, path in MODULES.items():
        if part(module) == "model":
            names = {
                node.id if isinstance(node, ast.Name) else node.name
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Name | ast.ClassDef | ast.FunctionDef)
            }
            assert not names & actions, module
