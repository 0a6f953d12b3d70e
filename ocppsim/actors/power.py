"""How a station's power reaches its connectors: by demand, and as charging profiles allow."""

from math import inf

from attrs import evolve

from ocppsim import clock
from ocppsim.actors.context import StationContext
from ocppsim.actors.messages import LimitsDue, Share, StationMessage
from ocppsim.actors.runtime import Actor, Timer
from ocppsim.model.charging import book, limits
from ocppsim.model.charging.allotment import Wish, allot, ample_w
from ocppsim.model.charging.book import Book
from ocppsim.model.charging.limits import Charge, Placed
from ocppsim.model.energy import Limit

PROFILES = "charging profiles"
"""Under this name the memory keeps them."""


class Power:
    """Of one station life. It owns the charging profiles, which are kept over all lives."""

    def __init__(self, me: Actor[StationMessage], context: StationContext) -> None:
        self.me, self.context = me, context
        self.profiles: Book = book.load(context.memory.blocks.get(PROFILES))
        self.told: dict[int, Share] = {}
        self.timer: Timer | None = None
        self.due_at = inf

    # -- news

    def began(self) -> None:
        """The life begins, and its settings are known."""
        self._look_for_limits()

    def demanded(self, connector: int) -> None:
        """A demand changed: tell each connector what it may take now."""
        self._settle(asked=connector)

    def session_ended(self, connector: int) -> None:
        self.told.pop(connector, None)
        if self.profiles:
            self.install(self.known_profiles())

    def due(self) -> None:
        """A border was reached, or the clock was set."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self._settle()

    def resettle(self) -> None:
        """What bounds all connectors may have changed."""
        self._settle()

    # -- profiles

    def known_profiles(self) -> Book:
        """Without those of sessions that are over, or that never came."""
        return book.without_strangers(self.profiles, lambda number, name: name in self._names(number))

    def install(self, profiles: Book) -> None:
        """From now on it is these; what is running follows at once."""
        if profiles != self.profiles:
            self.profiles = profiles
            self.context.memory.keep(PROFILES, book.dump(profiles))
        self._settle()

    def placed(self, number: int, otherwise: float) -> list[Placed]:
        """The profiles for the session of a connector; one that began `otherwise` where there is none."""
        session = self.context.memory.seen[number].session
        if session is None or session.interrupted:
            charge = Charge(frozenset(), otherwise)
        else:
            charge = Charge(self._names(number), session.started_at + self.context.memory.offset_s)
        return limits.of_session(self.known_profiles(), number, charge)

    def now(self) -> float:
        """By the clock of the central system, in which profiles are written."""
        return clock.now() + self.context.memory.offset_s

    def _names(self, number: int) -> frozenset[str]:
        """What the session of a connector is called, also one to come."""
        connector = self.context.memory.seen[number]
        session = connector.session
        names = (connector.claim,) if session is None else (session.key, session.claim)
        return frozenset(name for name in names if name is not None)

    # -- shares

    def _look_for_limits(self) -> None:
        """While nothing can limit it, a connector need not ask: most fleets never do, and asking costs."""
        specification = self.context.specification
        most_w = (outlet.max_power_w for outlet in specification.outlets.values())
        is_limited = bool(self.profiles) or self.context.settings.current_limit_a < inf
        self.context.ample_w = ample_w(specification.power_w, most_w, is_limited=is_limited)

    def _settle(self, asked: int | None = None) -> None:
        """Tell whom it concerns what it may take, and wake when that changes."""
        self._look_for_limits()
        at = self.now()
        station = limits.of_station(self.profiles) if self.profiles else []
        lines: list[list[Placed]] = []
        wishes: dict[int, Wish] = {}
        caps: dict[int, Limit] = {}
        most_a = self.context.settings.current_limit_a
        for number, connector in self.context.memory.seen.items():
            placed: list[Placed] = []
            if self.profiles and self._charging(number):
                placed = self.placed(number, at)
                lines += (placed, station)
            supply = self.context.specification.outlets[number].supply
            rate = limits.prevailing(placed, at)
            switches = self.context.settings.switches_phases
            wish = Wish(connector.demand_w, supply, connector.facts.vehicle, rate, switches)
            if most_a < inf:
                caps[number] = Limit(supply.power_w(most_a, wish.phases), "current limit")
                wish = evolve(wish, demand_w=min(wish.demand_w, caps[number].power_w))
            wishes[number] = wish
        rate = limits.prevailing(station, at)
        for number, share in allot(self.context.specification.power_w, rate, wishes).items():
            if (cap := caps.get(number)) is not None and cap.power_w < share.power_w:
                share = cap
            new = Share(share.power_w, share.by, wishes[number].rate, wishes[number].single)
            if number == asked or (new != self.told.get(number) and self._charging(number)):
                self.context.connectors[number].tell(new)
                self.told[number] = new
        self._rearm(min((limits.next_change(line, at) for line in lines), default=inf), at)

    def _charging(self, number: int) -> bool:
        session = self.context.memory.seen[number].session
        return session is not None and not session.interrupted

    def _rearm(self, border: float, at: float) -> None:
        if border == self.due_at and self.timer is not None:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.due_at = border
        self.timer = None if border == inf else self.me.after(max(0.0, border - at), LimitsDue())
