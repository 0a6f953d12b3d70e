"""Real transfers against real servers, on the loopback."""

import ssl
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import trio
import trustme
from file_servers import PASSWORD, QUOTED, Web, ftp_server, http_server

from ocppsim.actors.transfer import Failure, TransferFailed
from ocppsim.actors.transfer.real import Real

FILE = bytes(range(256)) * 1000
DIGEST = sha256(FILE).digest()
REAL = Real()


@pytest.fixture
def web() -> Iterator[Web]:
    with http_server() as web:
        yield web


async def failure(what: object) -> TransferFailed:
    with pytest.raises(TransferFailed) as raised:
        await what  # type: ignore[misc]
    assert PASSWORD not in str(raised.value)
    assert "p%40ss" not in str(raised.value)
    return raised.value


# -- http


async def test_a_file_comes_by_http(web: Web) -> None:
    web.files["/firmware.bin"] = FILE
    assert await REAL.download(f"http://127.0.0.1:{web.port}/firmware.bin") == DIGEST


async def test_a_file_goes_into_a_folder_or_into_its_place(web: Web) -> None:
    base = f"http://127.0.0.1:{web.port}"
    await REAL.upload(f"{base}/logs", "a b.log", FILE)
    await REAL.upload(f"{base}/logs/", "c.log", b"")
    await REAL.upload(f"{base}/logs/mine.txt", "d.log", b"x")
    await REAL.upload(f"{base}/put?token=t", "e.log", b"y")
    assert web.files == {
        "/logs/a%20b.log": FILE,
        "/logs/c.log": b"",
        "/logs/mine.txt": b"x",
        "/put?token=t": b"y",
    }


async def test_credentials_go_along_and_stay_out_of_errors(web: Web) -> None:
    web.protected = True
    web.files["/f"] = FILE
    web.moved["/old"] = "/f"
    for path in ("f", "old"):
        assert await REAL.download(f"http://{QUOTED}@127.0.0.1:{web.port}/{path}") == DIGEST
    error = await failure(REAL.download(f"http://station:wrong@127.0.0.1:{web.port}/f"))
    assert error.why is Failure.DENIED
    assert str(error) == f"127.0.0.1:{web.port}: HTTP 401 (unauthorized)"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, Failure.BAD_LOCATION),
        (403, Failure.DENIED),
        (404, Failure.BROKEN),
        (405, Failure.NOT_SUPPORTED),
        (503, Failure.BROKEN),
    ],
)
async def test_what_a_server_refuses_says_why(web: Web, status: int, why: Failure) -> None:
    web.refuse["/x.log"] = status
    error = await failure(REAL.upload(f"http://{QUOTED}@127.0.0.1:{web.port}/x.log", "x.log", b"x"))
    assert error.why is why
    assert f"HTTP {status}" in str(error)


async def test_redirects_come_to_an_end(web: Web) -> None:
    web.moved["/a"] = "/a"
    assert "redirected" in str(await failure(REAL.download(f"http://127.0.0.1:{web.port}/a")))
    web.moved["/b"] = "gopher://elsewhere/"
    assert (await failure(REAL.download(f"http://127.0.0.1:{web.port}/b"))).why is Failure.NOT_SUPPORTED


async def test_a_file_that_is_too_large_is_left(web: Web) -> None:
    web.files["/f"] = FILE
    error = await failure(Real(most_bytes=1000).download(f"http://127.0.0.1:{web.port}/f"))
    assert "more than 1000 bytes" in str(error)


async def test_a_server_that_says_nothing_is_left_in_time_and_a_cancel_acts_at_once(web: Web) -> None:
    location = f"http://127.0.0.1:{web.port}/hang"
    assert "took more than" in str(await failure(Real(within_s=0.2).download(location)))
    with trio.fail_after(5), trio.move_on_after(0.1) as patience:
        await REAL.download(location)
    assert patience.cancelled_caught


async def test_nobody_there() -> None:
    with trio.socket.socket() as taken:
        await taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = await failure(REAL.download(f"http://{QUOTED}@127.0.0.1:{port}/f"))
    assert error.why is Failure.BROKEN
    assert str(error) == f"127.0.0.1:{port}: connection refused"


async def test_https_is_checked() -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    with http_server(server) as web:
        web.files["/f"] = FILE
        location = f"https://127.0.0.1:{web.port}/f"
        assert await Real(lambda: client).download(location) == DIGEST
        assert "certificate" in str(await failure(REAL.download(location)))


# -- ftp


async def test_a_file_comes_and_goes_by_ftp(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "firmware.bin").write_bytes(FILE)
    with ftp_server(tmp_path) as port:
        base = f"ftp://{QUOTED}@127.0.0.1:{port}"
        assert await REAL.download(f"{base}/folder/firmware.bin") == DIGEST
        await REAL.upload(f"{base}/folder/", "a b.log", FILE)
        await REAL.upload(base, "root.log", b"")
    assert (tmp_path / "folder" / "a b.log").read_bytes() == FILE
    assert (tmp_path / "root.log").read_bytes() == b""


async def test_what_an_ftp_server_refuses_says_why(tmp_path: Path) -> None:
    with ftp_server(tmp_path, writable=False) as port:
        base = f"ftp://{QUOTED}@127.0.0.1:{port}"
        for attempt in (
            REAL.download(f"{base}/none.bin"),
            REAL.upload(base, "x.log", b"x"),
            REAL.download(f"ftp://station:wrong@127.0.0.1:{port}/x"),
        ):
            assert (await failure(attempt)).why is Failure.DENIED


async def test_an_ftp_file_that_is_too_large_is_left(tmp_path: Path) -> None:
    (tmp_path / "f.bin").write_bytes(FILE)
    with ftp_server(tmp_path) as port:
        location = f"ftp://{QUOTED}@127.0.0.1:{port}/f.bin"
        assert "more than 1000 bytes" in str(await failure(Real(most_bytes=1000).download(location)))


async def test_a_server_of_something_else_is_no_ftp_server(web: Web) -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]

    async def greet(stream: trio.SocketStream) -> None:
        await stream.send_all(b"SSH-2.0-other\r\n")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, greet, listeners)
        assert "no FTP server" in str(await failure(REAL.download(f"ftp://127.0.0.1:{port}/f")))
        nursery.cancel_scope.cancel()


# -- places


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("sftp://host/file", Failure.NOT_SUPPORTED),
        ("file:///etc/passwd", Failure.NOT_SUPPORTED),
        ("nonsense", Failure.BAD_LOCATION),
        ("http://", Failure.BAD_LOCATION),
        ("http://host:99999/", Failure.BAD_LOCATION),
        ("http://host:0/", Failure.BAD_LOCATION),
        ("ftp://host/a%0d%0aDELE%20b", Failure.BAD_LOCATION),
        ("ftp://us%0aer:x@host/a", Failure.BAD_LOCATION),
        ("http://[::1/", Failure.BAD_LOCATION),
        ("http://host/\ud83d", Failure.BAD_LOCATION),
        ("http://host/?\udc00", Failure.BAD_LOCATION),
        ("ftp://\ud83d@host/a", Failure.BAD_LOCATION),
        ("ftp://user:\ud83d@host/a", Failure.BAD_LOCATION),
    ],
)
async def test_a_location_that_is_none_is_told_at_once(location: str, why: Failure) -> None:
    for attempt in (REAL.download(location), REAL.upload(location, "n", b"")):
        assert (await failure(attempt)).why is why
