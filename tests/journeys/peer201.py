"""A central system of OCPP 2.0.1, as far as a station needs one that has no sessions.

It knows nothing of ours but the schemas, and keeps every frame.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from attrs import define, field

from ocppsim.actors.fleet import open_fleet
from ocppsim.actors.station import Station
from ocppsim.actors.store import Store
from ocppsim.actors.wire.transport import OPEN, Access, Transport
from ocppsim.csms.channel import ChannelClosed
from ocppsim.dialects.v201 import Dialect201
from ocppsim.model.specification import Specification
from ocppsim.protocol import schemas
from ocppsim.testing.pipe import ServerEnd, pipe

TIME = "2026-01-01T00:00:00Z"


@define(eq=False)
class Peer201:
    """`boots` are the statuses that it answers to one boot after the other, then Accepted."""

    boots: list[str] = field(factory=list)
    interval: int = 300
    said: list[tuple[str, Any]] = field(factory=list)
    answers: dict[str, list[Any]] = field(factory=dict)
    end: ServerEnd | None = None
    _asked: int = 0
    _news: trio.Event = field(factory=trio.Event)

    @asynccontextmanager
    async def __call__(self, access: Access = OPEN) -> AsyncIterator[Transport]:
        """It is its own dial, and lets anybody in."""
        del access
        client, server = pipe()
        async with trio.open_nursery() as nursery:
            self.end = server
            nursery.start_soon(self._serve, server)
            try:
                yield client
                await client.close()
            finally:
                client.drop()
                nursery.cancel_scope.cancel()

    def reaches(self, profile: int) -> bool:
        del profile
        return True

    async def _serve(self, server: ServerEnd) -> None:
        try:
            while True:
                await self._take(server, json.loads(await server.receive()))
        except ChannelClosed:
            return

    async def _take(self, server: ServerEnd, frame: list[Any]) -> None:
        if frame[0] == 2:
            _, call_id, action, payload = frame
            assert schemas.violations("v201", f"{action}Request", payload) == ()
            self.said.append((action, payload))
            await server.send(json.dumps([3, call_id, self._answer(action)]))
        else:
            self.answers[frame[1]] = frame
        self._news.set()
        self._news = trio.Event()

    def _answer(self, action: str) -> Any:
        match action:
            case "BootNotification":
                status = self.boots.pop(0) if self.boots else "Accepted"
                return {"status": status, "interval": self.interval, "currentTime": TIME}
            case "Heartbeat":
                return {"currentTime": TIME}
            case _:
                return {}

    async def ask(self, action: str, **payload: Any) -> Any:
        """The frame that answers a request."""
        self._asked += 1
        call_id = f"q{self._asked}"
        return await self.write(json.dumps([2, call_id, action, payload]), call_id)

    async def write(self, text: str, call_id: str) -> Any:
        assert self.end is not None
        await self.end.send(text)
        with trio.fail_after(60):
            while call_id not in self.answers:
                await self._news.wait()
        return self.answers.pop(call_id)

    async def heard(self, action: str, count: int) -> None:
        with trio.fail_after(600):
            while len(self.payloads(action)) < count:
                await self._news.wait()

    def actions(self) -> list[str]:
        return [action for action, _ in self.said]

    def payloads(self, action: str) -> list[Any]:
        return [payload for said, payload in self.said if said == action]


@asynccontextmanager
async def station201(
    specification: Specification, peer: Peer201, store: Store | None = None
) -> AsyncIterator[Station]:
    async with open_fleet(1, store) as fleet:
        station = fleet.add(specification, Dialect201(), peer)
        yield station
        assert station.board.tally.internal == 0
        assert list(fleet.system.errors) == []
