"""A central system for OCPP 1.6, 2.0 and 2.0.1 at once, on `websockets`, which checks all it hears.

The schemas are those of the `ocpp` package, and so are the messages that it asks. It knows no more of
sessions than their messages' answers, and keeps every frame. It runs in threads of its own.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any

from attrs import define, field
from ocpp.messages import get_validator  # type: ignore[import-untyped]  # the package ships no types
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

VERSIONS = {"ocpp1.6": "1.6", "ocpp2.0": "2.0.1", "ocpp2.0.1": "2.0.1"}
"""Whose schemas a subprotocol has: those of 2.0 are the same for these messages."""

TIME = "2026-01-01T00:00:00Z"


@define(eq=False)
class Heard:
    """All of one station: what was agreed on at each connection, its calls, and its answers by id."""

    agreed: list[str | None] = field(factory=list)
    calls: list[tuple[str, Any]] = field(factory=list)
    answers: dict[str, Any] = field(factory=dict)
    wrong: list[str] = field(factory=list)
    connection: ServerConnection | None = None

    def payloads(self, action: str) -> list[Any]:
        return [payload for said, payload in self.calls if said == action]

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.calls]


@define(eq=False)
class AnyVersion:
    """Made by `any_version`."""

    url: str = ""
    stations: dict[str, Heard] = field(factory=dict)
    subprotocols: Sequence[str] = tuple(VERSIONS)  # that it speaks
    _news: Condition = field(factory=Condition)
    _ids: int = 0

    def station(self, name: str) -> Heard:
        return self.stations.setdefault(name, Heard())

    def wait_for(self, condition: Callable[[], object], within_s: float = 10.0) -> None:
        with self._news:
            assert self._news.wait_for(lambda: bool(condition()), within_s), self.stations

    def ask(self, name: str, action: str, payload: Any) -> Any:
        """The frame that answers."""
        self._ids += 1
        heard, call_id = self.station(name), f"asked-{self._ids}"
        assert heard.connection is not None
        heard.connection.send(json.dumps([2, call_id, action, payload]))
        self.wait_for(lambda: call_id in heard.answers)
        return heard.answers[call_id]

    def select(self, _: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        return next((one for one in offered if one in self.subprotocols), None)

    def serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        heard = self.station(connection.request.path.rpartition("/")[2])
        heard.agreed.append(connection.subprotocol)
        if connection.subprotocol is None:
            connection.close()  # as good servers do
            return
        version = VERSIONS[connection.subprotocol]
        heard.connection = connection
        try:
            for text in connection:
                self._take(heard, connection, version, json.loads(text))
        except ConnectionClosed:
            return

    def _take(self, heard: Heard, connection: ServerConnection, version: str, frame: list[Any]) -> None:
        if frame[0] == 2:
            _, call_id, action, payload = frame
            validator = get_validator(2, action, version)
            heard.wrong += [f"{action}: {error.message}" for error in validator.iter_errors(payload)]
            connection.send(json.dumps([3, call_id, _answer(action)]))
            heard.calls.append((action, payload))
        else:
            heard.answers[frame[1]] = frame
        with self._news:
            self._news.notify_all()


def _answer(action: str) -> Any:
    accepted = {"idTagInfo": {"status": "Accepted"}}
    match action:
        case "BootNotification":
            return {"status": "Accepted", "interval": 300, "currentTime": TIME}
        case "Heartbeat":
            return {"currentTime": TIME}
        case "StartTransaction":
            return {"transactionId": 7, **accepted}
        case "Authorize" | "StopTransaction":
            return accepted
        case _:
            return {}


@contextmanager
def any_version(*subprotocols: str) -> Iterator[AnyVersion]:
    """Listening; with some subprotocols, it speaks no others."""
    central = AnyVersion(subprotocols=subprotocols or tuple(VERSIONS))
    server: Server
    with serve(central.serve, "127.0.0.1", 0, select_subprotocol=central.select) as server:
        central.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ocpp"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield central
        finally:
            server.shutdown()
            thread.join()
