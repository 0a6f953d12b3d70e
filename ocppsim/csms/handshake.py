"""The opening handshake of a websocket, seen from the server."""

from collections.abc import Sequence

import h11
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection
from wsproto.events import AcceptConnection, RejectConnection, Request
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from ocppsim.csms.admission import Admission, Admitted, Refused
from ocppsim.values import frozen


class HandshakeRefused(Exception):
    """No websocket came about; says why."""


@frozen
class Opened:
    """An open websocket: whose it is, and its protocol object."""

    identity: str
    subprotocol: str | None
    protocol: Connection


async def shake_hands(stream: trio.abc.Stream, admission: Admission) -> Opened:
    """Read the request and answer it; raises HandshakeRefused, or Trio's errors of a broken stream."""
    protocol = WSConnection(ConnectionType.SERVER)
    request = await _request(stream, protocol)
    headers = {name.lower(): value for name, value in request.extra_headers}
    match admission.admit(request.target, request.subprotocols, headers.get(b"authorization")):
        case Refused(status):
            await _reject(stream, protocol, _rejection(status))
            raise HandshakeRefused(f"{request.target:.100}: HTTP {status}")
        case Admitted(identity, subprotocol):
            await stream.send_all(protocol.send(_acceptance(subprotocol, request.subprotocols)))
            assert protocol.connection is not None  # since it was accepted
            return Opened(identity, subprotocol, protocol.connection)


async def _request(stream: trio.abc.Stream, protocol: WSConnection) -> Request:
    while True:
        data = await stream.receive_some()
        if not data:
            raise HandshakeRefused("closed during the handshake")
        try:
            protocol.receive_data(bytes(data))
        except RemoteProtocolError as error:
            hint = error.event_hint
            rejection = hint if isinstance(hint, RejectConnection) else RejectConnection(status_code=400)
            await _reject(stream, protocol, rejection)
            raise HandshakeRefused(str(error)) from error
        except UnicodeError as error:  # a header or host name that wsproto cannot decode
            await _reject(stream, protocol, RejectConnection(status_code=400))
            raise HandshakeRefused(f"unreadable header: {error}") from error
        for event in protocol.events():
            if isinstance(event, Request):
                return event


def _rejection(status: int) -> RejectConnection:
    challenge = [(b"WWW-Authenticate", b'Basic realm="ocpp"')] if status == 401 else []
    return RejectConnection(status_code=status, headers=challenge)


def _acceptance(subprotocol: str | None, offered: Sequence[str]) -> AcceptConnection:
    if subprotocol is None or subprotocol in offered:
        return AcceptConnection(subprotocol=subprotocol)
    # wsproto refuses to select what was not offered, so a deliberately wrong choice is a header of its own
    return AcceptConnection(extra_headers=[(b"Sec-WebSocket-Protocol", subprotocol.encode())])


async def _reject(stream: trio.abc.Stream, protocol: WSConnection, rejection: RejectConnection) -> None:
    try:
        data = protocol.send(rejection)
    except (LocalProtocolError, h11.LocalProtocolError):
        return  # what came was so broken that HTTP has no answer to it
    await stream.send_all(data)
