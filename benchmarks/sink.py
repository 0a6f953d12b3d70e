"""A central system that costs next to nothing, so that a benchmark measures the stations alone.

    python -m benchmarks.sink --port 0

prints its port, answers every CALL of OCPP 1.6 in order and, on SIGTERM or SIGINT, prints one line of JSON
with what it did. It checks nothing: of a message it unmasks and reads the beginning only.
"""

import asyncio
import gc
import json
import signal
from argparse import ArgumentParser, Namespace
from collections import deque
from struct import pack
from time import perf_counter, process_time

from benchmarks.limits import raise_open_files
from benchmarks.sink_answers import BEGINNING, Answers
from benchmarks.sink_frames import CLOSE, PING, PONG, TEXT, Message, ProtocolError, Reader, frame, handshake

BACKLOG = 4096
BUFFER = 65_536
LONGEST_HEAD = 65_536
WRONG_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
PROTOCOL_ERROR = frame(CLOSE, pack(">H", 1002))


class Sink:
    """What all connections share."""

    def __init__(self, latency_s: float = 0.0) -> None:
        self.latency_s = latency_s
        self.answers = Answers()
        self.buffer = memoryview(bytearray(BUFFER))
        self.open: set[asyncio.Transport] = set()
        self.most_open = 0
        self._began = perf_counter()

    def connected(self, transport: asyncio.Transport) -> None:
        self.open.add(transport)
        self.most_open = max(self.most_open, len(self.open))

    def report(self) -> dict[str, float]:
        return {
            "calls": self.answers.given,
            "most_connections": self.most_open,
            "cpu_s": process_time(),
            "wall_s": perf_counter() - self._began,
        }


class Opening(asyncio.Protocol):
    """A connection until its handshake is done."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        head, end, rest = (self._head + data).partition(b"\r\n\r\n")
        if not end and len(head) <= LONGEST_HEAD:
            self._head = head
            return
        try:
            self._transport.write(handshake(head))
        except ProtocolError:
            self._transport.write(WRONG_REQUEST)
            self._transport.close()
            return
        conversation = Conversation(self._sink, self._transport)
        self._transport.set_protocol(conversation)
        if rest:
            conversation.receive(rest)


class Conversation(asyncio.BufferedProtocol):
    """A connection after its handshake: every CALL is answered, in order.

    All connections read into one buffer: a plain protocol gets a new one of 256 KiB for every read, which can
    cost more than all the rest.
    """

    def __init__(self, sink: Sink, transport: asyncio.Transport) -> None:
        self._sink, self._transport = sink, transport
        self._reader = Reader()
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._closing = False
        sink.connected(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._sink.open.discard(self._transport)

    def get_buffer(self, _: int) -> memoryview:
        return self._sink.buffer

    def buffer_updated(self, size: int) -> None:
        self.receive(bytes(self._sink.buffer[:size]))

    def receive(self, data: bytes) -> None:
        replies = []
        try:
            for message in self._reader.feed(data):
                reply = self._reply(message)
                if reply is not None:
                    replies.append(reply)
        except ProtocolError:
            self._closing = True
            replies.append(PROTOCOL_ERROR)
        if replies:
            self._send(b"".join(replies))

    def _reply(self, message: Message) -> bytes | None:
        answers = self._sink.answers
        if message.opcode == TEXT:
            answer = answers.to_beginning(message.payload(BEGINNING)) or answers.to_whole(message.payload())
            return frame(TEXT, answer) if answer else None
        if message.opcode == PING:
            return frame(PONG, message.payload())
        if message.opcode == CLOSE:
            self._closing = True
            return frame(CLOSE, message.payload(2))
        return None

    def _send(self, data: bytes) -> None:
        if not self._sink.latency_s:
            self._write(data)
            return
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_later(self._sink.latency_s, self._send_due)
        self._waiting.append((loop.time() + self._sink.latency_s, data))

    def _send_due(self) -> None:
        """One timer for each connection: timers that are due together run in no certain order."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            self._write(self._waiting.popleft()[1])
        if self._waiting:
            loop.call_at(self._waiting[0][0], self._send_due)

    def _write(self, data: bytes) -> None:
        self._transport.write(data)
        if self._closing and not self._waiting:
            self._transport.close()


async def serve(port: int, latency_s: float) -> Sink:
    """Serve until SIGTERM or SIGINT."""
    sink, stop, loop = Sink(latency_s), asyncio.Event(), asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    server = await loop.create_server(lambda: Opening(sink), "127.0.0.1", port, backlog=BACKLOG)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()
    for transport in list(sink.open):
        transport.abort()
    await asyncio.sleep(0)  # the transports close in the next pass of the loop
    return sink


def _arguments() -> Namespace:
    parser = ArgumentParser(
        prog="python -m benchmarks.sink", description="A central system that costs little."
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0, help="think time before each answer")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    raise_open_files()
    gc.disable()  # nothing to collect, and a collection over 10,000 connections would stall the stations
    print(json.dumps(asyncio.run(serve(arguments.port, arguments.latency_ms / 1000)).report()))


if __name__ == "__main__":
    main()
