"""What a reload has done, in lines for people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ocppsim.config.changes import Adjust, Change, Restart, Start, Stop

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
    groups: Counter[tuple[tuple[str, str], str]] = Counter()
    for change in found:
        if isinstance(change, Adjust):
            for what in change.what:
                new = what.replace("a ", "another ", 1) if what.startswith("a ") else f"new {what}"
                groups[(f"has {new}", f"have {new}"), change.plan.template] += 1
        else:
            groups[_VERBS[type(change)], change.plan.template] += 1
    for (verbs, template), number in groups.items():
        stations = "station" if number == 1 else "stations"
        yield f"{number} {stations} of {template} {verbs[number != 1]}"
