"""Each key of a file that is called effective has a test that says it shows the effect."""

from functools import cache

from docs.supported import ROOT, marks
from ocppsim.config.pages import effective

EFFECTIVE = tuple(effective())


@cache
def shown() -> dict[str, tuple[str, ...]]:
    return marks(ROOT / "tests", "effective")


def test_names_are_of_one_key_each() -> None:
    assert len(set(EFFECTIVE)) == len(EFFECTIVE) > 120


def test_each_effective_key_has_a_test_of_its_effect() -> None:
    """`@pytest.mark.effective("template.power")`, at a test that fails without the effect."""
    assert [key for key in EFFECTIVE if not shown().get(key)] == []


def test_no_mark_names_what_is_no_effective_key() -> None:
    assert set(shown()) <= set(EFFECTIVE)
