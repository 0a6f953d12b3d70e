"""What is said over one websocket, without any input and output: the protocol core of `websockets`.

That core checks frames and answers pings and Close frames. Here its frames become whole messages, pongs find
their pings, and the end of the connection gets its code.
"""

import logging
from collections.abc import Iterable

from attrs import Factory, define
from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from ocppsim.actors.wire.opening import Opening
from ocppsim.actors.wire.text_frame import text_frame
from ocppsim.actors.wire.transport import ABNORMAL, MESSAGE_BYTES, TransportClosed

Buffer = bytes | bytearray | memoryview

REASON_BYTES = 123
"""What a Close frame has room for."""

_PING_BYTES = 4

_logger = logging.getLogger(__name__)
_logger.setLevel(logging.INFO)  # the core's debug messages show the request, and with it the password


def protocol_for(opening: Opening) -> ClientProtocol:
    """The core of a new connection, with the opening request as its first words."""
    address = opening.address
    path, _, query = address.target.partition("?")
    protocol = ClientProtocol(
        WebSocketURI(address.secure, address.host, address.port, path, query),
        subprotocols=[Subprotocol(opening.subprotocol)],
        max_size=MESSAGE_BYTES,
        logger=_logger,
    )
    request = protocol.connect()
    for name, value in opening.headers:
        request.headers[name] = value  # adds: a header may come more than once
    protocol.send_request(request)
    return protocol


@define(eq=False)
class Conversation:
    """One websocket from the end of its opening handshake on; who does the reading and writing asks here."""

    _protocol: ClientProtocol
    messages: list[str | bytes] = Factory(list)
    """Whole, and not yet taken away. Seldom more than one: an empty deque would take 700 bytes."""
    end: TransportClosed | None = None
    """How the connection ended, once it has for whoever sends and receives."""
    is_heard_out: bool = False
    """The peer has said its last: its Close frame, or the end of TCP."""
    pongs: int = 0
    """The number of the last ping that was answered, and with it all before it."""
    _said: list[bytes] = Factory(list)
    """Frames that the core knows nothing of: whole texts, which never stand between frames of its own."""
    _pings: int = 0
    _is_closing: bool = False
    _is_text: bool = True
    _pieces: list[Buffer] = Factory(list)
    """Of a message that is not whole yet."""

    # -- what we say

    def say(self, text: str) -> None:
        """Raises TransportClosed."""
        self._must_be_open()
        self._said.append(text_frame(text))

    def ping(self) -> int:
        """Returns the ping's number; raises TransportClosed."""
        self._must_be_open()
        self._pings += 1
        self._protocol.send_ping(self._pings.to_bytes(_PING_BYTES))
        return self._pings

    def close(self, code: int, reason: str) -> None:
        """From here on only the peer's Close frame matters."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))
        self._is_closing = True
        self.messages.clear()
        self._pieces.clear()

    def to_send(self) -> list[bytes]:
        """Frames to be written now, in this order; each is told once."""
        frames = self._protocol.data_to_send()
        if self._said:  # before what the core has to say: a Close frame comes last
            frames[:0] = self._said
            self._said.clear()
        return frames

    def closed(self) -> TransportClosed:
        """The error for one who wants to go on after the end."""
        end = self.end or TransportClosed(ABNORMAL)
        return TransportClosed(end.code, end.reason)

    def _must_be_open(self) -> None:
        if self._protocol.state is not State.OPEN:
            raise self.closed()

    # -- what the peer says

    def take(self, data: bytes | bytearray) -> None:
        """What came from the peer; no bytes for the end. After the end of the conversation it is dropped."""
        if not data:
            self.is_heard_out = True
            self._conclude()
        elif self.end is None:
            self._protocol.receive_data(data)
            self.hear(self._protocol.events_received())

    def hear(self, events: Iterable[Request | Response | Frame]) -> None:
        for event in events:
            assert isinstance(event, Frame), "the opening handshake is done"
            self._hear(event)
        if self.is_heard_out or (self._protocol.state is not State.OPEN and not self._is_closing):
            self._conclude()

    def _hear(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                if self.end is None and not self._is_closing:
                    self._piece(frame)
            case Opcode.PONG:
                self._pong(frame.data)
            case Opcode.PING:
                pass  # the core has answered it
            case Opcode.CLOSE:
                self.is_heard_out = True

    def _pong(self, data: Buffer) -> None:
        """A pong that answers none of our pings is legal, and says nothing."""
        number = int.from_bytes(data)
        if len(data) == _PING_BYTES and self.pongs < number <= self._pings:
            self.pongs = number

    def _piece(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        self._pieces.append(frame.data)
        if not frame.fin:
            return
        data = b"".join(self._pieces)
        self._pieces.clear()
        try:
            self.messages.append(data.decode() if self._is_text else data)
        except UnicodeDecodeError:
            self._protocol.fail(CloseCode.INVALID_DATA, "a text that is not UTF-8")
            self._conclude()

    def _conclude(self) -> None:
        """Of two Close frames the peer's counts; ours does only where it names the peer's offence."""
        if self.end is None:
            self._protocol.receive_eof()  # only then the core tells what was in them
            closing = self._protocol.close_exc
            close = closing.rcvd or (None if self._is_closing else closing.sent)
            self.end = TransportClosed(int(close.code), close.reason) if close else TransportClosed(ABNORMAL)
