"""A frame of ours, as two other implementations read it."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from ocppsim.actors.wire.text_frame import text_frame

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
AT_BORDERS = [0, 125, 126, 65_535, 65_536]


def read_by_wsproto(data: bytes) -> Iterator[str]:
    connection = Connection(ConnectionType.SERVER)
    connection.receive_data(data)
    for event in connection.events():
        assert isinstance(event, TextMessage)
        assert event.message_finished
        yield event.data


def read_by_websockets(data: bytes) -> Iterator[str]:
    protocol = ServerProtocol(state=State.OPEN, max_size=None)
    protocol.receive_data(data)
    for frame in protocol.events_received():
        assert frame.opcode is Opcode.TEXT
        assert frame.fin
        yield bytes(frame.data).decode()


@given(TEXTS)
@example("ü" * 63)
def test_text_arrives_whole(text: str) -> None:
    frame = text_frame(text)
    assert "".join(read_by_wsproto(frame)) == text
    assert list(read_by_websockets(frame)) == [text]


@pytest.mark.parametrize("length", AT_BORDERS)
def test_every_form_of_the_length_is_read(length: int) -> None:
    text = "x" * length
    assert list(read_by_websockets(text_frame(text) * 2)) == [text, text]


def test_no_mask_comes_twice() -> None:
    masks = [text_frame("{}")[2:6] for _ in range(3000)]
    assert len(set(masks)) > 2990  # of four billion, two may be equal
