"""A connector on a test bench: it takes inputs at a clock of its own, and what happened is kept."""

from typing import Any

from attrs import define, evolve, field

from ocppsim.model.connector import Connector, Status, due, flowing, interrupted, status
from ocppsim.model.energy import Limit
from ocppsim.model.facts import Facts
from ocppsim.model.inputs import Arm, Ended, Grant, Happening, Input, Observe, Tick, Verdict
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet
from ocppsim.model.step import step
from ocppsim.model.vehicle import Vehicle

START = 1_767_225_600.0
TAG, OTHER_TAG = "TAG-1", "TAG-2"
EV = Vehicle()
PLENTY_W = 22_000.0


@define(eq=False)
class Bench:
    """Connector 1 of a station that grants what it is told to grant, or has `ample_w` for all."""

    outlet: Outlet = field(factory=Outlet)
    settings: Settings = field(factory=lambda: Settings(sample_s=0.0))
    now: float = START
    c: Connector = field(factory=lambda: Connector(1, at=START))
    happened: list[Happening] = field(factory=list)
    ample_w: float | None = None

    def do(self, what: Input) -> Verdict:
        """Take one input now; `happened` is what followed from it."""
        self.c, happened, verdict = step(self.c, what, self.now, self.outlet, self.settings, self.ample_w)
        self.happened = list(happened)
        return verdict

    def later(self, seconds: float) -> list[Happening]:
        """Let time pass, with a Tick whenever one is due; all that happened."""
        until = self.now + seconds
        happened: list[Happening] = []
        while (at := due(self.c, self.outlet, self.settings)) <= until:
            self.now = max(at, self.now)
            self.do(Tick())
            happened += self.happened
        self.now = until
        self.do(Tick())
        happened += self.happened
        self.happened = happened
        return happened

    def look(self, **changes: Any) -> None:
        """The world changes: fields of Facts."""
        self.do(Observe(evolve(self.c.facts, **changes)))

    def plug(self, vehicle: Vehicle = EV, soc: float = 0.2) -> None:
        self.look(cable=True, vehicle=vehicle, arrival_soc=soc)

    def unplug(self) -> None:
        self.look(cable=False, vehicle=None)

    def charge(self, power_w: float = PLENTY_W, tag: str = TAG) -> None:
        """Plug in, begin a session and get a share of power."""
        self.plug()
        assert self.do(Arm(tag, authorize=False)) is Verdict.ACCEPTED
        self.do(Grant(power_w))

    def cut(self) -> None:
        """The station goes down."""
        self.c = interrupted(self.c, self.now, self.outlet)

    def status(self) -> Status:
        return status(self.c, self.outlet)

    def power(self) -> Limit:
        """What flows, and what binds it."""
        return flowing(self.c, self.outlet)

    def ended(self) -> Ended:
        """The end of a session that the last input brought."""
        (end,) = (what for what in self.happened if isinstance(what, Ended))
        return end

    @property
    def kinds(self) -> list[str]:
        """The names of what happened last."""
        return [type(what).__name__ for what in self.happened]


def bench(*, facts: Facts | None = None, outlet: Outlet | None = None, **settings: Any) -> Bench:
    """A bench whose Settings differ as given; without samples unless told otherwise."""
    made = Bench(outlet or Outlet(), evolve(Settings(sample_s=0.0), **settings))
    if facts is not None:
        made.do(Observe(facts))
    return made
