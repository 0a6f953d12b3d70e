"""Just enough of RFC 6455 for a server: the opening handshake and the frames."""

from collections.abc import Iterator
from struct import pack
from typing import NamedTuple

from websockets.speedups import apply_mask
from websockets.utils import accept_key

CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA

_FINAL, _MASKED, _RESERVED = 0x80, 0x80, 0x70
_WHOLE_TEXT = _FINAL | TEXT
_SHORTEST = 6  # two bytes and the mask

_SWITCH = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: {}\r\n{}\r\n"
)


class ProtocolError(Exception):
    """The client sent what no client may send."""


class Message(NamedTuple):
    """A message whose payload is still masked: unmasking is left to whoever wants to read it."""

    opcode: int
    masked: bytes
    mask: bytes

    def payload(self, size: int | None = None) -> bytes:
        """The payload, or only its beginning."""
        return apply_mask(self.masked if size is None else self.masked[:size], self.mask)


class Reader:
    """Cuts what arrives into messages; a frame may be spread over reads, a message over frames."""

    def __init__(self) -> None:
        self._rest = b""
        self._opcode = CONTINUATION
        self._fragments: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[Message]:
        if self._rest:
            data = self._rest + data
        position, end = 0, len(data)
        while end - position >= _SHORTEST:
            size = data[position + 1] ^ _MASKED
            start = position + _SHORTEST
            if size > 127:
                raise ProtocolError("a frame without mask")
            if size > 125:
                wide = 2 if size == 126 else 8
                size = int.from_bytes(data[position + 2 : position + 2 + wide])
                start += wide
            stop = start + size
            if stop > end:
                break
            message = self._take(data[position], Message(TEXT, data[start:stop], data[start - 4 : start]))
            if message is not None:
                yield message
            position = stop
        self._rest = data[position:]

    def _take(self, first: int, message: Message) -> Message | None:
        if first == _WHOLE_TEXT:
            return message
        opcode = first & 0x0F
        if first & _RESERVED:
            raise ProtocolError("an extension that was not agreed on")
        if opcode >= CLOSE:
            return message._replace(opcode=opcode)
        if opcode != CONTINUATION:
            self._opcode, self._fragments = opcode, []
        self._fragments.append(message.payload())
        if not first & _FINAL:
            return None
        return Message(self._opcode, b"".join(self._fragments), bytes(4))


def handshake(head: bytes) -> bytes:
    """The answer to a request for a WebSocket; ProtocolError for any other."""
    lines = head.decode("latin-1").split("\r\n")[1:]
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    key = headers.get("sec-websocket-key")
    if key is None:
        raise ProtocolError("no request for a WebSocket")
    offered = [name.strip() for name in headers.get("sec-websocket-protocol", "").split(",")]
    chosen = "Sec-WebSocket-Protocol: ocpp1.6\r\n" if "ocpp1.6" in offered else ""
    return _SWITCH.format(accept_key(key), chosen).encode()


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole message in one frame, unmasked as a server sends it."""
    size = len(payload)
    if size < 126:
        return bytes((_FINAL | opcode, size)) + payload
    if size < 1 << 16:
        return pack(">BBH", _FINAL | opcode, 126, size) + payload
    return pack(">BBQ", _FINAL | opcode, 127, size) + payload
