"""What there is to keep of a station at an instant: frozen values, so that a thread may look at them."""

from collections.abc import Iterable, Mapping

from attrs import field

from ocppsim.actors.generator import Driver
from ocppsim.actors.journal import Kept
from ocppsim.actors.memory import Memory
from ocppsim.actors.station import Station
from ocppsim.config.stations import Plan
from ocppsim.dialects.dialect import Dialect
from ocppsim.model.connector import Connector
from ocppsim.model.outbox import Outbox
from ocppsim.model.specification import Specification
from ocppsim.model.visits import Visits
from ocppsim.values import frozen


@frozen(eq=False)
class Snapshot:
    plan: Plan
    specification: Specification  # with the firmware of now
    dialect: Dialect
    kept: Kept = field(repr=False)
    visits: Mapping[int, Visits]

    def same_as(self, other: "Snapshot | None") -> bool:
        """Whether nothing worth a new file has happened between the two."""
        return (
            other is not None
            and self.plan is other.plan
            and self.visits == other.visits
            and _plain(self.kept) == _plain(other.kept)
            and self.kept.changed is other.kept.changed
            and self.kept.cache is other.kept.cache
            and self.kept.outbox.transaction_ids == other.kept.outbox.transaction_ids
            and all(self.kept.blocks[name] is other.kept.blocks.get(name) for name in self.kept.blocks)
            and all(map(_alike, self.kept.connectors.values(), other.kept.connectors.values()))
        )


def _plain(kept: Kept) -> tuple[int, bool, bool | None]:
    return kept.start, kept.operative, kept.scheduled


def _alike(one: Connector, other: Connector) -> bool:
    return one is other or (
        one.session is other.session
        and one.register_wh == other.register_wh
        and one.operative == other.operative
        and one.scheduled == other.scheduled
        and one.reservation is other.reservation
    )


_NO_KEYS: Mapping[str, str] = {}


def remembered(memory: Memory) -> Kept:
    """What the memory holds, without the messages that wait: they are nowhere but in the journal."""
    outbox = memory.outbox
    return Kept(
        memory.start,
        memory.changed if memory.specification.keeps_keys else _NO_KEYS,
        memory.operative,
        memory.scheduled,
        memory.cache,
        dict(memory.connectors),
        Outbox([], dict(outbox.transaction_ids), dict(outbox.written), outbox.given_up),
        blocks=dict(memory.blocks),
    )


def taken(plan: Plan, station: Station, drivers: Iterable[Driver]) -> Snapshot:
    context = station.context
    return Snapshot(
        plan,
        context.present_specification(),
        context.dialect,
        remembered(context.memory),
        {**plan.visits, **{driver.number: driver.record for driver in drivers}},
    )
