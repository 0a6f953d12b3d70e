"""Ten thousand damaged frames: a readable CALL is answered once, nothing else is, and the next one works."""

import json
from random import Random
from typing import Any

import pytest

from ocppsim.protocol import convert, frames, schemas, v16
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.session import Received
from tests.protocol.conversation import Conversation

SEEDS = range(10)
FRAMES_PER_SEED = 1_000

WELL_FORMED = [
    '[2,"{}","Reset",{{"type":"Soft"}}]',
    '[2,"{}","ClearCache",null]',
    '[2,"{}","ChangeConfiguration",{{"key":"HeartbeatInterval","value":"300"}}]',
    '[2,"{}","RemoteStartTransaction",{{"idTag":"TAG","connectorId":1,"chargingProfile":{{"stackLevel":0}}}}]',
    '[2,"{}","GetConfiguration",{{"key":["A","B"]}}]',
    '[2,"{}","Invented",{{"deep":[[[{{"a":[1,2.5,-3e5,true,null]}}]]]}}]',
    '[3,"{}",{{"status":"Accepted","interval":300,"currentTime":"2026-01-01T00:00:00Z"}}]',
    '[4,"{}","InternalError","no",{{}}]',
]
LONG = "9" * 5_000
PIECES = [
    "[",
    "]",
    "{",
    "}",
    '"',
    ",",
    ":",
    "2",
    "3",
    "4",
    "null",
    "NaN",
    "1e999",
    LONG,
    r"\ud800",
    "\0",
    "é",
]
SCALARS: list[Any] = [None, True, 0, 2, -1, 2.0, 1e308, 10**400, "", "Soft", "\udfff", "x" * 600]
VALUES: list[Any] = [*SCALARS, [], {}, [[]], {"": {}}]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_damaged_frame_does_any_harm(seed: int) -> None:
    random, talk = Random(seed), Conversation()
    for number in range(FRAMES_PER_SEED):
        text = _damaged(random, random.choice(WELL_FORMED).format(f"m{random.randrange(200)}"))
        call_id = _id_to_answer(text)
        expected = [] if call_id is None else [call_id]
        assert _answers(talk, text) == expected, text[:200]
        sound = f"sound-{number}"
        assert _answers(talk, frames.call(sound, "Reset", {"type": "Soft"})) == [sound]
        assert talk.idle()


def _answers(talk: Conversation, text: str) -> list[str]:
    """The ids of the answers that follow when a station does its part."""
    for event in talk.hear(text):
        if isinstance(event, Received):
            _serve(talk, event)
    return talk.answers()


def _serve(talk: Conversation, call: Received) -> None:
    try:
        message = _read(call)
    except Refusal as refusal:
        talk.session.refuse(call.id, refusal)
    else:
        talk.session.answer(call.id, {"data": repr(message)})


def _read(call: Received) -> object:
    action = v16.ACTIONS.get(call.action)
    if action is None:
        known = schemas.known("v16", call.action)
        raise Refusal(Fault.NOT_SUPPORTED if known else Fault.NOT_IMPLEMENTED, call.action)
    if violations := schemas.violations("v16", call.action, call.payload):
        raise Refusal.of(violations)
    return convert.load(call.payload, action.request)


def _id_to_answer(text: str) -> str | None:
    """What an independent reader takes for the id of a CALL."""
    try:
        message = json.loads(text, parse_constant=_refuse, parse_int=float)
    except (ValueError, RecursionError):
        return None
    match message:
        case [kind, str() as call_id, *_] if kind == 2 and not isinstance(kind, bool):
            return call_id
    return None


def _refuse(constant: str) -> float:
    raise ValueError(constant)


# -- damage


def _damaged(random: Random, text: str) -> str:
    """Damage to the text or to the value it stands for; sometimes none."""
    if random.random() < 0.5:
        return json.dumps(_damaged_value(random, json.loads(text)))
    for _ in range(random.randrange(4)):
        at, end = sorted(random.choices(range(len(text) + 1), k=2))
        end = min(end, at + 8)
        text = text[:at] + random.choice(["", random.choice(PIECES), text[at:end] * 2]) + text[end:]
    return text


def _damaged_value(random: Random, value: Any) -> Any:
    """Another value, or the same with something taken out, put in or damaged further inside."""
    if not value or not isinstance(value, list | dict) or random.random() < 0.2:
        return random.choice(VALUES)
    new = random.choice(VALUES)
    if isinstance(value, dict):
        name = random.choice(list(value))
        rest = {other: value[other] for other in value if other != name}
        damaged = _damaged_value(random, value[name])
        return random.choice([rest, {**value, "extra": new}, {**rest, name: damaged}])
    place = random.randrange(len(value))
    there = value[place]
    instead = random.choice([[], [there, new], [_damaged_value(random, there)]])
    return [*value[:place], *instead, *value[place + 1 :]]
