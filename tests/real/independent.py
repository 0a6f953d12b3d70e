"""A central system for OCPP 1.6 that shares no code with ocppsim: `ocpp` and `websockets` on asyncio.

It runs in a thread of its own, so the stations under test may run in any loop. All methods are synchronous
and thread-safe. Those that wait for a station, `call` and `wait_for`, must not block that station's loop:
from Trio, `await trio.to_thread.run_sync(server.call, identity, request)`. The others return at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from http import HTTPStatus
from threading import Thread, current_thread
from types import TracebackType
from typing import ParamSpec, Self, TypeVar
from urllib.parse import unquote, urlsplit

from websockets.asyncio.server import Server, ServerConnection, basic_auth, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.real.independent_facts import Frame, Handshake, Ledger, Sample, Status, Stop, Transaction
from tests.real.independent_schemas import schema_errors
from tests.real.independent_station import Settings, Station

__all__ = [
    "Frame",
    "IndependentServer",
    "Ledger",
    "Sample",
    "Settings",
    "Status",
    "Stop",
    "Transaction",
    "schema_errors",
]

HOST = "127.0.0.1"
P = ParamSpec("P")
R = TypeVar("R")


class IndependentServer:
    """The central system; it listens from `__enter__` to `__exit__`, which closes open connections (1001).

    A bug of the server itself is kept and raised by `__exit__`.
    """

    def __init__(self, settings: Settings | None = None, port: int = 0) -> None:
        self.settings = settings or Settings()
        self.seen = Ledger()
        self.port = port
        self._thread = Thread(target=self._run, name="independent central system")
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._leave = asyncio.Event()
        self._listener: Server | None = None
        self._listeners: list[Server] = []
        self._stations: dict[str, Station] = {}
        self._connections: set[ServerConnection] = set()
        self._failures: list[Exception] = []

    @property
    def url(self) -> str:
        """The address to which a station appends its identity."""
        return f"ws://{HOST}:{self.port}/ocpp"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ready.result().call_soon_threadsafe(self._leave.set)
        self._thread.join()
        if self._failures:
            raise ExceptionGroup("the independent server failed", self._failures)

    # Control.

    def call(self, identity: str, request: object, within_s: float = 10.0) -> object:
        """Send `ocpp.v16.call.X(...)` and wait for the station's `ocpp.v16.call_result.X`.

        A CALLERROR is raised as the `ocpp.exceptions.OCPPError` of its code, and so is an answer that breaks
        the schema; TimeoutError when none comes, ConnectionError when the connection ends before, LookupError
        when the station is not connected.
        """
        return self._in_loop(self._call, identity, request, within_s)

    def send_text(self, identity: str, text: str) -> None:
        """Send the station a frame as it is, well-formed or not."""
        self._in_loop(self._station(identity).send_text, text)

    def wait_for(self, condition: Callable[[Ledger], bool], within_s: float = 10.0) -> None:
        """Block until the condition on what was seen holds; TimeoutError with the latest frames otherwise."""
        self.seen.wait_for(condition, within_s)

    def drop_connections(self) -> None:
        """Cut every connection without a Close frame."""
        self._in_loop(self._drop)

    def stop_listening(self) -> None:
        """Refuse new TCP connections; those that are open stay."""
        self._in_loop(self._stop_listening)

    def start_listening(self) -> None:
        """Listen again, on the same port."""
        self._in_loop(self._listen)

    # Inside the loop.

    def _in_loop(self, function: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        if current_thread() is self._thread:
            raise RuntimeError("the server's own thread would wait for itself")

        async def run() -> R:
            return await function(*args, **kwargs)

        return asyncio.run_coroutine_threadsafe(run(), self._ready.result()).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)  # the port is taken: `__enter__` says so

    async def _serve(self) -> None:
        await self._listen()
        self._ready.set_result(asyncio.get_running_loop())
        await self._leave.wait()
        await self._stop_listening()
        await asyncio.gather(*(connection.close(1001) for connection in list(self._connections)))
        await asyncio.gather(*(listener.wait_closed() for listener in self._listeners))

    async def _listen(self) -> None:
        if self._listener is not None:
            return
        self._listener = await serve(
            self._handle,
            HOST,
            self.port,
            select_subprotocol=self._select,
            process_request=self._judge,
            process_response=self._note,
            open_timeout=5,
            close_timeout=1,
        )
        self._listeners.append(self._listener)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close(close_connections=False)
            self._listener.server.close()  # now, not when the task of the line above runs
            self._listener = None

    async def _drop(self) -> None:
        for connection in list(self._connections):
            connection.transport.abort()

    def _station(self, identity: str) -> Station:
        station = self._stations.get(identity)
        if station is None:
            raise LookupError(f"{identity} is not connected")
        return station

    async def _call(self, identity: str, request: object, within_s: float) -> object:
        station = self._station(identity)
        answer = asyncio.ensure_future(station.call(request, suppress=False))
        gone = asyncio.ensure_future(station.websocket.wait_closed())
        try:
            await asyncio.wait({answer, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():  # an answer that came just before the end is still on its way to us
                await asyncio.wait({answer}, timeout=0.5)
            if answer.done():
                return answer.result()
            raise (ConnectionError if gone.done() else TimeoutError)(f"{identity} did not answer {request}")
        finally:
            answer.cancel()
            gone.cancel()

    async def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        identity = _identity(connection.request)
        station = Station(connection, identity, self.seen, self.settings)
        self._stations[identity] = station
        self._connections.add(connection)
        self.seen.connects(identity)
        try:
            await station.start()
        except Exception as error:  # a bug of ours: the test must fail, whatever the station makes of it
            self._failures.append(error)
        finally:
            self._connections.discard(connection)
            if self._stations.get(identity) is station:
                del self._stations[identity]
            self.seen.disconnects(identity)

    async def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.settings.http_status is not None:
            return connection.respond(HTTPStatus(self.settings.http_status), "refused\n")
        if self.settings.passwords is not None:
            return await basic_auth("OCPP", list(self.settings.passwords.items()))(connection, request)
        return None

    def _select(self, _: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        chosen = self.settings.subprotocol
        if chosen is None or (chosen == "ocpp1.6" and chosen not in offered):
            return None
        return Subprotocol(chosen)

    def _note(self, _: ServerConnection, request: Request, response: Response) -> None:
        offered = request.headers.get_all("Sec-WebSocket-Protocol")
        names = tuple(name.strip() for line in offered for name in line.split(","))
        self.seen.shakes_hands(Handshake(_identity(request), request.path, names, response.status_code))


def _identity(request: Request) -> str:
    return unquote(urlsplit(request.path).path.rpartition("/")[2])
