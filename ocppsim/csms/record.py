"""What the central system remembers of one station, over all its connections."""

from collections import Counter, OrderedDict
from random import Random
from zlib import crc32

from attrs import define, field

from ocppsim.csms.judge import Judge
from ocppsim.values import frozen

ANSWERS_KEPT = 1000
"""So many message ids are remembered per station."""

_IDS = 2**31 - 1


@frozen
class Heard:
    """A CALL that was answered: what it said, and the answer if a resend gets it again."""

    _fingerprint: int
    answer: str | None

    def is_same(self, text: str) -> bool:
        return self._fingerprint == hash(text)


@define(eq=False)
class StationRecord:
    """Counters, ids and answers given. All numbers are counted per station, whoever calls first."""

    identity: str
    judge: Judge
    random: Random
    connections: int = 0
    boots: int = 0
    resent: int = 0
    calls: Counter[str] = field(factory=Counter)
    _transactions: int = 0
    _requests: int = 0
    _heard: OrderedDict[str, Heard] = field(factory=OrderedDict)

    def new_transaction_id(self) -> int:
        """Positive and within 32 bits; unique for this station, and nearly always among all."""
        self._transactions += 1
        return (crc32(self.identity.encode()) + self._transactions) % _IDS + 1

    def new_message_id(self, now: float) -> str:
        """For a CALL of ours: never repeated, also not by a central system started later."""
        self._requests += 1
        return f"{round(now * 1000):x}-{self._requests}"

    def remember(self, call_id: str, text: str, answer: str | None) -> None:
        """Keep that `text` was processed, with the answer where a resend must not be processed again."""
        self._heard[call_id] = Heard(hash(text), answer)
        if len(self._heard) > ANSWERS_KEPT:
            self._heard.popitem(last=False)

    def heard(self, call_id: str) -> Heard | None:
        return self._heard.get(call_id)
