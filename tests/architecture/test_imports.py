"""What the table of layers cannot see: parts it does not know, hidden ways to import, sockets by way of Trio.

And that the model speaks no version's language, in names, texts and comments alike.
"""

import ast
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ocppsim"
MODULES = sorted(PACKAGE.rglob("*.py"))

PARTS = {
    *("protocol", "model", "dialects", "actors", "csms", "terminal", "testing", "cli", "assets"),
    *("config", "clock", "chance", "templates", "embedding", "security", "support", "performance", "logs"),
    *("persistence", "reloading", "launching", "values"),
    *("__init__", "__main__"),  # the names of the embedding API, and the command
}
SOCKETS_OF_TRIO = re.compile(r"socket|Socket|SSL|ssl_over_tcp|open_tcp|serve_tcp|serve_listeners|serve_ssl")
MAY_TOUCH_SOCKETS = ("actors/transfer/", "actors/wire/", "csms/")
MAY_IMPORT_BY_NAME = {"__init__.py"}  # what the embedding API names is loaded when somebody asks for it


def name(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@cache
def nodes(module: Path) -> tuple[ast.AST, ...]:
    """Only those that the tests below look at."""
    tree = ast.parse(module.read_text())
    return tuple(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Name | ast.Attribute)
    )


# -- imports


def test_every_part_is_known_to_the_tables_of_this_folder() -> None:
    """A new one must be given its place, here and in the table of layers."""
    layers = (Path(__file__).parent / "test_layers.py").read_text()
    found = {name(module).partition("/")[0].removesuffix(".py") for module in MODULES}
    assert found <= PARTS
    assert {part for part in found - {"__init__", "__main__"} if f'"{part}"' not in layers} == set()


def test_links_at_the_root_lead_into_the_package_and_nothing_imports_through_them() -> None:
    links = {path.name: path for path in ROOT.iterdir() if path.is_symlink()}
    assert set(links) >= {"actors", "protocol", "assets"}
    for link in links.values():
        assert link.resolve() == PACKAGE / link.name
    for module in MODULES:
        heads = {imported.partition(".")[0] for imported in imports(module)}
        assert not heads & set(links), name(module)


def imports(module: Path) -> set[str]:
    found: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(module)} imports by a relative name"
            found.add(str(node.module))
    return found


def test_nothing_is_imported_behind_the_back_of_the_table() -> None:
    for module in MODULES:
        called = {node.id for node in nodes(module) if isinstance(node, ast.Name)}
        if name(module) not in MAY_IMPORT_BY_NAME:
            assert not called & {"import_module", "__import__"}, name(module)
            assert not imports(module) & {"importlib", "runpy"}, name(module)


def test_the_package_takes_modules_from_itself_and_not_the_names_of_its_own_api() -> None:
    for module in MODULES:
        for node in nodes(module):
            if isinstance(node, ast.ImportFrom) and node.module == "ocppsim":
                for alias in node.names:
                    taken = PACKAGE / alias.name
                    assert taken.with_suffix(".py").exists() or taken.is_dir(), name(module)


def test_sockets_of_trio_are_touched_at_the_edges_only() -> None:
    for module in MODULES:
        if not name(module).startswith(MAY_TOUCH_SOCKETS):
            used = {
                node.attr
                for node in nodes(module)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "trio"
            }
            assert not {attribute for attribute in used if SOCKETS_OF_TRIO.search(attribute)}, name(module)


# -- the language of the model


def actions(version: str) -> set[str]:
    paths = [Path(file.name).stem for file in (files("ocpp") / version / "schemas").iterdir()]
    return {path.removesuffix("Request").removesuffix("Response") for path in paths}


def spellings(action: str) -> set[str]:
    return {action, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()}


def test_the_model_has_no_word_for_what_one_version_alone_has() -> None:
    """Names that both versions share, such as Reset, are the field's own; no list of exceptions is needed."""
    of_one_version = actions("v16") ^ actions("v201")
    words = {spelling for action in of_one_version for spelling in spellings(action)}
    assert {"StartTransaction", "ChangeConfiguration", "TransactionEvent", "set_variables"} <= words
    for module in MODULES:
        if name(module).startswith("model/"):
            assert not set(re.findall(r"[A-Za-z_]\w*", module.read_text())) & words, name(module)
