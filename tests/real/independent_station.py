"""One station as the independent central system sees it, on `ocpp.v16.ChargePoint`.

`ocpp` runs a handler inside its read loop, where a call to the station would wait for an answer that nobody
reads. Here one task reads and another answers, in order, so a request may be sent before an answer.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, ParamSpec, TypedDict, TypeVar, cast

from attrs import Factory, define, field
from ocpp import routing  # type: ignore[import-untyped]  # the package ships no types
from ocpp.exceptions import OCPPError  # type: ignore[import-untyped]
from ocpp.v16 import ChargePoint, call_result  # type: ignore[import-untyped]
from ocpp.v16.datatypes import IdTagInfo  # type: ignore[import-untyped]
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.real.independent_facts import Boot, Frame, Ledger, Sample, Status, Stop, Transaction

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4

P = ParamSpec("P")
R = TypeVar("R")


class MeterValue(TypedDict):
    """A MeterValue as `ocpp` hands it to a handler."""

    timestamp: str
    sampled_value: list[dict[str, str]]


@define
class Settings:
    """How the server behaves. Any thread may change it at any time; what comes next follows it."""

    boots: Sequence[tuple[str, int]] = (("Accepted", 300),)
    """Registration status and interval for the first BootNotification of a station, the second and so on;
    the last one stays."""
    id_tags: Mapping[str, str] = Factory(dict)
    """Authorization status by tag; any other tag is Accepted."""
    silent: set[str] = Factory(set)
    """Actions that are processed but not answered."""
    think_s: float = 0.0
    """The pause before each answer."""
    ask_first: dict[str, object] = Factory(dict)
    """By action: a request that the station must answer before that action is answered; each is sent once."""
    http_status: int | None = None
    """Refuse every handshake with this status."""
    subprotocol: str | None = "ocpp1.6"
    """What the handshake selects: ocpp1.6 only if it was offered, anything else always, None nothing."""
    passwords: Mapping[str, str] | None = field(default=None, repr=False)
    """Basic authentication is required: password by user."""


class Received(NamedTuple):
    """A message from a station: its type, id and, for a CALL, its action."""

    kind: int
    message_id: str
    action: str | None


def parse(text: str | bytes) -> Received | None:
    """What a frame is, or None for anything that is no OCPP-J message."""
    try:
        message = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    match message:
        case [2, str(message_id), str(action), dict()]:
            return Received(CALL, message_id, action)
        case [3, str(message_id), dict()]:
            return Received(CALL_RESULT, message_id, None)
        case [4, str(message_id), str(), str(), dict()]:
            return Received(CALL_ERROR, message_id, None)
    return None


def on(action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`ocpp.routing.on` with its type: the method answers CALLs of this action."""
    return cast("Callable[[Callable[P, R]], Callable[P, R]]", routing.on(action))


class RecordedConnection:
    """The connection as `ocpp` uses it: every frame is recorded, answers to silent actions are kept back."""

    def __init__(
        self, connection: ServerConnection, identity: str, ledger: Ledger, settings: Settings
    ) -> None:
        self._connection = connection
        self._identity, self._ledger, self._settings = identity, ledger, settings
        self._open: set[str] = set()
        self._unanswered: set[str] = set()

    async def recv(self) -> str | bytes:
        data = await self._connection.recv()
        text = data if isinstance(data, str) else repr(data)
        self._ledger.sees(Frame("in", self._identity, text))
        message = parse(data)
        if message is None:
            self._ledger.violates(self._identity, f"no OCPP-J message: {text}")
        elif message.kind == CALL:
            self._receives(message)
        return data

    def _receives(self, message: Received) -> None:
        self._ledger.called(self._identity, message.message_id)
        if self._open:
            self._ledger.violates(self._identity, f"{message.action} while another CALL is open")
        if message.action in self._settings.silent:
            self._unanswered.add(message.message_id)
        else:
            self._open.add(message.message_id)

    async def send(self, text: str) -> None:
        message = parse(text)
        if message is not None and message.kind != CALL:
            if message.message_id in self._unanswered:
                self._unanswered.discard(message.message_id)
                return
            self._open.discard(message.message_id)
            if message.kind == CALL_ERROR:
                self._ledger.violates(self._identity, f"refused: {text}")
        self._ledger.sees(Frame("out", self._identity, text))
        await self._connection.send(text)


