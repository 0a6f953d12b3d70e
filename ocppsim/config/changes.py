"""From the stations that there are to those that files ask for: what is to be done with each."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from attrs import evolve

from ocppsim.config.stations import Plan
from ocppsim.config.template import StationTemplate
from ocppsim.model.beginning import NOTHING_THERE
from ocppsim.values import frozen


@frozen
class Start:
    """Nobody knows it yet, or it was stopped."""

    plan: Plan


@frozen
class Stop:
    """Nobody asks for it any more."""

    plan: Plan


@frozen
class Restart:
    """It becomes another station, which takes a restart."""

    plan: Plan


@frozen
class Adjust:
    """It goes on as it is; `what` is new to it, in words."""

    plan: Plan
    what: tuple[str, ...] = ()


Change: TypeAlias = Start | Stop | Restart | Adjust
Plans: TypeAlias = Mapping[str, Plan]
"""By the station's id."""

TAGS, VEHICLES, CENTRAL_SYSTEM = "tags", "EVs", "a central system"
"""What an adjustment may bring; people are told so: \"2 stations have new tags\"."""


def changes(before: Plans, after: Plans) -> tuple[Change, ...]:
    """Those that stop come first, so that nothing is there twice; then what is there, then what is new."""
    stopped = [Stop(plan) for name, plan in before.items() if name not in after]
    kept = [
        change
        for name, plan in after.items()
        if name in before and (change := _change(before[name], plan)) is not None
    ]
    started = [Start(plan) for name, plan in after.items() if name not in before]
    return (*stopped, *kept, *started)


def applied(found: Iterable[Change], before: Plans) -> Plans:
    """The stations that there are after the changes."""
    plans = dict(before)
    for change in found:
        name = change.plan.specification.id
        if isinstance(change, Stop):
            del plans[name]
        else:
            plans[name] = change.plan
    return plans


def _change(before: Plan, after: Plan) -> Change | None:
    if before is after:
        return None
    if _template(before) != _template(after) or _lasting(before) != _lasting(after):
        return Restart(after)
    what = tuple(name for name, look in _PASSING.items() if look(before) != look(after))
    return Adjust(after, what) if what or before != after else None


def _template(plan: Plan) -> StationTemplate | None:
    return None if plan.source is None else plan.source.template


def _lasting(plan: Plan) -> Plan:
    """What a station is for all of a life.

    How it is found at its first start is not: that is over. Nor is the name of the file.
    """
    specification = plan.specification
    hardware = evolve(
        specification,
        keys={name: value for name, value in specification.keys.items() if name != plan.url_key},
        outlets={
            number: evolve(outlet, beginning=NOTHING_THERE)
            for number, outlet in specification.outlets.items()
        },
    )
    habits = None if plan.habits is None else evolve(plan.habits, tags=(), visitors=())
    return evolve(
        plan, specification=hardware, habits=habits, url=None, visits={}, source=None, template="", index=0
    )


_PASSING: Mapping[str, Callable[[Plan], object]] = {
    TAGS: lambda plan: plan.habits and plan.habits.tags,
    VEHICLES: lambda plan: plan.habits and plan.habits.visitors,
    CENTRAL_SYSTEM: lambda plan: plan.url,
}
