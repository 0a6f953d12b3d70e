"""Ten thousand frames of a central system gone mad, over a real websocket, to one station."""

import json
import resource
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random

import pytest
import trio
from attrs import Factory, define
from websockets.exceptions import ConnectionClosed
from websockets.trio.server import ServerConnection, serve
from websockets.typing import Subprotocol

import ocppsim
from ocppsim.protocol import frames
from ocppsim.protocol.errors import V16_CODES
from ocppsim.protocol.frames import Call, CallError, CallResult, Malformed

FRAMES = 10_000
WITHIN_S = 30
GROWTH_KIB = 100 * 1024
BATCH = 40  # CALLs at once: below the bound on open ones
NOW = "2026-01-01T00:00:00Z"
BOOT = {"status": "Accepted", "interval": 300, "currentTime": NOW}

REQUESTS: list[tuple[str, dict[str, object]]] = [
    ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
    ("RemoteStartTransaction", {"idTag": "TAG", "connectorId": 9}),
    ("RemoteStopTransaction", {"transactionId": 5}),
    ("UnlockConnector", {"connectorId": 1}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("ClearCache", {}),
    ("DataTransfer", {"vendorId": "x", "data": "y" * 200}),
    ("Heartbeat", {}),
    ("Nonsense", {"a": [1, {"b": None}]}),
]
VALUES = ["", "x" * 600, -1, 2**70, 1e400, True, None, [], {}, [[]], "\u0000", "\U0001f50c", {"a": {"a": {}}}]


@define
class Flood:
    """The central system: it answers the station's CALLs well and sends it everything else."""

    chance: Random
    calls: Counter[str] = Factory(Counter)  # that want an answer, by id
    answers: Counter[str] = Factory(Counter)
    unanswered: int = 0
    news: trio.Event = Factory(trio.Event)
    done: trio.Event = Factory(trio.Event)

    async def converse(self, connection: ServerConnection) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._pour, connection)
            try:
                while True:
                    await self._hear(connection, str(await connection.recv()))
            except ConnectionClosed:
                nursery.cancel_scope.cancel()

    async def _hear(self, connection: ServerConnection, text: str) -> None:
        match frames.parse(text):
            case Call(call_id, "BootNotification", _):
                await connection.send(json.dumps([3, call_id, BOOT]))
            case Call(call_id, "Heartbeat", _):
                await connection.send(json.dumps([3, call_id, {"currentTime": NOW}]))
            case Call(call_id, _, _):
                await connection.send(json.dumps([3, call_id, {}]))
            case CallResult(call_id, _) | CallError(call_id, _, _, _):
                self.answers[call_id] += 1
                self.unanswered -= 1
                self.news.set()
                self.news = trio.Event()

    async def _pour(self, connection: ServerConnection) -> None:
        for number in range(FRAMES):
            text = self._frame(number)
            match frames.parse(text):
                case Malformed(fault=fault) if fault not in V16_CODES:
                    pass  # of a kind that 1.6 does not answer
                case Call(id=call_id) | Malformed(id=str(call_id)):
                    self.calls[call_id] += 1
                    self.unanswered += 1
            await connection.send(text)
            while self.unanswered >= BATCH:
                await self.news.wait()
        while self.unanswered:
            await self.news.wait()
        self.done.set()

    def _frame(self, number: int) -> str:
        """Well-formed, or spoilt somewhere, or nothing at all; a spoilt id may be one that was."""
        action, payload = self.chance.choice(REQUESTS)
        call: list[object] = [2, f"id-{number}", action, payload]
        match self.chance.randrange(8):
            case 0:
                return json.dumps(call)
            case 1:
                return json.dumps([2, f"id-{number}", action, {**payload, "extra": self._value()}])
            case 2:
                return json.dumps([2, f"id-{number}", action, {name: self._value() for name in payload}])
            case 3:
                call[self.chance.randrange(4)] = self._value()
                return json.dumps(call)
            case 4:
                return json.dumps([self.chance.choice([3, 4, 5, 0, "2", 2.5]), f"id-{number}", {}, "", {}])
            case 5:
                return json.dumps(self._value())
            case 6:
                return "".join(self._torn(json.dumps(call)))
            case _:
                return json.dumps([3, f"id-{number}", self._value()])

    def _value(self) -> object:
        return self.chance.choice(VALUES)

    def _torn(self, text: str) -> Iterator[str]:
        """A frame of which some characters are lost, doubled or others."""
        for sign in text:
            if self.chance.random() < 0.97:
                yield sign
            elif self.chance.random() < 0.5:
                yield chr(self.chance.randrange(1, 0xD800))


@pytest.mark.parametrize("seed", [1])
async def test_a_station_outlives_any_frames(nursery: trio.Nursery, seed: int) -> None:
    flood = Flood(Random(seed))
    server = await nursery.start(
        partial(serve, flood.converse, 0, host="127.0.0.1", subprotocols=[Subprotocol("ocpp1.6")])
    )
    url = f"ws://127.0.0.1:{server.listeners[0].socket.getsockname()[1]}/"

    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with ocppsim.open_simulator(url=url, seed=seed) as simulator:
        station = await simulator.add()
        with trio.fail_after(WITHIN_S):
            await station.booted()
            await flood.done.wait()
        assert station.board.link.connections == 1, "no frame may end the connection"
        assert simulator.fleet.system.counters.crashes == 0
        assert station.board.tally.internal == 0
        assert flood.answers == flood.calls, "each once"
        assert flood.calls.total() > FRAMES / 4
        with trio.fail_after(5):
            connector = station.connector(1)
            await connector.plug()
            await connector.until("Preparing", within=5)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < GROWTH_KIB
