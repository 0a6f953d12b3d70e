"""The table as a page of Markdown, and as plain lines."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ocppsim.support.rows import NEWER, Proofs, Row, Support, keys, messages, newer

MOST_TESTS = 3
"""So many tests are named in a row of the page; the rest is counted."""

_HEAD = """# What is supported

Made from the code and from the marks of the tests by `make support`; `ocppsim support` prints the same.

*Honoured* means that a test shows the effect; the last column names such tests. What no test shows is not
supported.
"""


def page(proofs: Proofs) -> str:
    parts = [_HEAD]
    for title, rows, kind in (
        ("Messages of OCPP 1.6 and of the security whitepaper", messages(proofs), "sent by"),
        ("Configuration keys", keys(proofs), "required"),
    ):
        parts.append(f"## {title}\n\n{counted(rows)}.\n")
        for profile, group in groupby(rows, key=lambda row: row.profile):
            parts.append(f"### {profile}\n")
            parts.append("\n".join(_table(list(group), kind)) + "\n")
    rows = newer(proofs)
    parts.append(f"## Messages of OCPP 2.0.1\n\n{counted(rows)}.\n")
    parts.append("\n".join(_table([row for row in rows if row.profile], "sent by")) + "\n")
    parts.append(f"Not supported: {_others(rows)}.\n")
    return "\n".join(parts)


def lines(proofs: Proofs) -> Iterator[str]:
    """For a terminal."""
    for title, rows in (("Messages", messages(proofs)), ("Configuration keys", keys(proofs))):
        yield f"{title}: {counted(rows)}"
        width = max(len(row.name) for row in rows)
        for profile, group in groupby(rows, key=lambda row: row.profile):
            yield f"  {profile}"
            for row in group:
                shown = f"{len(row.tests)} tests" if len(row.tests) != 1 else "1 test"
                end = "; ".join(part for part in (row.remark, shown if row.tests else "") if part)
                yield f"    {row.name:<{width}}  {row.support.value:<22}  {end}".rstrip()
    rows = newer(proofs)
    yield f"Messages of OCPP 2.0.1: {counted(rows)}"
    for row in rows:
        if row.profile:
            yield f"    {row.name.removeprefix(NEWER)}  {row.support.value}"
    yield f"  not supported: {_others(rows)}"


def _others(rows: Sequence[Row]) -> str:
    return ", ".join(row.name.removeprefix(NEWER) for row in rows if not row.profile)


def counted(rows: Sequence[Row]) -> str:
    counts = ((support, sum(row.support is support for row in rows)) for support in Support)
    return ", ".join(f"{count} {support.value}" for support, count in counts if count)


def _table(rows: Sequence[Row], kind: str) -> Iterator[str]:
    yield f"| name | {kind} | | shown by |"
    yield "|---|---|---|---|"
    for row in rows:
        word = f"{row.support.value}: {row.remark}" if row.remark else row.support.value
        yield f"| {row.name} | {row.kind} | {word} | {_tests(row.tests)} |"


def _tests(tests: Sequence[str]) -> str:
    named = ", ".join(f"{test.rpartition('/')[2].replace('::', ': ')}" for test in tests[:MOST_TESTS])
    return f"{named} and {len(tests) - MOST_TESTS} more" if len(tests) > MOST_TESTS else named
