"""A fleet in numbers: for the foot of the table, the closing summary, and programs that read it as JSON."""

from collections.abc import Mapping

from attrs import asdict

from ocppsim.actors.fleet import Fleet
from ocppsim.actors.runtime import Condition
from ocppsim.terminal.snapshot import energy_wh, restarts
from ocppsim.values import frozen


@frozen
class Summary:
    """Totals since the fleet exists. The violations are the central system's, all other troubles our own."""

    stations: int
    connected: int
    registered: int  # connected and accepted
    booted: int  # accepted at least once
    failed: int  # stations that gave up
    sessions_completed: int  # the central system took their StopTransaction
    sessions_running: int
    energy_wh: float
    power_w: float
    calls: int  # answered
    calls_failed: int
    round_trip_p50_ms: float
    round_trip_p99_ms: float
    violations: int
    unsent: int  # transaction messages that wait
    given_up: int
    resent: int
    internal_errors: int
    crashes: int
    restarts: int
    causes: Mapping[str, str]  # why stations, or drivers, gave up, by their names
    store_trouble: str = ""
    secrets_trouble: str = ""
    store_refusals: int = 0

    def as_json(self) -> dict[str, object]:
        """Ready for `json.dumps`."""
        return {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def summarise(fleet: Fleet) -> Summary:
    boards = [station.board for station in fleet.stations.values()]
    tallies = [board.tally for board in boards]
    statistics = [station.context.station.statistics() for station in fleet.stations.values()]
    by_station = [station.views() for station in fleet.stations.values()]
    views = [view for views in by_station for view in views]
    running = [
        view
        for views, station in zip(by_station, statistics, strict=True)
        if station.condition not in _DOWN
        for view in views
    ]
    return Summary(
        stations=len(boards),
        connected=sum(board.online for board in boards),
        registered=sum(board.online and board.registration.accepted for board in boards),
        booted=sum(tally.boots_accepted > 0 for tally in tallies),
        failed=len(fleet.failed),
        sessions_completed=sum(tally.sessions_delivered for tally in tallies),
        sessions_running=sum(view.session is not None for view in running),
        energy_wh=sum(map(energy_wh, views)),
        power_w=sum(view.power.power_w for view in running),
        calls=sum(tally.calls for tally in tallies),
        calls_failed=sum(tally.failures for tally in tallies),
        round_trip_p50_ms=1000 * fleet.latencies.quantile(0.5),
        round_trip_p99_ms=1000 * fleet.latencies.quantile(0.99),
        violations=sum(tally.violations for tally in tallies),
        unsent=sum(board.unsent for board in boards),
        given_up=sum(tally.given_up for tally in tallies),
        resent=sum(tally.resent for tally in tallies),
        internal_errors=sum(tally.internal for tally in tallies),
        crashes=fleet.system.counters.crashes,
        restarts=sum(map(restarts, statistics)),
        causes=dict(fleet.failed),
        store_trouble=fleet.store.trouble,
        secrets_trouble=fleet.store.secrets_trouble,
        store_refusals=fleet.store.refusals,
    )


_DOWN = frozenset({Condition.RESTING, Condition.GONE})
