"""FTP transfers: passive, binary, one file for each login (RFC 959, RFC 2428)."""

import re
from hashlib import sha256

from attrs import evolve

from ocppsim.actors.transfer.line import PIECE, Connect, Line, connected
from ocppsim.actors.transfer.place import Place
from ocppsim.actors.transfer.port import Failure, TransferFailed

MOST_LINES = 1000
_FAILURES = {
    332: Failure.DENIED,
    501: Failure.BAD_LOCATION,
    502: Failure.NOT_SUPPORTED,
    504: Failure.NOT_SUPPORTED,
    530: Failure.DENIED,
    532: Failure.DENIED,
    550: Failure.DENIED,
    553: Failure.DENIED,
}


async def fetch(where: Place, connect: Connect, most_bytes: int) -> bytes:
    """The SHA-256 of a file."""
    async with connected(connect, where) as line:
        control = _Control(line, where)
        await control.log_in()
        async with connected(connect, await control.data_port()) as data:
            await control.order(f"RETR {where.file}", 1)
            digest, size = sha256(), 0
            while piece := await data.piece():
                size += len(piece)
                if size > most_bytes:
                    raise TransferFailed(Failure.BROKEN, f"{where}: more than {most_bytes} bytes")
                digest.update(piece)
        await control.reply(2)
        return digest.digest()


async def store(where: Place, connect: Connect, content: bytes) -> None:
    async with connected(connect, where) as line:
        control = _Control(line, where)
        await control.log_in()
        async with connected(connect, await control.data_port()) as data:
            await control.order(f"STOR {where.file}", 1)
            for start in range(0, len(content), PIECE):
                await data.send(content[start : start + PIECE])
            await data.end()
        await control.reply(2)


class _Control:
    """The control connection of a session."""

    def __init__(self, line: Line, where: Place) -> None:
        self.line, self.where = line, where

    async def log_in(self) -> None:
        await self.reply(2)
        code, _ = await self.order(f"USER {self.where.user or 'anonymous'}", 2, 3)
        if code // 100 == 3:
            password = self.where.password if self.where.user is not None else "ocppsim@"
            await self.order(f"PASS {password}", 2)
        await self.order("TYPE I", 2)

    async def data_port(self) -> Place:
        """A port for the file, always on the host that was named: what else a server says is not followed."""
        code, words = await self._order("EPSV")
        match = re.search(r"\(\|\|\|(\d{1,5})\|\)", words) if code == 229 else None
        if match is not None:
            return evolve(self.where, port=min(int(match[1]), 65535))
        _, words = await self.order("PASV", 2)
        numbers = re.search(r"(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})", words)
        if numbers is None:
            raise TransferFailed(Failure.BROKEN, f"{self.where}: the FTP server names no port")
        return evolve(self.where, port=256 * int(numbers[1]) + int(numbers[2]))

    async def order(self, text: str, *wanted: int) -> tuple[int, str]:
        await self.line.send(f"{text}\r\n".encode())
        return await self.reply(*wanted)

    async def _order(self, text: str) -> tuple[int, str]:
        await self.line.send(f"{text}\r\n".encode())
        return await self._reply()

    async def reply(self, *wanted: int) -> tuple[int, str]:
        """The reply, whose first digit must be one of those wanted. Its text may repeat what was sent."""
        code, words = await self._reply()
        if code // 100 not in wanted:
            raise TransferFailed(
                _FAILURES.get(code, Failure.BROKEN), f"{self.where}: FTP {code}{_said(code)}"
            )
        return code, words

    async def _reply(self) -> tuple[int, str]:
        """Code and text; of several lines the last counts."""
        first = await self.line.text()
        if not re.match(r"\d{3}[ -]", f"{first} "):
            raise TransferFailed(Failure.BROKEN, f"{self.where}: no FTP server")
        line = first
        for _ in range(MOST_LINES):
            if line[:3] == first[:3] and line[3:4] != "-":
                return int(first[:3]), line[4:]
            line = await self.line.text()
        raise TransferFailed(Failure.BROKEN, f"{self.where}: an FTP reply without end")


_WORDS = {
    421: "service not available",
    425: "no data connection",
    426: "transfer aborted",
    450: "file busy",
    452: "no room",
    530: "not logged in",
    550: "no such file, or no access",
    552: "no room",
    553: "file name not allowed",
}


def _said(code: int) -> str:
    return f" ({_WORDS[code]})" if code in _WORDS else ""
