"""A station put together: all its actors are created here once, and good for all its lives."""

from functools import partial
from itertools import count

from attrs import define

from ocppsim import chance, clock
from ocppsim.actors.board import Board, ConnectorView
from ocppsim.actors.connector import ConnectorLife
from ocppsim.actors.context import StationContext
from ocppsim.actors.identity import Identity
from ocppsim.actors.latencies import Latencies
from ocppsim.actors.link import Link
from ocppsim.actors.memory import Memory, Told
from ocppsim.actors.messages import ConnectorMessage, NotConnected, PowerDown, StationMessage, Tampered
from ocppsim.actors.runtime import Actor, Condition, Exit, Policy, Restart, Stop, System, Tier
from ocppsim.actors.security_events import SecurityEvents
from ocppsim.actors.station_life import StationLife
from ocppsim.actors.statistics import StationStatistics
from ocppsim.actors.store import Store
from ocppsim.actors.trace import Listener, Tracer
from ocppsim.actors.transfer import MakeTransfers, pretended
from ocppsim.actors.untold import forget_untold
from ocppsim.actors.wire.backoff import Backoff
from ocppsim.actors.wire.life import Wire
from ocppsim.actors.wire.transport import Dial
from ocppsim.actors.world import World
from ocppsim.dialects.dialect import Dialect, InvalidMessage
from ocppsim.model.authorization import Decision, decide
from ocppsim.model.connector import advanced, cable_locked, flowing
from ocppsim.model.evolving import evolve
from ocppsim.model.inputs import Ended
from ocppsim.model.outbox import Place
from ocppsim.model.session import StopReason
from ocppsim.model.specification import Specification
from ocppsim.security.ocmf import meters


def _doubling(crashes: int) -> float:
    return float(2**crashes)


WATCHDOG = Policy(crashes=5, within=600.0, backoff=_doubling)
"""A station that crashes comes up again as after a watchdog's reset, each time a little later."""

MAILBOX = 256


@define(eq=False)
class Station:
    """The handle of a station: its board to look at, its world to act in, its actor to run."""

    context: StationContext
    world: World

    @property
    def id(self) -> str:
        return self.context.specification.id

    @property
    def board(self) -> Board:
        return self.context.board

    def view(self, number: int) -> ConnectorView:
        """The connector as it is now: between two events its board stands still, while energy flows on."""
        shown, state = self.board.seen.connectors[number], self.context.memory.seen.get(number)
        flows = shown.session is not None and shown.power.power_w > 0
        if not flows or state is None or state.session is not shown.session:
            return shown
        outlet = self.context.specification.outlets[number]
        state = advanced(state, clock.now(), outlet)
        return evolve(shown, power=flowing(state, outlet), register_wh=state.register_wh, soc=state.soc)

    def views(self) -> list[ConnectorView]:
        """All connectors as they are now, in their order."""
        return [self.view(number) for number in sorted(self.board.seen.connectors)]

    def admits_offline(self, tag: str) -> bool:
        """Whether the tag could charge without asking the central system."""
        context = self.context
        decision = decide(
            context.memory.known(tag, context.settings), clock.now(), context.settings, online=False
        )
        return decision is Decision.ACCEPT

    def cut_power(self) -> None:
        """At once and without a word, as when a breaker trips; power is back after the reset time."""
        self.context.ended_by = StopReason.POWER_LOSS
        pause_s = self.context.specification.reset_time_s
        self.context.station.end(Restart("power cut", after=pause_s))

    def tamper(self) -> None:
        """Somebody opens the housing; a station without power does not notice."""
        self.context.station.tell(Tampered())

    def power_down(self, stop: StopReason | None) -> None:
        """End in good order and do not come back; `stop` ends sessions with that reason, None leaves them."""
        if self.context.station.condition is Condition.RESTING:
            self.context.station.end(Stop("stopped"))
        else:
            self.context.station.tell(PowerDown(stop))


def with_meters(specification: Specification, seed: int) -> Specification:
    """Its meters sign, each with a key that follows from the seed, where `cryptography` is installed."""
    if specification.signer is not None:
        return specification
    name = specification.id
    signer = meters(specification, lambda number: chance.stream(seed, name, "meter key", number))
    return evolve(specification, signer=signer)


def misfit(specification: Specification, dialect: Dialect) -> str | None:
    """Why there can be no such station: no message tells what it is, or a key cannot be as it should."""
    try:
        dialect.boot(specification)  # the version of an update is never too long
    except InvalidMessage as error:
        return str(error)
    return dialect.misfit(specification)


