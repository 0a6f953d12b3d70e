"""Host names turned into connections: resolved once for the whole fleet, and each address tried in turn."""

import os
import socket

import trio
from attrs import Factory, define

from ocppsim import clock
from ocppsim.actors.wire.stream import Endpoint, LightStream, connect
from ocppsim.actors.wire.transport import DialFailed

FRESH_S = 60.0
"""How long, in wire time, the addresses of a host are believed."""

HELD_S = 1.0
"""How long they are believed, from the look-up on, when none of them answered, or when there are none.

It keeps a fleet whose central system is down from asking the resolver once per attempt.
"""


@define(eq=False)
class _Entry:
    """What is known about one (host, port)."""

    lock: trio.Lock = Factory(trio.Lock)
    endpoints: tuple[Endpoint, ...] = ()
    failure: str = ""
    since: float = 0.0
    until: float = float("-inf")


class AddressBook:
    """The resolved addresses of the hosts that one run of Trio connects to."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, int], _Entry] = {}

    async def connect(self, host: str, port: int, deadline: float) -> LightStream:
        """Connect to the first address of `host` that answers, all of them before `deadline` (Trio's clock).

        Raises DialFailed with the reasons.
        """
        entry = await self._resolved(host, port, deadline)
        endpoints = entry.endpoints
        reasons = []
        for position, endpoint in enumerate(endpoints):
            share_s = (deadline - trio.current_time()) / (len(endpoints) - position)
            try:
                with trio.move_on_after(share_s):
                    stream = await connect(endpoint)
                    _prefer(entry, endpoint)
                    return stream
                reasons.append("connection timed out")
            except OSError as error:
                reasons.append(_words(error))
        entry.until = min(entry.until, entry.since + clock.wire(HELD_S))
        raise DialFailed(", ".join(dict.fromkeys(reasons)))

    async def _resolved(self, host: str, port: int, deadline: float) -> _Entry:
        entry = self._entries.get((host, port))
        if entry is None:
            entry = self._entries[host, port] = _Entry()
        if entry.until < trio.current_time():
            with trio.move_on_at(deadline) as patience:
                async with entry.lock:
                    if entry.until < trio.current_time():  # nobody else did it while we waited for the lock
                        await _look_up(entry, host, port)
            if patience.cancelled_caught:
                raise DialFailed("the look-up of the host name timed out")
        if not entry.endpoints:
            raise DialFailed(entry.failure)
        return entry


async def _look_up(entry: _Entry, host: str, port: int) -> None:
    """Literal addresses come back at once; names are resolved in a thread of Trio's."""
    try:
        found = await trio.socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        found = []
        entry.failure = _words(error)
    entry.endpoints = tuple(Endpoint(family, protocol, address) for family, _, protocol, _, address in found)
    entry.since = trio.current_time()
    entry.until = entry.since + clock.wire(FRESH_S if found else HELD_S)


def _prefer(entry: _Entry, endpoint: Endpoint) -> None:
    """Try the one that answered first next time (a central system on 127.0.0.1 is not on localhost's ::1)."""
    if entry.endpoints[0] != endpoint and endpoint in entry.endpoints:
        entry.endpoints = (endpoint, *(other for other in entry.endpoints if other != endpoint))


def _words(error: OSError | UnicodeError) -> str:
    match error:
        case UnicodeError() | OSError(errno=socket.EAI_NONAME | socket.EAI_NODATA):
            return "no such host"
        case socket.gaierror():
            return f"the look-up of the host name failed: {error.strerror}"
        case OSError(errno=int(number)):
            return os.strerror(number).lower()
    return "the connection failed"
