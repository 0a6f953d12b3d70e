"""The page on configuration is what the classes say."""

from pathlib import Path

from ocppsim.config.pages import SECTIONS, all_keys, page

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "make configuration writes it anew"


def test_each_key_is_on_the_page_with_what_becomes_of_it() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    for section in SECTIONS:
        for name, made, _ in all_keys(section.cls):
            assert any(
                row.startswith((f"| `{name}` |", f"| {name} |")) and row.endswith(f"| {made.fate} |")
                for row in rows
            )


def test_each_fate_is_one_of_three_and_has_its_words() -> None:
    for section in SECTIONS:
        for name, made, _ in all_keys(section.cls):
            assert made.fate.kind in ("effective", "later", "without meaning here")
            assert bool(made.fate.words) is (made.fate.kind != "effective"), name
            assert made.doc.endswith("."), name
