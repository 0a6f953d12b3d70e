"""Rules about transactions: what is wrong with a message, given the ledger before it.

No rule may blame a station that does as it should. Messages of a transaction come in the order in which
things happened, with one exception: a reading that was asked for (context Trigger) overtakes those that wait,
so it is compared with the ends of the transaction only.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from ocppsim.csms.findings import Breach
from ocppsim.csms.ledger import Ledger, Transaction
from ocppsim.csms.limits import Limits
from ocppsim.csms.readings import Reading, no_numbers, readings
from ocppsim.protocol.v16.core import MeterValues, StartTransaction, StopTransaction

Complaint: TypeAlias = tuple[Breach, str]


def on_start(ledger: Ledger, message: StartTransaction) -> Iterator[Complaint]:
    connector = message.connector_id
    if connector <= 0:
        yield Breach.START_OF_ZERO, f"connector {connector}"
    if (running := ledger.open_on(connector)) is not None:
        yield Breach.DOUBLE_START, f"connector {connector} has the open transaction {running.id}"
    register_wh = ledger.registers_wh.get(connector, message.meter_start)
    if message.meter_start < register_wh:
        yield (
            Breach.REGISTER_BACK,
            f"connector {connector}: meterStart {message.meter_start} after meterStop {register_wh}",
        )


def on_meter_values(ledger: Ledger, message: MeterValues, limits: Limits) -> Iterator[Complaint]:
    transaction_id, connector = message.transaction_id, message.connector_id
    for value in no_numbers(message.meter_value):
        yield Breach.NO_NUMBER, f"{value!r:.40}"
    if transaction_id is None or (transaction_id == -1 and connector in ledger.refused_on):
        return
    transaction = ledger.transactions.get(transaction_id)
    if transaction is None:
        yield Breach.UNKNOWN_TRANSACTION, f"MeterValues for {transaction_id}"
        return
    if transaction.ended:
        yield Breach.ENDED_TRANSACTION, f"MeterValues for {transaction_id}"
    if transaction.connector != connector:
        yield (
            Breach.OTHER_CONNECTOR,
            f"{transaction_id} is on connector {transaction.connector}, not {connector}",
        )
    if message == transaction.last_values and not _triggered(message):
        yield Breach.REPEATED, f"the same MeterValues for {transaction_id} under a new message id"
        return
    latest = transaction.latest
    for reading in readings(message.meter_value):
        yield from _on_reading(transaction, latest, reading, limits)
        latest = latest if reading.triggered else reading


def on_stop(ledger: Ledger, message: StopTransaction, limits: Limits) -> Iterator[Complaint]:
    if message.transaction_id == -1 and ledger.has_refused_start:
        return
    transaction = ledger.transactions.get(message.transaction_id)
    if transaction is None:
        yield Breach.UNKNOWN_TRANSACTION, f"StopTransaction for {message.transaction_id}"
        return
    if transaction.ended:
        yield Breach.ENDED_TRANSACTION, f"StopTransaction for {message.transaction_id}"
        return
    if message.meter_stop < transaction.meter_start_wh:
        yield Breach.REGISTER_BACK, f"meterStop {message.meter_stop} < {transaction.meter_start_wh} at start"
    yield from _too_early(message.timestamp, transaction.started_at, limits)
    stop = Reading(message.timestamp, message.meter_stop, 1.0, triggered=False)
    if (latest := transaction.latest) is not None:
        if stop.register_wh < latest.register_wh - latest.rounding_wh:
            yield Breach.REGISTER_BACK, f"meterStop {message.meter_stop} < {latest.register_wh:g} before"
        yield from _too_early(stop.time, latest.time, limits)
    yield from _too_much(latest or _start_of(transaction), stop, limits)
    yield from _on_transaction_data(transaction, message, stop, limits)


def _on_transaction_data(
    transaction: Transaction, message: StopTransaction, stop: Reading, limits: Limits
) -> Iterator[Complaint]:
    """Readings of the whole transaction: in order among themselves, and between its ends."""
    values = message.transaction_data or ()
    for value in no_numbers(values):
        yield Breach.NO_NUMBER, f"{value!r:.40}"
    latest: Reading | None = None
    for reading in readings(values):
        yield from _on_reading(transaction, latest, reading, limits)
        if reading.register_wh > stop.register_wh + reading.rounding_wh:
            yield Breach.REGISTER_BACK, f"meterStop {message.meter_stop} < {reading.register_wh:g} before"
        latest = reading


def _on_reading(
    transaction: Transaction, latest: Reading | None, reading: Reading, limits: Limits
) -> Iterator[Complaint]:
    start_wh = transaction.meter_start_wh
    if reading.register_wh < start_wh - reading.rounding_wh:
        yield Breach.REGISTER_BACK, f"{reading.register_wh:g} Wh < {start_wh} at start"
    yield from _too_early(reading.time, transaction.started_at, limits)
    if latest is not None and not reading.triggered:
        if reading.register_wh < latest.register_wh - reading.slack_wh(latest):
            yield Breach.REGISTER_BACK, f"{reading.register_wh:g} Wh after {latest.register_wh:g} Wh"
        yield from _too_early(reading.time, latest.time, limits)
    if not reading.triggered:
        yield from _too_much(latest or _start_of(transaction), reading, limits)


def _triggered(message: MeterValues) -> bool:
    samples = (sample for value in message.meter_value for sample in value.sampled_value)
    return any(sample.context == "Trigger" for sample in samples)


def _start_of(transaction: Transaction) -> Reading:
    return Reading(transaction.started_at, transaction.meter_start_wh, 1.0, triggered=False)


def _too_early(time: datetime, before: datetime, limits: Limits) -> Iterator[Complaint]:
    if (before - time).total_seconds() > limits.clock_s:
        yield Breach.TIME_BACK, f"{time:%FT%T} after {before:%FT%T}"


def _too_much(before: Reading, after: Reading, limits: Limits) -> Iterator[Complaint]:
    """Energy between two readings against the most that the hardware can give."""
    if limits.max_power_w is None:
        return
    seconds = max(0.0, (after.time - before.time).total_seconds()) + limits.clock_s
    allowed_wh = limits.max_power_w * seconds / 3600 * 1.05
    gained_wh = after.register_wh - before.register_wh
    if gained_wh > allowed_wh + before.rounding_wh + after.rounding_wh:
        yield Breach.TOO_MUCH_ENERGY, f"{gained_wh:g} Wh in {seconds:g} s"
