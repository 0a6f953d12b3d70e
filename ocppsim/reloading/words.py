"""What a reload has done, in lines for people."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ocppsim.config.changes import Adjust, Change, Restart, Start, Stop

NAMED = 2
"""So many templates are named; of more, how many there are."""

_VERBS: dict[type, tuple[str, str]] = {
    Stop: ("stops", "stop"),
    Restart: ("restarts", "restart"),
    Start: ("starts", "start"),
}


def done(found: Iterable[Change], left_behind: Sequence[str]) -> str:
    """One line: what happens to which stations, and what does not happen."""
    parts = [*_parts(found)] or ["no station is affected"]
    if left_behind:
        verb = "needs" if len(left_behind) == 1 else "need"
        parts.append(f"{', '.join(left_behind)} {verb} a new start")
    return f"reloaded: {'; '.join(parts)}"


def _parts(found: Iterable[Change]) -> Iterator[str]:
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for change in found:
        for verbs in _verbs(change):
            groups[verbs][change.plan.template] += 1
    for (one, many), templates in groups.items():
        number, several = templates.total(), len(templates)
        of = f"{several} templates" if several > NAMED else " and ".join(templates)
        yield f"{number} station of {of} {one}" if number == 1 else f"{number} stations of {of} {many}"


def _verbs(change: Change) -> Iterator[tuple[str, str]]:
    """What it does, of one station and of several."""
    if not isinstance(change, Adjust):
        yield _VERBS[type(change)]
        return
    for what in change.what:
        new = what.replace("a ", "another ", 1) if what.startswith("a ") else f"new {what}"
        yield f"has {new}", f"have {new}"
