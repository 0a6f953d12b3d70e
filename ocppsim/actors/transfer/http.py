"""HTTP transfers: GET, and PUT, each on a connection of its own."""

from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urljoin

import h11

from ocppsim.actors.transfer import place
from ocppsim.actors.transfer.line import PIECE, Connect, Line, connected
from ocppsim.actors.transfer.place import Place
from ocppsim.actors.transfer.port import Failure, TransferFailed

MOST_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_FAILURES = {
    400: Failure.BAD_LOCATION,
    401: Failure.DENIED,
    403: Failure.DENIED,
    405: Failure.NOT_SUPPORTED,
    501: Failure.NOT_SUPPORTED,
}


async def fetch(where: Place, connect: Connect, most_bytes: int) -> bytes:
    """The SHA-256 of a file; redirects are followed."""
    for _ in range(MOST_REDIRECTS + 1):
        async with connected(connect, where) as line:
            exchange = _Exchange(line, where)
            response = await exchange.ask("GET")
            if response.status_code in _MOVED:
                where = _moved(where, response)
                continue
            exchange.check(response)
            digest, size = sha256(), 0
            while piece := await exchange.piece():
                size += len(piece)
                if size > most_bytes:
                    raise TransferFailed(Failure.BROKEN, f"{where}: more than {most_bytes} bytes")
                digest.update(piece)
            return digest.digest()
    raise TransferFailed(Failure.BROKEN, f"{where}: redirected more than {MOST_REDIRECTS} times")


async def store(where: Place, connect: Connect, content: bytes) -> None:
    async with connected(connect, where) as line:
        exchange = _Exchange(line, where)
        exchange.check(await exchange.ask("PUT", content))


class _Exchange:
    """One request and its response."""

    def __init__(self, line: Line, where: Place) -> None:
        self.line, self.where = line, where
        self._h11 = h11.Connection(h11.CLIENT)

    async def ask(self, method: str, content: bytes | None = None) -> h11.Response:
        try:
            await self.line.send(self._request(method, content))
            for start in range(0, len(content or b""), PIECE):
                data = self._h11.send(h11.Data(data=(content or b"")[start : start + PIECE]))
                await self.line.send(data or b"")
            await self.line.send(self._h11.send(h11.EndOfMessage()) or b"")
            while True:
                event = await self._next()
                if isinstance(event, h11.Response):
                    return event
        except (h11.LocalProtocolError, h11.RemoteProtocolError):
            raise self._broken() from None

    async def piece(self) -> bytes:
        """The next piece of the body; empty at its end."""
        try:
            event = await self._next()
            return bytes(event.data) if isinstance(event, h11.Data) else b""
        except h11.RemoteProtocolError:  # also of a body that was cut short
            raise self._broken() from None

    def check(self, response: h11.Response) -> None:
        status = response.status_code
        if not 200 <= status < 300:
            try:
                words = HTTPStatus(status).phrase.lower()
            except ValueError:
                words = "refused"
            why = _FAILURES.get(status, Failure.BROKEN)
            raise TransferFailed(why, f"{self.where}: HTTP {status} ({words})")

    def _request(self, method: str, content: bytes | None) -> bytes:
        headers = [
            ("Host", str(self.where)),
            ("User-Agent", "ocppsim"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]
        if content is not None:
            headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(content)))]
        if self.where.user is not None:
            credentials = b64encode(f"{self.where.user}:{self.where.password}".encode()).decode()
            headers.append(("Authorization", f"Basic {credentials}"))
        request = h11.Request(method=method, target=self.where.target, headers=headers)
        return self._h11.send(request) or b""

    async def _next(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._h11.receive_data(await self.line.piece())
        if isinstance(event, h11.ConnectionClosed):
            raise self._broken()
        return event

    def _broken(self) -> TransferFailed:
        return TransferFailed(Failure.BROKEN, f"{self.where}: the HTTP exchange broke off")


def _moved(where: Place, response: h11.Response) -> Place:
    """Where the file is instead; credentials stay with the host and the protocol they were meant for."""
    target = next((value for name, value in response.headers if name == b"location"), b"")
    base = f"{where.scheme}://{where}{where.target}"
    try:
        moved = place.parse(urljoin(base, target.decode("latin-1")))
    except ValueError:
        raise TransferFailed(Failure.BROKEN, f"{where}: redirected to nowhere") from None
    if moved.scheme == "ftp" or (where.scheme == "https" and moved.scheme == "http"):
        raise TransferFailed(Failure.NOT_SUPPORTED, f"{where}: redirected to {moved.scheme}")
    if moved.user is None and (moved.scheme, moved.host, moved.port) == (
        where.scheme,
        where.host,
        where.port,
    ):
        return place.with_credentials(moved, where.user, where.password)
    return moved
