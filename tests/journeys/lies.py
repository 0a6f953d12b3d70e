"""What a central system answers that lies, forgets, repeats itself and hangs up, now and then."""

from random import Random

from ocppsim.csms.behaviour import Answer, Close, Delay, Drop, Garble, Refuse, Rule, Silent

TIMES = (
    "2026-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-03-01T00:00:00",
    "2025-12-31T23:00:00+05:00",
    "2038-01-19T03:14:08Z",
    "",
    5,
    None,
)
STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx", "Maybe", 7, None)
IDS = (0, -1, 1, 2**31, 10**30, "5", None, 1.5)
TAGGED = ("Authorize", "StartTransaction", "StopTransaction")


def lies(draw: Random) -> list[Rule]:
    """In an order of its own for each draw: the first that strikes counts."""
    clocks = [
        Rule(Answer({"currentTime": at}), ("Heartbeat", "BootNotification"), chance=0.1) for at in TIMES
    ]
    tags = [
        Rule(Answer({"idTagInfo": _tag(draw, status, parent)}), TAGGED, chance=0.02)
        for status in STATUSES
        for parent in (None, "P", "p", 5, "x" * 40)
    ]
    ids = [Rule(Answer({"transactionId": each}), ("StartTransaction",), chance=0.05) for each in IDS]
    effects = (
        (Refuse("InternalError"), 0.05),
        (Refuse("SecurityError"), 0.02),
        (Refuse("\ud83d" * 300, "x" * 3000), 0.02),
        (Silent(), 0.02),
        (Silent(processed=True), 0.02),
        (Drop(), 0.01),
        (Close(), 0.01),
        (Garble("not JSON"), 0.03),
        (Garble("wrong id"), 0.03),
        (Garble("no payload"), 0.03),
        (Garble("wrong type"), 0.03),
        (Garble("twice"), 0.03),
    )
    late = Rule(Delay(0, jitter_s=90), chance=0.05)
    rules = [late, *clocks, *tags, *ids, *(Rule(effect, chance=chance) for effect, chance in effects)]
    draw.shuffle(rules)
    return rules


def _tag(draw: Random, status: object, parent: object) -> dict[str, object]:
    info = {"status": status, "expiryDate": draw.choice(TIMES)}
    return info if parent is None else {**info, "parentIdTag": parent}
