"""What the central system is told to do instead of answering well: rules, to be changed at any time.

A rule says what to do and to which CALLs. Rules are asked in their order: delays add up, the first rule of
another kind decides. Counters and draws are kept per station, so that what one station meets does not depend
on the others.
"""

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Literal, TypeAlias

from attrs import define, evolve, field

from ocppsim.protocol.frames import Payload
from ocppsim.values import frozen


@frozen
class Answer:
    """Answer with `fields` laid over the ordinary answer, and without the fields named in `without`."""

    fields: Payload = field(factory=dict)
    without: tuple[str, ...] = ()

    def over(self, ordinary: Payload) -> Payload:
        answer = {**ordinary, **self.fields}
        return {name: value for name, value in answer.items() if name not in self.without}


@frozen
class Refuse:
    """Answer with a CALLERROR; the message has no effect."""

    code: str = "InternalError"
    description: str = "refused as told"


@frozen
class Silent:
    """No answer. `processed`: the message has its effect and the answer is remembered for a resend."""

    processed: bool = False


@frozen
class Close:
    """Close the connection instead of answering; `processed` as for `Silent`."""

    code: int = 1000
    reason: str = ""
    processed: bool = False


@frozen
class Drop:
    """Break the connection instead of answering; `processed` as for `Silent`."""

    processed: bool = False


@frozen
class Delay:
    """Answer after so many seconds of wire time; up to `jitter_s` more, drawn for each CALL."""

    seconds: float
    jitter_s: float = 0.0


@frozen
class Garble:
    """Process the message, but write something else than a well-formed answer; see `garble.py`."""

    how: Literal["not JSON", "wrong id", "no payload", "wrong type", "twice"]


Effect: TypeAlias = Answer | Refuse | Silent | Close | Drop | Garble


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class Rule:
    """What happens to which CALLs. No actions or no stations named: to all.

    For each station the first `after` matching CALLs pass, and then `times` of them are struck (None: all),
    each with probability `chance`.
    """

    what: Effect | Delay
    actions: frozenset[str] = field(default=frozenset(), converter=_names)
    stations: frozenset[str] = field(default=frozenset(), converter=_names)
    times: int | None = None
    after: int = 0
    chance: float = 1.0

    def matches(self, identity: str, action: str) -> bool:
        return (not self.actions or action in self.actions) and (
            not self.stations or identity in self.stations
        )


@frozen
class Decision:
    """What the rules say to one CALL; no effect: answer well."""

    delay_s: float = 0.0
    effect: Effect | None = None


@define(eq=False)
class _Entry:
    rule: Rule
    seen: Counter[str] = field(factory=Counter)
    struck: Counter[str] = field(factory=Counter)

    def strikes(self, identity: str, action: str, random: Random) -> bool:
        if not self.rule.matches(identity, action):
            return False
        self.seen[identity] += 1
        if self.seen[identity] <= self.rule.after or self.struck[identity] == self.rule.times:
            return False
        if self.rule.chance < 1.0 and random.random() >= self.rule.chance:
            return False
        self.struck[identity] += 1
        return True


class Behaviour:
    """The rules in force."""

    def __init__(self, *rules: Rule, refuse_before_boot: bool = True) -> None:
        self.refuse_before_boot = refuse_before_boot
        """Answer SecurityError to what a station may not send yet (OCPP-J 1.6 errata, 3.10)."""
        self._entries = [_Entry(rule) for rule in rules]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(entry.rule for entry in self._entries)

    def add(self, rule: Rule) -> Rule:
        self._entries.append(_Entry(rule))
        return rule

    def remove(self, rule: Rule) -> None:
        """Take out every rule that equals this one."""
        self._entries = [entry for entry in self._entries if entry.rule != rule]

    def clear(self) -> None:
        self._entries.clear()

    def decide(self, identity: str, action: str, random: Random) -> Decision:
        decision = Decision()
        for entry in self._entries:
            if not entry.strikes(identity, action, random):
                continue
            match entry.rule.what:
                case Delay(seconds, jitter_s):
                    drawn = random.uniform(0.0, jitter_s) if jitter_s else 0.0
                    decision = evolve(decision, delay_s=decision.delay_s + seconds + drawn)
                case effect:
                    return evolve(decision, effect=effect)
        return decision


def pending(interval_s: int, *stations: str, times: int | None = 1) -> Rule:
    """Answer Pending to boots: to the next one of each station, unless `times` says otherwise."""
    return _registration("Pending", interval_s, stations, times)


def rejected(interval_s: int, *stations: str, times: int | None = 1) -> Rule:
    """Answer Rejected to boots: to the next one of each station, unless `times` says otherwise."""
    return _registration("Rejected", interval_s, stations, times)


def _registration(status: str, interval_s: int, stations: tuple[str, ...], times: int | None) -> Rule:
    answer = Answer({"status": status, "interval": interval_s})
    return Rule(answer, actions=["BootNotification"], stations=stations, times=times)
