"""Tests of many rows in one: none is left out, and each that fails is named."""

from pathlib import Path

import pytest

from tests.tables import each

pytest_plugins = ["pytester"]


def test_all_combinations_are_tried(subtests: pytest.Subtests) -> None:
    tried = []

    @each("a", [1, 2])
    @each(("b", "c"), [(3, 4), (5, 6)])
    def row(a: int, b: int, c: int) -> None:
        tried.append((a, b, c))

    row(subtests=subtests)
    assert tried == [(1, 3, 4), (1, 5, 6), (2, 3, 4), (2, 5, 6)]


def test_those_that_fail_are_named_and_the_others_tried(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that miss an exception, which is no `Exception` to pytest, and those that take fixtures."""
    pytester.makepyfile(
        """
        import pytest
        from tests.tables import each

        @each("number", range(4))
        @each(("letter", "value"), [("a", 0), ("b", 1)])
        def test_it(number, letter, value, tmp_path):
            assert tmp_path.exists()
            if number == 1 and letter == "b":
                with pytest.raises(ValueError):
                    pass
            assert number != 2
        """
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    ended = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    ended.stdout.fnmatch_lines(
        [f"SUBFAILED(number={row}*" for row in ("1, letter='b'", "2, letter='a'", "2, letter='b'")]
    )
    ended.assert_outcomes(failed=4)


def test_a_table_without_rows_and_names_that_are_not_taken_are_mistakes() -> None:
    def test(a: int) -> None: ...

    with pytest.raises(AssertionError, match="without rows"):
        each("a", [])
    with pytest.raises(AssertionError, match="does not take"):
        each("b", [1])(test)
