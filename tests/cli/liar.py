"""A central system that lies: it answers as a test tells it to, on a real port, in a thread of its own."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

from attrs import Factory, define
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

NOW = "2026-01-01T00:00:00.000Z"
HONEST: Mapping[str, object] = {
    "BootNotification": {"status": "Accepted", "interval": 300, "currentTime": NOW},
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StartTransaction": {"transactionId": 1, "idTagInfo": {"status": "Accepted"}},
    "Heartbeat": {"currentTime": NOW},
}

Answer = Callable[[str], list[str]]
"""From the id of a CALL to the texts that answer it."""


def honest(action: str) -> Answer:
    return lambda call_id: [json.dumps([3, call_id, HONEST.get(action, {})])]


def result(payload: object) -> Answer:
    return lambda call_id: [json.dumps([3, call_id, payload])]


def error(code: str, description: str = "") -> Answer:
    return lambda call_id: [json.dumps([4, call_id, code, description, {}])]


def texts(*lines: str) -> Answer:
    """These, and no answer."""
    return lambda call_id: list(lines)


def both(*answers: Answer) -> Answer:
    return lambda call_id: [text for answer in answers for text in answer(call_id)]


@define
class Liar:
    """What came, and how it is answered: by action, honestly where nothing is said."""

    url: str
    answers: dict[str, Answer] = Factory(dict)
    calls: list[tuple[str, str]] = Factory(list)
    frames: list[str] = Factory(list)

    def converse(self, connection: ServerConnection) -> None:
        try:
            for text in connection:
                self.frames.append(str(text))
                match json.loads(text):
                    case [2, str(call_id), str(action), _]:
                        self.calls.append((action, call_id))
                        for answer in self.answers.get(action, honest(action))(call_id):
                            connection.send(answer)
        except ConnectionClosed:
            pass  # however it ended

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.calls]


@contextmanager
def open_liar(answers: Mapping[str, Answer] | None = None) -> Iterator[Liar]:
    liar = Liar("", dict(answers or {}))
    with serve(liar.converse, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        liar.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
        thread = Thread(target=server.serve_forever, name="liar")
        thread.start()
        try:
            yield liar
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def open_http(reply: bytes) -> Iterator[str]:
    """The URL of a port that answers each connection with these bytes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return  # closed
                with connection:
                    connection.recv(65536)
                    connection.sendall(reply)

        thread = Thread(target=answer, name="http")
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
