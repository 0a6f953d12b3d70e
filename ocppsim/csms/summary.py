"""What a central system has seen, in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping

from ocppsim.csms.findings import Breach
from ocppsim.csms.record import StationRecord
from ocppsim.values import frozen


@frozen
class Summary:
    """Totals over all stations and all their connections."""

    stations: int
    connections: int
    boots: int
    sessions_started: int
    sessions_completed: int
    energy_wh: int
    """Of the completed sessions."""
    calls: Mapping[str, int]
    """Received, by action."""
    resent: int
    violations: int
    breaches: Mapping[Breach, int]


def summarise(records: Iterable[StationRecord]) -> Summary:
    records = tuple(records)
    transactions = [entry for record in records for entry in record.judge.ledger.transactions.values()]
    calls = sum((record.calls for record in records), Counter[str]())
    breaches = sum((record.judge.breaches for record in records), Counter[Breach]())
    return Summary(
        stations=len(records),
        connections=sum(record.connections for record in records),
        boots=sum(record.boots for record in records),
        sessions_started=len(transactions),
        sessions_completed=sum(transaction.ended for transaction in transactions),
        energy_wh=sum(transaction.energy_wh for transaction in transactions),
        calls=dict(sorted(calls.items())),
        resent=sum(record.resent for record in records),
        violations=breaches.total(),
        breaches=breaches,
    )
