"""A station of a few lines that writes its frames by hand, and one on paper that needs no connection."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Any

from attrs import define, field

from ocppsim.actors.wire.transport import Transport
from ocppsim.csms.answers import Answers
from ocppsim.csms.behaviour import Behaviour
from ocppsim.csms.central_system import CentralSystem
from ocppsim.csms.findings import Breach
from ocppsim.csms.judge import Judge
from ocppsim.csms.limits import Limits
from ocppsim.csms.record import StationRecord
from ocppsim.csms.responder import Reply, Responder
from ocppsim.csms.tags import Tags
from ocppsim.protocol import frames
from ocppsim.protocol.frames import Call, Malformed
from ocppsim.testing.pipe import dial_in_memory

BOOT: dict[str, object] = {"chargePointVendor": "v", "chargePointModel": "m"}


def time_text(second: float) -> str:
    return f"2026-01-01T{int(second) // 3600:02d}:{int(second) // 60 % 60:02d}:{second % 60:06.3f}Z"


def start(connector: int = 1, meter: int = 100, second: float = 10, tag: str = "T") -> dict[str, object]:
    return {"connectorId": connector, "idTag": tag, "meterStart": meter, "timestamp": time_text(second)}


def stop(transaction: object, meter: int = 300, second: float = 70, **more: object) -> dict[str, object]:
    return {"transactionId": transaction, "meterStop": meter, "timestamp": time_text(second), **more}


def values(
    transaction: object, register: object = 200, second: float = 40, connector: int = 1, **sample: object
) -> dict[str, Any]:
    meter_value = {"timestamp": time_text(second), "sampledValue": [{"value": str(register), **sample}]}
    payload = {"connectorId": connector, "meterValue": [meter_value]}
    return payload if transaction is None else {**payload, "transactionId": transaction}


def status(connector: int, word: str) -> dict[str, object]:
    return {"connectorId": connector, "errorCode": "NoError", "status": word}


@define
class LittleStation:
    """Writes CALLs and waits for their answers; keeps what the central system asks meanwhile."""

    transport: Transport
    prefix: str = "s"
    asked: list[list[Any]] = field(factory=list)
    _ids: Iterator[int] = field(factory=count)

    async def write(self, *message: object) -> None:
        await self.transport.send(json.dumps(message))

    async def read(self) -> list[Any]:
        text = await self.transport.receive()
        message = json.loads(text)
        assert isinstance(message, list)
        return message

    async def call(self, action: str, payload: object = None, call_id: str | None = None) -> Any:
        """The payload of the answer, or the list of a CALLERROR."""
        call_id = call_id or f"{self.prefix}-{next(self._ids)}"
        await self.write(2, call_id, action, payload or {})
        while (message := await self.read())[0] == 2:
            self.asked.append(message)
        assert message[1] == call_id
        return message[2] if message[0] == 3 else message

    async def boot(self) -> None:
        assert (await self.call("BootNotification", BOOT))["status"] == "Accepted"


@asynccontextmanager
async def connected(
    central_system: CentralSystem, identity: str = "CS-1", prefix: str = "s"
) -> AsyncIterator[LittleStation]:
    """A connection of a station; `prefix` keeps the message ids of its connections apart."""
    async with dial_in_memory(central_system, identity)() as transport:
        yield LittleStation(transport, prefix)


@define
class PaperStation:
    """Gives its CALLs straight to the responder, at times of the test's choosing (seconds of 2026-01-01)."""

    limits: Limits = field(factory=Limits)
    behaviour: Behaviour = field(factory=Behaviour)
    judge: Judge = field(init=False)
    responder: Responder = field(init=False)
    record: StationRecord = field(init=False)
    _ids: Iterator[int] = field(factory=count)

    def __attrs_post_init__(self) -> None:
        self.judge = Judge("CS-1", self.limits)
        self.record = StationRecord("CS-1", self.judge, Random(0))
        self.responder = Responder(Answers(Tags(), 300), self.behaviour, lambda _: False)

    @classmethod
    def with_answers(cls, answers: Answers) -> "PaperStation":
        station = cls()
        station.responder = Responder(answers, station.behaviour, lambda _: False)
        return station

    def reply(self, action: str, payload: object, at: float = 0.0, call_id: str | None = None) -> Reply:
        text = json.dumps([2, call_id or f"s-{next(self._ids)}", action, payload])
        frame = frames.parse(text)
        assert isinstance(frame, Call | Malformed)
        return self.responder.reply(self.record, frame, text, 1767225600.0 + at)

    def call(self, action: str, payload: object, at: float = 0.0, call_id: str | None = None) -> Any:
        (text,) = self.reply(action, payload, at, call_id).texts
        message = json.loads(text)
        return message[2] if message[0] == 3 else message

    def boot(self) -> "PaperStation":
        self.call("BootNotification", BOOT)
        return self

    def start(self, connector: int = 1, meter: int = 100, second: float = 10) -> Any:
        """The id of a new transaction."""
        return self.call("StartTransaction", start(connector, meter, second))["transactionId"]

    @property
    def rules(self) -> list[Breach]:
        return [finding.rule for finding in self.judge.findings]