class Station(ChargePoint):  # type: ignore[misc]  # an untyped base class
    """A connected station: its CALLs are answered and entered in the ledger, `call` sends it requests."""

    def __init__(
        self, connection: ServerConnection, identity: str, ledger: Ledger, settings: Settings
    ) -> None:
        self._wire = RecordedConnection(connection, identity, ledger, settings)
        super().__init__(identity, self._wire, response_timeout=3600)  # the deadlines are its callers'
        self.websocket = connection
        self._identity, self._ledger, self._settings = identity, ledger, settings

    async def start(self) -> None:
        """Serve the station until its connection is gone, in whatever way."""
        calls: asyncio.Queue[tuple[Received, str]] = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._answer(calls))
                await self._read(calls)
        except* ConnectionClosed:
            pass  # the end of every connection

    async def send_text(self, text: str) -> None:
        """Send a frame as it is, well-formed or not."""
        await self._wire.send(text)

    async def _read(self, calls: asyncio.Queue[tuple[Received, str]]) -> None:
        while True:
            text = await self._wire.recv()
            message = parse(text)
            if message is None or not isinstance(text, str):
                continue  # the ledger has it as a violation
            if message.kind == CALL:
                calls.put_nowait((message, text))
            else:
                await self.route_message(text)

    async def _answer(self, calls: asyncio.Queue[tuple[Received, str]]) -> None:
        while True:
            message, text = await calls.get()
            request = self._settings.ask_first.pop(message.action or "", None)
            if request is not None:
                await self._ask(request)
            await asyncio.sleep(self._settings.think_s)
            await self.route_message(text)

    async def _ask(self, request: object) -> None:
        try:
            async with asyncio.timeout(5):
                await self.call(request, suppress=False)
        except (TimeoutError, OCPPError) as error:
            self._ledger.violates(self._identity, f"no good answer to {request}: {error!r}")

    def _id_tag_info(self, id_tag: str) -> object:
        return IdTagInfo(status=self._settings.id_tags.get(id_tag, "Accepted"))

    @on("BootNotification")
    async def on_boot(self, charge_point_vendor: str, charge_point_model: str, **_: object) -> object:
        boots = self._settings.boots
        before = sum(boot.identity == self._identity for boot in self._ledger.boots)
        status, interval = boots[min(before, len(boots) - 1)]
        self._ledger.boot(Boot(self._identity, charge_point_vendor, charge_point_model, status, interval))
        return call_result.BootNotification(current_time=_now(), interval=interval, status=status)

    @on("Heartbeat")
    async def on_heartbeat(self) -> object:
        return call_result.Heartbeat(current_time=_now())

    @on("StatusNotification")
    async def on_status(
        self, connector_id: int, status: str, error_code: str, timestamp: str | None = None, **_: object
    ) -> object:
        self._ledger.status(Status(self._identity, connector_id, status, error_code, timestamp))
        return call_result.StatusNotification()

    @on("Authorize")
    async def on_authorize(self, id_tag: str) -> object:
        return call_result.Authorize(id_tag_info=self._id_tag_info(id_tag))

    @on("StartTransaction")
    async def on_start(
        self,
        connector_id: int,
        id_tag: str,
        meter_start: int,
        timestamp: str,
        call_unique_id: str,
        **_: object,
    ) -> object:
        begun = Transaction(self._identity, 0, connector_id, id_tag, meter_start, timestamp)
        number = self._ledger.start(call_unique_id, begun)
        return call_result.StartTransaction(transaction_id=number, id_tag_info=self._id_tag_info(id_tag))

    @on("MeterValues")
    async def on_meter_values(
        self,
        meter_value: Sequence[MeterValue],
        call_unique_id: str,
        transaction_id: int | None = None,
        **_: object,
    ) -> object:
        if transaction_id is not None:
            self._ledger.sample(self._identity, call_unique_id, transaction_id, _samples(meter_value))
        return call_result.MeterValues()

    @on("StopTransaction")
    async def on_stop(
        self,
        transaction_id: int,
        meter_stop: int,
        timestamp: str,
        call_unique_id: str,
        reason: str | None = None,
        id_tag: str | None = None,
        transaction_data: Sequence[MeterValue] = (),
    ) -> object:
        stop = Stop(meter_stop, timestamp, reason, id_tag, _samples(transaction_data))
        self._ledger.stop(self._identity, call_unique_id, transaction_id, stop)
        info = self._id_tag_info(id_tag) if id_tag is not None else None
        return call_result.StopTransaction(id_tag_info=info)

    @on("DataTransfer")
    async def on_data_transfer(self, **_: object) -> object:
        return call_result.DataTransfer(status="Accepted")

    @on("FirmwareStatusNotification")
    async def on_firmware_status(self, **_: object) -> object:
        return call_result.FirmwareStatusNotification()

    @on("DiagnosticsStatusNotification")
    async def on_diagnostics_status(self, **_: object) -> object:
        return call_result.DiagnosticsStatusNotification()

    @on("LogStatusNotification")
    async def on_log_status(self, **_: object) -> object:
        return call_result.LogStatusNotification()

    @on("SecurityEventNotification")
    async def on_security_event(self, **_: object) -> object:
        return call_result.SecurityEventNotification()

    @on("SignCertificate")
    async def on_sign_certificate(self, **_: object) -> object:
        return call_result.SignCertificate(status="Accepted")

    @on("SignedFirmwareStatusNotification")
    async def on_signed_firmware_status(self, **_: object) -> object:
        return call_result.SignedFirmwareStatusNotification()


def _samples(meter_values: Sequence[MeterValue]) -> tuple[Sample, ...]:
    return tuple(Sample(one["timestamp"], tuple(one["sampled_value"])) for one in meter_values)


def _now() -> str:
    """With microseconds and a numeric offset: other than ocppsim writes, and as legal."""
    return datetime.now(UTC).isoformat()
