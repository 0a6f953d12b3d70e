"""Another specification for a station that exists: at once where no life notices, else between two lives.

All objects of the station stay: whoever has its handle, its board or an address keeps them.
"""

from collections.abc import Awaitable, Callable

from ocppsim import clock
from ocppsim.actors.board import ConnectorView
from ocppsim.actors.messages import Remake
from ocppsim.actors.runtime import Condition, System
from ocppsim.actors.station import Station, close_gone, connector, misfit, with_meters
from ocppsim.actors.statistics import StationStatistics
from ocppsim.actors.transfer import MakeTransfers
from ocppsim.actors.untold import forget_untold
from ocppsim.actors.wire.transport import Dial
from ocppsim.dialects.dialect import Dialect
from ocppsim.model.evolving import evolve
from ocppsim.model.specification import Specification
from ocppsim.values import frozen


@frozen
class Design:
    """What a station is to be; what it remembers is no part of it."""

    specification: Specification
    dialect: Dialect
    dial: Dial
    statistics: StationStatistics | None = None


def redirect(station: Station, design: Design) -> None:
    """From its next connection on it goes by this; nothing else of the design may be new to it."""
    context = station.context
    signer = context.specification.signer
    context.specification = context.memory.specification = evolve(design.specification, signer=signer)
    context.dial, context.statistics = design.dial, design.statistics


def remake(
    system: System,
    station: Station,
    design: Design,
    seed: int,
    transfers: MakeTransfers,
    between: Callable[[], Awaitable[None]],
    ready: Callable[[], None],
) -> None:
    """End its life as a soft reset would. `between` that and the next, what looks at it has to go.

    A station that is not alive becomes another one as soon as it is. Raises ValueError when there can be no
    such station, and leaves the present one as it is.
    """
    name, dialect = station.id, design.dialect
    specification = with_meters(design.specification, seed)
    if (why := misfit(specification, dialect)) is not None:
        raise ValueError(f"{name}: {why}")

    async def take_over() -> None:
        await between()
        _refit(system, station, evolve(design, specification=specification), transfers)
        ready()

    station.context.remake = take_over
    if station.context.station.condition is Condition.ALIVE:
        station.context.station.tell(Remake(specification.reset_time_s))


def _refit(system: System, station: Station, design: Design, transfers: MakeTransfers) -> None:
    """Nothing of the station is alive."""
    context, memory, board = station.context, station.context.memory, station.board
    specification = design.specification
    context.specification, context.dialect, context.dial = specification, design.dialect, design.dial
    context.statistics, context.transfers = design.statistics, transfers(specification)
    memory.refit(specification, clock.now())
    forget_untold(context)
    close_gone(context)
    actors = dict(context.connectors)
    context.connectors = station.world.connectors = {
        number: actors.get(number) or connector(system, number, context, station.world)
        for number in specification.outlets
    }
    board.connectors = {
        number: board.connectors.get(number, ConnectorView()) for number in specification.outlets
    }
    board.changed()
