"""The table of what is supported: complete, true, and made from the marks of the tests."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from docs.supported import ROOT, BadMark, files, marks
from ocppsim.cli.parser import run
from ocppsim.dialects.v16.keys import KEYS
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.protocol import schemas
from ocppsim.support import page, rows, texts
from ocppsim.support.rows import NoTable, Support, keys, messages
from tests.tables import each


@cache
def proofs() -> dict[str, tuple[str, ...]]:
    return marks(ROOT / "tests")


made = cache(files)


def test_the_table_can_be_made_of_what_is_here() -> None:
    """Above all, no mark names what is neither a message nor a key, or what is not offered."""
    assert all(text for text in made().values())


def test_page_and_data_are_those_of_the_marks() -> None:
    """`make support` writes them anew."""
    assert [path.name for path, text in made().items() if path.read_text("utf-8") != text] == []


def test_every_schema_is_in_one_row() -> None:
    actions = {name for name in schemas.names("v16") if not name.endswith("Response")}
    assert [row.name for row in messages(proofs())].count("ClearCache") == 1
    assert {row.name for row in messages(proofs())} == actions
    assert len(messages(proofs())) == len(actions) == 39


def test_what_the_station_takes_is_what_central_systems_send() -> None:
    assert {name for name in ROWS if not texts.MESSAGES[name].by_central_system} == set()


def test_what_no_test_shows_is_not_supported() -> None:
    assert {row.support for row in (*messages({}), *keys({}))} == {Support.NOT_SUPPORTED}
    (row,) = (row for row in messages({"Reset": ("tests/a.py::test_b",)}) if row.support is Support.HONOURED)
    assert (row.name, row.tests) == ("Reset", ("tests/a.py::test_b",))


def test_every_message_and_every_required_key_is_honoured() -> None:
    required = [row for row in keys(proofs()) if row.kind.startswith("required")]
    assert len(required) == 33
    assert [row.name for row in (*messages(proofs()), *required) if row.support is not Support.HONOURED] == []


def test_what_is_not_supported_says_why() -> None:
    assert [
        row.name for row in keys(proofs()) if row.support is Support.NOT_SUPPORTED and not row.remark
    ] == []


def test_a_key_that_is_offered_is_the_key_of_some_text() -> None:
    assert {row.name for row in keys(proofs())} == set(texts.KEYS)


@each("name", ["ClearCash", "ResetResponse", "GetVariables", ""])
@each("table", [messages, keys])
def test_a_mark_with_a_name_of_no_text_fails(table: Callable[[rows.Proofs], object], name: str) -> None:
    with pytest.raises(NoTable, match="neither a message nor a key"):
        table({name: ("tests/a.py::test_b",)})


def test_a_mark_for_what_is_not_offered_fails() -> None:
    assert "BlinkRepeat" not in KEYS
    with pytest.raises(NoTable, match="BlinkRepeat has tests and is not offered"):
        keys({"BlinkRepeat": ("tests/a.py::test_b",)})


def test_a_schema_without_a_row_and_a_row_without_a_schema_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(texts.MESSAGES, "Reset")  # type: ignore[arg-type]  # a dict, shown as read-only
    with pytest.raises(NoTable, match="Reset has a schema and no row"):
        messages({})
    monkeypatch.setitem(texts.MESSAGES, "Reboot", texts.MESSAGES["Authorize"])  # type: ignore[arg-type]
    with pytest.raises(NoTable, match="Reboot has a row and no schema"):
        messages({})


def test_what_has_no_effect_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(rows.WITHOUT_EFFECT.values())
    monkeypatch.setitem(rows.WITHOUT_EFFECT, "ClearCache", "there is none")  # type: ignore[arg-type]
    (row,) = (row for row in messages(proofs()) if row.name == "ClearCache")
    assert (row.support, row.remark) == (Support.WITHOUT_EFFECT, "there is none")


def test_marks_are_found_on_functions_classes_cases_and_modules(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "test_some.py").write_text(
        """
@pytest.mark.honours("A", "B")
async def test_one(): ...
@pytest.mark.honours("B")
class TestMany: ...
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.honours("C"))])
def test_three(x): ...
def test_nothing(): ...
"""
    )
    (folder / "test_all.py").write_text("pytestmark = [pytest.mark.honours('D')]\ndef test_x(): ...\n")
    (folder / "helper.py").write_text("@pytest.mark.honours('E')\ndef test_x(): ...\n")
    assert marks(folder) == {
        "A": ("tests/deep/test_some.py::test_one",),
        "B": ("tests/deep/test_some.py::TestMany", "tests/deep/test_some.py::test_one"),
        "C": ("tests/deep/test_some.py::test_three",),
        "D": ("tests/test_all.py",),
    }


def test_a_mark_that_cannot_be_read_fails(tmp_path: Path) -> None:
    (tmp_path / "test_bad.py").write_text("@pytest.mark.honours(*NAMES)\ndef test_x(): ...\n")
    with pytest.raises(BadMark, match="line 1"):
        marks(tmp_path)


def test_every_test_that_a_row_names_is_there() -> None:
    for tests in proofs().values():
        for test in tests:
            path, _, name = test.partition("::")
            assert f"def {name}(" in (ROOT / path).read_text() or f"class {name}" in (ROOT / path).read_text()


def test_the_page_has_every_name() -> None:
    text = page.page(proofs())
    assert [name for name in (*texts.MESSAGES, *texts.KEYS) if f"| {name} |" not in text] == []


# -- the command


def test_the_command_lists_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["support"]) == 0
    printed = capsys.readouterr().out.split()
    assert [name for name in (*texts.MESSAGES, *texts.KEYS) if name not in printed] == []


def test_the_command_says_what_is_known_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["support", "triggermessage", "BlinkRepeat", "--json"]) == 0
    trigger, blink = json.loads(capsys.readouterr().out)
    assert (trigger["name"], blink["name"], blink["support"]) == (
        "TriggerMessage",
        "BlinkRepeat",
        "not supported",
    )
    assert run(["support", "ClearCache"]) == 0
    assert capsys.readouterr().out.startswith("ClearCache (Core, central system): ")


def test_the_command_knows_no_other_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["support", "NoSuchThing"]) == 2
    assert "NoSuchThing" in capsys.readouterr().err
