"""The transactions of one station as it reported them."""

from datetime import datetime

from attrs import define, field

from ocppsim.csms.readings import Reading, readings
from ocppsim.protocol.v16.core import MeterValues, StartTransaction, StopTransaction


@define(eq=False)
class Transaction:
    """One transaction, from its StartTransaction on."""

    id: int
    connector: int
    id_tag: str
    meter_start_wh: int
    started_at: datetime
    readings: list[Reading] = field(factory=list)  # in order of arrival
    latest: Reading | None = None  # of those that came in the order in which they were taken
    meter_stop_wh: int | None = None
    stopped_at: datetime | None = None
    reason: str | None = None
    stop_refused: bool = False
    last_values: MeterValues | None = None  # the last message with readings, while the transaction runs

    @property
    def ended(self) -> bool:
        return self.stopped_at is not None

    @property
    def energy_wh(self) -> int:
        """What the station charged for; 0 until it has stopped."""
        return 0 if self.meter_stop_wh is None else self.meter_stop_wh - self.meter_start_wh

    def take(self, message: MeterValues) -> None:
        """Note readings. Those that were asked for may overtake others that wait in the station."""
        self.last_values = message
        for reading in readings(message.meter_value):
            self.readings.append(reading)
            if not reading.triggered:
                self.latest = reading


@define(eq=False)
class Ledger:
    """All transactions of a station, and the starts that it was refused."""

    transactions: dict[int, Transaction] = field(factory=dict)
    registers_wh: dict[int, int] = field(factory=dict)  # connector -> meterStop of its last transaction
    refused_on: set[int] = field(factory=set)  # connectors with a refused start
    _open: dict[int, Transaction] = field(factory=dict)
    _refused: set[tuple[int, datetime, int]] = field(factory=set)

    def open_on(self, connector: int) -> Transaction | None:
        """The transaction that runs there; one whose stop was refused may have been given up."""
        transaction = self._open.get(connector)
        return None if transaction is None or transaction.stop_refused else transaction

    def open_tags(self) -> set[str]:
        """The tags with a running transaction, in lower case."""
        running = (transaction for transaction in self._open.values() if not transaction.stop_refused)
        return {transaction.id_tag.casefold() for transaction in running}

    def start(self, transaction_id: int, message: StartTransaction) -> None:
        connector = message.connector_id
        transaction = Transaction(
            transaction_id, connector, message.id_tag, message.meter_start, message.timestamp
        )
        self.transactions[transaction_id] = self._open[connector] = transaction
        self._refused.discard(_event(message))

    def refuse_start(self, message: StartTransaction) -> None:
        """The station got no transaction id; if it gives up, it goes on with -1 (errata 3.18)."""
        self._refused.add(_event(message))
        self.refused_on.add(message.connector_id)

    def meter(self, message: MeterValues) -> None:
        transaction = self.transactions.get(message.transaction_id or 0)
        if transaction is not None and not transaction.ended:
            transaction.take(message)

    def stop(self, message: StopTransaction) -> None:
        if message.transaction_id == -1 and self._refused:
            self._refused.pop()
            return
        transaction = self.transactions.get(message.transaction_id)
        if transaction is None or transaction.ended:
            return
        transaction.meter_stop_wh, transaction.stopped_at = message.meter_stop, message.timestamp
        transaction.reason = message.reason or "Local"
        transaction.last_values = None
        self.registers_wh[transaction.connector] = message.meter_stop
        if self._open.get(transaction.connector) is transaction:
            del self._open[transaction.connector]

    def refuse_stop(self, message: StopTransaction) -> None:
        if (transaction := self.transactions.get(message.transaction_id)) is not None:
            transaction.stop_refused = True

    @property
    def has_refused_start(self) -> bool:
        """Whether a start was refused whose transaction did not end yet."""
        return bool(self._refused)


def _event(message: StartTransaction) -> tuple[int, datetime, int]:
    return (message.connector_id, message.timestamp, message.meter_start)
