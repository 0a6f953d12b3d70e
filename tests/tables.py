"""`each`: one test that goes through all rows of a table, each a subtest of pytest.

For tables of which a row takes less time than pytest takes for a test. What prepares something for each row
is a fixture, and needs `pytest.mark.parametrize`.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

import pytest

SUBTESTS = Parameter("subtests", Parameter.KEYWORD_ONLY)


def each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Any]:
    """Names and rows as in `pytest.mark.parametrize`; several of them try all combinations."""
    fields = (names,) if isinstance(names, str) else names
    table = [dict(zip(fields, (row,) if isinstance(names, str) else row, strict=True)) for row in rows]
    assert table, "a table without rows tries nothing"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        of_one, others = getattr(test, "of_one_row", (test, [{}]))
        every = [row | other for row in table for other in others]
        taken = signature(of_one)
        rest = [parameter for name, parameter in taken.parameters.items() if name not in every[0]]
        assert len(rest) + len(every[0]) == len(taken.parameters), f"{of_one.__name__} does not take {fields}"

        @wraps(of_one)
        def all_rows(*, subtests: pytest.Subtests, **fixtures: Any) -> None:
            for row in every:
                with subtests.test(**row):
                    of_one(**row, **fixtures)

        all_rows.of_one_row = (of_one, every)  # type: ignore[attr-defined]  # for the `each` above
        all_rows.__signature__ = taken.replace(parameters=[*rest, SUBTESTS])  # type: ignore[attr-defined]  # for pytest
        return all_rows

    return decorate
