"""What the independent central system saw of its stations: frames, facts and its judgement of them.

Facts are frozen, so a snapshot taken by one thread stays as it is while the server goes on.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from threading import Condition
from typing import Literal, NamedTuple

from attrs import evolve, frozen

REGISTER = "Energy.Active.Import.Register"
"""The measurand that a sampled value without one means (OCPP 1.6 ed. 2, 7.43)."""


class Frame(NamedTuple):
    """One text message as it crossed the wire: `in` from the station, `out` to it."""

    direction: Literal["in", "out"]
    identity: str
    text: str


@frozen
class Handshake:
    """A request to open a WebSocket and the HTTP status of its answer."""

    identity: str
    path: str
    subprotocols: tuple[str, ...]
    status: int


@frozen
class Boot:
    """A BootNotification and the registration it was answered with."""

    identity: str
    vendor: str
    model: str
    status: str
    interval_s: int


@frozen
class Status:
    """A StatusNotification."""

    identity: str
    connector_id: int
    status: str
    error_code: str
    timestamp: str | None


@frozen
class Sample:
    """One MeterValue: sampled values of the same instant, with the keys in snake case."""

    timestamp: str
    values: tuple[Mapping[str, str], ...]

    @property
    def register_wh(self) -> float | None:
        """The energy register of the whole connector, if it was sampled."""
        for value in self.values:
            if value.get("measurand", REGISTER) == REGISTER and "phase" not in value:
                return float(value["value"]) * (1000 if value.get("unit", "Wh") == "kWh" else 1)
        return None


@frozen
class Stop:
    """The StopTransaction of a transaction."""

    meter_stop_wh: int
    timestamp: str
    reason: str | None
    id_tag: str | None
    samples: tuple[Sample, ...]


@frozen
class Transaction:
    """A transaction as its messages told it."""

    identity: str
    transaction_id: int
    connector_id: int
    id_tag: str
    meter_start_wh: int
    timestamp: str
    samples: tuple[Sample, ...] = ()
    stop: Stop | None = None

    @property
    def registers_wh(self) -> tuple[float, ...]:
        """Every reading of the energy register, in the order of arrival, from start to stop."""
        sampled = [sample.register_wh for sample in self.samples]
        ends = [self.stop.meter_stop_wh] if self.stop else []
        return (self.meter_start_wh, *(reading for reading in sampled if reading is not None), *ends)


class Ledger:
    """All that was seen. The server's thread writes; any thread reads snapshots or waits for a condition."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._frames: list[Frame] = []
        self._handshakes: list[Handshake] = []
        self._boots: list[Boot] = []
        self._statuses: list[Status] = []
        self._violations: list[str] = []
        self._transactions: dict[int, Transaction] = {}
        self._started_by: dict[tuple[str, str], int] = {}
        self._ids: Counter[tuple[str, str]] = Counter()
        self._connected: Counter[str] = Counter()

    # Snapshots, for any thread.

    @property
    def frames(self) -> list[Frame]:
        with self._changed:
            return list(self._frames)

    @property
    def handshakes(self) -> list[Handshake]:
        with self._changed:
            return list(self._handshakes)

    @property
    def boots(self) -> list[Boot]:
        with self._changed:
            return list(self._boots)

    @property
    def statuses(self) -> list[Status]:
        with self._changed:
            return list(self._statuses)

    @property
    def violations(self) -> list[str]:
        """What the stations did that OCPP 1.6 forbids, in words, whatever the schemas say."""
        with self._changed:
            return list(self._violations)

    @property
    def connected(self) -> frozenset[str]:
        with self._changed:
            return frozenset(+self._connected)

    @property
    def resent(self) -> dict[tuple[str, str], int]:
        """How often a CALL came again, by (identity, message id)."""
        with self._changed:
            return {key: times - 1 for key, times in self._ids.items() if times > 1}

    def transactions(self, identity: str | None = None) -> list[Transaction]:
        """Transactions in the order of their start: of one station, or of all."""
        with self._changed:
            return [one for one in self._transactions.values() if identity in (None, one.identity)]

    def wait_for(self, condition: Callable[["Ledger"], bool], within_s: float = 10.0) -> None:
        """Block until the condition holds; TimeoutError with the latest frames when it does not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), within_s):
                latest = "\n".join(f"{way} {who} {text}" for way, who, text in self._frames[-10:])
                raise TimeoutError(f"not within {within_s:g} s; the latest frames:\n{latest}")

    # Entries, for the server's thread.

    @contextmanager
    def _entry(self) -> Iterator[None]:
        with self._changed:
            yield
            self._changed.notify_all()

    def connects(self, identity: str) -> None:
        with self._entry():
            self._connected[identity] += 1

    def disconnects(self, identity: str) -> None:
        with self._entry():
            self._connected[identity] -= 1

    def shakes_hands(self, handshake: Handshake) -> None:
        with self._entry():
            self._handshakes.append(handshake)

    def sees(self, frame: Frame) -> None:
        with self._entry():
            self._frames.append(frame)

    def called(self, identity: str, message_id: str) -> None:
        with self._entry():
            self._ids[identity, message_id] += 1

    def violates(self, identity: str, what: str) -> None:
        with self._entry():
            self._violations.append(f"{identity}: {what}")

    def boot(self, boot: Boot) -> None:
        with self._entry():
            self._boots.append(boot)

    def status(self, status: Status) -> None:
        with self._entry():
            self._statuses.append(status)

    def start(self, message_id: str, begun: Transaction) -> int:
        """The number of a new transaction, or of the one that the same message began before."""
        with self._entry():
            known = self._started_by.get((begun.identity, message_id))
            if known is not None:
                return known
            if any(
                one.stop is None and (one.identity, one.connector_id) == (begun.identity, begun.connector_id)
                for one in self._transactions.values()
            ):
                self.violates(begun.identity, f"second transaction on connector {begun.connector_id}")
            number = len(self._transactions) + 1
            self._started_by[begun.identity, message_id] = number
            self._transactions[number] = evolve(begun, transaction_id=number)
            return number

    def sample(self, identity: str, message_id: str, transaction_id: int, samples: Sequence[Sample]) -> None:
        with self._entry():
            if self._ids[identity, message_id] > 1:
                return
            transaction = self._transaction_of(identity, transaction_id)
            if transaction is None:
                return
            if transaction.stop is not None:
                self.violates(identity, f"MeterValues after the stop of transaction {transaction_id}")
            self._replace(evolve(transaction, samples=(*transaction.samples, *samples)))

    def stop(self, identity: str, message_id: str, transaction_id: int, stop: Stop) -> None:
        with self._entry():
            if self._ids[identity, message_id] > 1:
                return
            transaction = self._transaction_of(identity, transaction_id)
            if transaction is None:
                return
            if transaction.stop is not None:
                self.violates(identity, f"second StopTransaction of transaction {transaction_id}")
                return
            self._replace(evolve(transaction, stop=stop))

    def _transaction_of(self, identity: str, transaction_id: int) -> Transaction | None:
        transaction = self._transactions.get(transaction_id)
        if transaction is None or transaction.identity != identity:
            self.violates(identity, f"unknown transaction {transaction_id}")
            return None
        return transaction

    def _replace(self, transaction: Transaction) -> None:
        number = transaction.transaction_id
        before, self._transactions[number] = self._transactions[number], transaction
        if _goes_back(transaction) and not _goes_back(before):
            readings = transaction.registers_wh
            self.violates(transaction.identity, f"register of transaction {number} goes back: {readings}")


def _goes_back(transaction: Transaction) -> bool:
    return any(later < earlier for earlier, later in pairwise(transaction.registers_wh))
