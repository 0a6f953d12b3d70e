"""Whatever a station writes: the central system stays up, and every readable CALL is answered once."""

import json
from typing import Any

import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from ocppsim.csms.central_system import open_central_system
from ocppsim.protocol import v16
from tests.csms.little_station import BOOT, connected, start, status, stop, values
from tests.effort import tries

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
almost_payloads = st.sampled_from(
    [BOOT, {}, start(), stop(1), stop(-1), values(1), values(None), status(0, "Charging"), {"idTag": "T"}]
)
ids = st.text(max_size=40)
actions = st.sampled_from(sorted(v16.ACTIONS)) | st.text(max_size=5)
calls = st.tuples(st.just(2), ids, actions, almost_payloads | anything)
broken_calls = st.tuples(st.just(2), ids) | st.tuples(st.just(2), ids, anything, anything, anything)
answers = st.tuples(st.sampled_from([3, 4, 5, 2.5, True]), ids | anything, anything)
texts = (calls | broken_calls | answers | anything).map(json.dumps) | st.text() | st.binary()


def no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def readable_call(text: str | bytes) -> str | None:
    """The message id of a CALL that can be read, as a reader of its own finds it."""
    try:
        message: Any = json.loads(text, parse_constant=no_constant) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, list) or len(message) < 2 or isinstance(message[0], bool):
        return None
    return message[1] if message[0] == 2 and isinstance(message[1], str) else None


async def converse(sent: list[str | bytes]) -> list[Any]:
    """All that comes back."""
    heard: list[Any] = []
    async with open_central_system() as csms, connected(csms) as station:
        await station.boot()
        for text in sent:
            await station.transport.send(text)  # type: ignore[arg-type]  # a pipe takes bytes, too
        with trio.move_on_after(60):
            while True:
                heard.append(await station.read())
        assert await station.call("Heartbeat", call_id="the end")
    return heard


@tries(150)
@given(st.lists(texts, max_size=8))
def test_anything_in_and_one_answer_to_each_readable_call_out(sent: list[str | bytes]) -> None:
    heard = trio.run(converse, sent, clock=MockClock(autojump_threshold=0))
    expected = [call_id for text in sent if (call_id := readable_call(text)) is not None]
    assert [message[1] for message in heard] == expected
    assert all(message[0] in (3, 4) for message in heard)
