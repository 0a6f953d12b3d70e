"""Whatever a location or a server says: a transfer succeeds or fails, and never in another way."""

import re
from collections.abc import Awaitable, Callable
from math import inf

import trio
from attrs import define, field
from hypothesis import example, given
from hypothesis import strategies as st

from ocppsim.actors.transfer import TransferFailed, ftp, http, place
from ocppsim.actors.transfer.line import Line
from ocppsim.actors.transfer.place import Place
from ocppsim.actors.transfer.real import Real

MOST_BYTES = 10_000


@define
class Said(trio.abc.Stream):
    """A connection on which the server says what it says, and hangs up."""

    pieces: list[bytes]
    heard: bytes = b""

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.lowlevel.checkpoint()
        return self.pieces.pop(0) if self.pieces else b""

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint()
        self.heard += bytes(data)

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


@define
class Server:
    """Each connection is the next of these."""

    connections: list[list[bytes]] = field(factory=list)

    async def connect(self, where: Place) -> Line:
        await trio.lowlevel.checkpoint()
        return Line(Said(self.connections.pop(0) if self.connections else []))


def outcome(what: Callable[[], Awaitable[object]]) -> TransferFailed | object:
    async def run() -> object:
        with trio.fail_after(inf):
            return await what()

    try:
        return trio.run(run)
    except TransferFailed as failure:
        return failure


FTP = place.parse("ftp://user:pass@host/f")
WEB = place.parse("http://host/f")

replies = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [
            b"220 hello\r\n",
            b"331 password\r\n",
            b"230 in\r\n",
            b"200 ok\r\n",
            b"229 (|||2121|)\r\n",
            b"229 (|||99999|)\r\n",
            b"227 (127,0,0,1,8,73)\r\n",
            b"227 (1,2)\r\n",
            b"150 here\r\n",
            b"226 done\r\n",
            b"211-many\r\n lines\r\n",
            b"211 end\r\n",
            b"550 none\r\n",
            "٢٢٠ digits\r\n".encode(),
        ]
    ),
)
GOOD = [b"220 a\r\n331 b\r\n230 c\r\n", b"200 d\r\n", b"229 (|||2121|)\r\n", b"150 e\r\n", b"226 f\r\n"]


@given(st.lists(replies, max_size=12), st.lists(st.binary(max_size=50), max_size=3))
@example(GOOD, [b"data"])
def test_any_ftp_server(control: list[bytes], data: list[bytes]) -> None:
    fetched = outcome(lambda: ftp.fetch(FTP, Server([list(control), list(data)]).connect, MOST_BYTES))
    stored = outcome(lambda: ftp.store(FTP, Server([list(control), []]).connect, b"content"))
    if control is GOOD:
        assert isinstance(fetched, bytes)
        assert stored is None
    for failure in (fetched, stored):
        assert not isinstance(failure, TransferFailed) or "pass" not in str(failure)


heads = st.one_of(
    st.binary(max_size=40),
    st.builds(
        lambda status, headers: f"HTTP/1.1 {status} x\r\n{headers}\r\n".encode(),
        st.sampled_from(["200", "204", "302", "100", "404", "999", "101", "0"]),
        st.lists(
            st.sampled_from(
                [
                    "Content-Length: 4\r\n",
                    "Content-Length: -4\r\n",
                    "Transfer-Encoding: chunked\r\n",
                    "Location: /other\r\n",
                    "Location: http://[broken/\r\n",
                    "Location: http://bücher.example/\r\n",
                    "Location: \r\n",
                    "Connection: close\r\n",
                ]
            ),
            max_size=3,
        ).map("".join),
    ),
)
bodies = st.binary(max_size=40) | st.sampled_from([b"4\r\ndata\r\n0\r\n\r\n", b"data"])


@given(st.lists(st.tuples(heads, bodies), max_size=7))
@example([(b"HTTP/1.1 200 x\r\nContent-Length: 4\r\n\r\n", b"data")])
def test_any_http_server(exchanges: list[tuple[bytes, bytes]]) -> None:
    connections = [list(exchange) for exchange in exchanges]
    outcome(lambda: http.fetch(WEB, Server([list(one) for one in connections]).connect, MOST_BYTES))
    outcome(lambda: http.store(WEB, Server([list(one) for one in connections]).connect, b"content"))


locations = st.one_of(
    st.text(max_size=40),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["ftp", "http", "HTTPS", "sftp", ""]),
        st.sampled_from(["", "user:s3cr3t@", "s3cr3t@"]),
        st.sampled_from(
            ["", "host", "bücher.example", "[::1]", "[::1", "h:99999", "h:x", "a" * 70, "..", "%"]
        ),
        st.text(max_size=10).map(lambda text: f"/{text}"),
    ),
)


@given(locations, st.text(max_size=10))
def test_any_location(location: str, name: str) -> None:
    """What is taken can be written on a request line, and into a command."""
    try:
        where = place.parse(location)
    except TransferFailed as failure:
        told, where = str(failure), None
    else:
        told = str(where)
    assert "s3cr3t" not in told
    if where is None:
        return
    assert "s3cr3t" not in repr(where).replace(where.path, "")
    for there in (where, where.for_file(name)):
        assert re.fullmatch(r"[!-~]+", there.target)
        assert there.host.isascii()
        assert 0 < there.port < 65536
    assert not re.search(r"[\r\n\0]", where.file)


def test_a_location_of_a_name_that_cannot_be_is_told_in_time() -> None:
    failure = outcome(lambda: Real(connect_within_s=5).download("http://no.such.host.invalid/"))
    assert isinstance(failure, TransferFailed)
    assert "no.such.host.invalid" in str(failure)
