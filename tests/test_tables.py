"""Tests of many rows in one: none is left out, and each that fails is named."""

import inspect

import pytest

from tests.tables import each


def test_all_combinations_are_tried() -> None:
    tried = []

    @each("a", [1, 2])
    @each(("b", "c"), [(3, 4), (5, 6)])
    def row(a: int, b: int, c: int) -> None:
        tried.append((a, b, c))

    row()
    assert tried == [(1, 3, 4), (1, 5, 6), (2, 3, 4), (2, 5, 6)]
    assert not inspect.signature(row).parameters


def test_those_that_fail_are_named_and_the_others_tried() -> None:
    tried = []

    @each("number", range(4))
    def odd(number: int) -> None:
        tried.append(number)
        assert number % 2

    with pytest.raises(ExceptionGroup, match="2 of 4 rows") as failed:
        odd()
    assert tried == [0, 1, 2, 3]
    assert [failure.__notes__ for failure in failed.value.exceptions] == [
        ["in the row {'number': 0}"],
        ["in the row {'number': 2}"],
    ]


def test_fixtures_go_on_to_the_test(tmp_path: object) -> None:
    @each("number", [1])
    def with_fixture(number: int, tmp_path: object) -> None:
        assert (number, tmp_path) == (1, given)

    given = tmp_path
    with_fixture(tmp_path=tmp_path)
    assert list(inspect.signature(with_fixture).parameters) == ["tmp_path"]


def test_a_table_without_rows_and_names_that_are_not_taken_are_mistakes() -> None:
    def test(a: int) -> None: ...

    with pytest.raises(AssertionError, match="without rows"):
        each("a", [])
    with pytest.raises(AssertionError, match="does not take"):
        each("b", [1])(test)