def assemble(
    system: System,
    specification: Specification,
    dialect: Dialect,
    dial: Dial,
    store: Store,
    seed: int,
    latencies: Latencies,
    listeners: list[Listener],
    transfers: MakeTransfers = pretended,
    statistics: StationStatistics | None = None,
) -> Station:
    """A station with its parts, none of them alive yet; ValueError when there can be none: see `misfit`."""
    name = specification.id
    specification = with_meters(specification, seed)
    if (why := misfit(specification, dialect)) is not None:
        raise ValueError(f"{name}: {why}")
    fresh_start = chance.stream(seed, name, "message ids").getrandbits(24)
    memory = Memory.recall(specification, store, clock.now(), fresh_start, system.rounds)
    settings = dialect.settings(specification, memory.changed)
    views = {number: ConnectorView() for number in specification.outlets}
    board = Board(name, memory.outbox, connectors=views, rounds=system.rounds)
    board.changed()  # from its first round on it can be seen
    context = StationContext(
        specification,
        dialect,
        memory,
        board,
        Tracer(name, listeners),
        settings,
        transfers(specification),
        dial,
        statistics,
    )
    _recall_security(context)
    forget_untold(context)
    close_gone(context)
    numbers = count()
    context.key_chance = lambda: chance.stream(seed, name, next(numbers), "keys")
    draws = partial(chance.stream, seed, name, "backoff")
    backoff = Backoff(draws, lambda: context.specification.first_redial_s)
    _add_actors(system, context, backoff, latencies)
    return Station(context, _add_world(system, context))


def _recall_security(context: StationContext) -> None:
    memory, log = context.memory, context.tracer.security_log
    context.identity = Identity.recall(memory, lambda: context.settings)
    context.security_events = SecurityEvents.recall(memory, lambda: context.settings, log)


async def _live(me: Actor[StationMessage], context: StationContext) -> Exit | None:
    """A life of the station; before it, what was to be made of it between two lives."""
    if (remake := context.remake) is not None:
        await remake()  # which the end of this life may cut short; then the next one does it
        if context.remake is remake:
            context.remake = None
    return await StationLife(me, context).live()


def close_gone(context: StationContext) -> None:
    """Sessions that were open at connectors which another template has not."""
    memory = context.memory
    for connector in memory.gone:
        session, number = connector.session, connector.number
        if session is None or session.interrupted_at is None:
            continue
        reason = memory.cut_by.get(number, StopReason.POWER_LOSS)
        end = Ended(session, session.interrupted_at, connector.register_wh, reason)
        series = memory.series.get(number, ())
        draft = context.dialect.ended(number, end, context.settings, memory.offset_s, series)
        memory.close_gone(connector, Told(draft, session.key, Place.CLOSES))


def _add_actors(system: System, context: StationContext, backoff: Backoff, latencies: Latencies) -> None:
    """Station, link and wire."""
    name = context.specification.id
    context.station = Actor(
        system,
        name,
        Tier.STATION,
        lambda me: _live(me, context),
        WATCHDOG,
        size=MAILBOX,
        keeps=False,
    )
    context.link = Actor(
        system, f"{name}/link", Tier.LINK, lambda me: Link(me, context, latencies).live(), size=MAILBOX
    )
    context.wire = Actor(
        system,
        f"{name}/wire",
        Tier.LINK,
        lambda me: Wire(
            me,
            context.link,
            context.dial,
            context.board,
            backoff,
            lambda: context.settings.ping_s,
            context.identity.access,
            lambda failed: context.station.tell(NotConnected(failed.reason, failed.flaw)),
            context.specification.redials,
        ).live(),
    )


def _add_world(system: System, context: StationContext) -> World:
    """The connectors, and the world around them."""
    specification = context.specification
    world = World(specification.id)
    if context.memory.first:
        world.facts = {number: outlet.beginning.facts for number, outlet in specification.outlets.items()}
    context.connectors = {
        number: connector(system, number, context, world) for number in specification.outlets
    }
    world.connectors = context.connectors
    world.locked = lambda number: cable_locked(
        context.memory.seen[number], context.specification.outlets[number], context.settings
    )
    world.awaited = lambda number: context.memory.seen[number].locked_for
    return world


def connector(system: System, number: int, context: StationContext, world: World) -> Actor[ConnectorMessage]:
    name = f"{context.specification.id}/{number}"
    return Actor(system, name, Tier.CONNECTOR, lambda me: ConnectorLife(me, number, context, world).live())
