"""Answers that are none, for chaos: what is written in place of a good answer."""

import json
from collections.abc import Callable, Mapping

from ocppsim.protocol import frames

_GARBLINGS: Mapping[str, Callable[[str, str], tuple[str, ...]]] = {
    "not JSON": lambda _, text: (text[:-1],),
    "wrong id": lambda call_id, _: (frames.call_result(f"not-{call_id}", {}),),
    "no payload": lambda call_id, _: (json.dumps([3, call_id, []]),),
    "wrong type": lambda _, text: (text.replace("[", "[9", 1),),
    "twice": lambda _, text: (text, text),
}


def garbled(how: str, call_id: str, text: str) -> tuple[str, ...]:
    """The texts to write instead of `text`, the good answer to the CALL `call_id`."""
    return _GARBLINGS[how](call_id, text)
