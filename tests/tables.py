"""`each`: one test that goes through all rows of a table.

For tables of which a row takes less time than pytest takes for a test. All rows are tried, whatever becomes
of the others, and those that fail are named. What prepares something for each row is a fixture, and needs
`pytest.mark.parametrize`.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import Any


def each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Any]:
    """Names and rows as in `pytest.mark.parametrize`; several of them try all combinations."""
    fields = (names,) if isinstance(names, str) else names
    table = [(row,) if isinstance(names, str) else tuple(row) for row in rows]
    assert table, "a table without rows tries nothing"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        taken = signature(test)

        @wraps(test)
        def all_rows(**others: Any) -> None:
            failed = []
            for row in table:
                values = dict(zip(fields, row, strict=True))
                try:
                    test(**values, **others)
                except Exception as failure:  # whatever a row comes to: the others are tried too
                    failure.add_note(f"in the row {values!r:.500}")
                    failed.append(failure)
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(table)} rows", failed)

        rest = [parameter for name, parameter in taken.parameters.items() if name not in fields]
        assert len(rest) == len(taken.parameters) - len(fields), f"{test.__name__} does not take {fields}"
        all_rows.__signature__ = taken.replace(parameters=rest)  # type: ignore[attr-defined]  # as pytest reads it
        return all_rows

    return decorate
