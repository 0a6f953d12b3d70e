"""Why an answer to the opening handshake opened no websocket: from the bytes that came, nothing else.

The websocket library knows it too, but loses it when the peer closes before a refusal's body is complete.
"""

from collections.abc import Collection
from http import HTTPStatus

import h11

from ocppsim.actors.wire.transport import DialFailed, Flaw

_PERMANENT = {401, 403, 404}
_CREDENTIALS = {401, 403}
_EXCERPT_LENGTH = 80


def explain(answer: bytes, offered: str, secrets: Collection[str] = ()) -> DialFailed | None:
    """The failure that `answer` means, or None when it is only the beginning of an answer.

    `offered` is the subprotocol asked for. A body that repeats one of `secrets` is not quoted.
    """
    if not answer:
        return None
    if not _may_be_http(answer):
        is_tls = answer.startswith((b"\x15\x03", b"\x16\x03"))
        return DialFailed("the answer is TLS: use wss://" if is_tls else "the answer is not HTTP")
    reader = _reader_of_answers()
    reader.receive_data(answer)
    try:
        head = reader.next_event()
    except h11.RemoteProtocolError:
        return DialFailed("the answer is not HTTP")
    if not isinstance(head, h11.InformationalResponse | h11.Response):
        return None
    if head.status_code != 101:
        return _refused(head.status_code, _first_line(_body(reader)), secrets)
    chosen = dict(head.headers).get(b"sec-websocket-protocol")
    if chosen is not None and chosen != offered.encode():
        return wrong_subprotocol(_printable(chosen.decode(errors="replace")), offered)
    return DialFailed("the answer is no websocket handshake")


def is_whole(answer: bytes) -> bool:
    """Whether nothing that may still come would change what `explain` says."""
    if not answer:
        return False
    if not _may_be_http(answer):
        return True
    reader = _reader_of_answers()
    reader.receive_data(answer)
    try:
        while isinstance(event := reader.next_event(), h11.Response | h11.Data):
            pass
    except h11.RemoteProtocolError:
        return True
    return isinstance(event, h11.InformationalResponse | h11.EndOfMessage)


def wrong_subprotocol(chosen: str | None, offered: str) -> DialFailed:
    """The central system speaks, but not our dialect; it will not learn it by being asked again."""
    choice = "no subprotocol" if chosen is None else f"subprotocol {chosen[:_EXCERPT_LENGTH]}"
    return DialFailed(f"{choice} chosen, {offered} offered", permanent=True)


def _may_be_http(answer: bytes) -> bool:
    return b"HTTP/".startswith(answer[:5])


def _reader_of_answers() -> h11.Connection:
    """A parser in the state of one who has asked for a websocket."""
    reader = h11.Connection(h11.CLIENT)
    headers = [("Host", "-"), ("Connection", "Upgrade"), ("Upgrade", "websocket")]
    reader.send(h11.Request(method="GET", target="/", headers=headers))
    reader.send(h11.EndOfMessage())
    return reader


def _refused(status: int, line: str, secrets: Collection[str]) -> DialFailed:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    reason = f"HTTP {status} {phrase}".rstrip()
    if line and not any(secret in line for secret in secrets if secret):
        reason += f": {line[:_EXCERPT_LENGTH]}"
    flaw = Flaw.CREDENTIALS if status in _CREDENTIALS else None
    return DialFailed(reason, status, permanent=status in _PERMANENT, flaw=flaw)


def _body(reader: h11.Connection) -> bytes:
    """As much of the body as came."""
    body = bytearray()
    try:
        while isinstance(event := reader.next_event(), h11.Data):
            body += event.data
    except h11.RemoteProtocolError:
        pass  # a broken body does not make the status less true
    return bytes(body)


def _first_line(body: bytes) -> str:
    """The first line with something in it; none of a page of markup."""
    lines = body.decode(errors="replace").strip().splitlines()
    return "" if not lines or lines[0].startswith("<") else _printable(lines[0])


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()
