"""Servers of other people's making for the transfers: pyftpdlib, and http.server."""

import base64
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext

from attrs import define, field

with warnings.catch_warnings():  # of modules that Python 3.12 has no more
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

USER, PASSWORD = "station", "p@ss:w/rd"
QUOTED = "station:p%40ss%3Aw%2Frd"


@define(eq=False)
class Web:
    """What an HTTP server has, got and does. `refuse` maps paths to statuses, `moved` to other places."""

    port: int = 0
    files: dict[str, bytes] = field(factory=dict)
    refuse: dict[str, int] = field(factory=dict)
    moved: dict[str, str] = field(factory=dict)
    fail_times: int = 0  # so many requests are answered with 503 first
    protected: bool = False
    asked: list[str] = field(factory=list)
    hang: threading.Event = field(factory=threading.Event)  # /hang answers when it is set


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _refused(self) -> bool:
            web.asked.append(f"{self.command} {self.path}")
            status = web.refuse.get(self.path, 0)
            if web.fail_times:
                web.fail_times -= 1
                status = 503
            wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if web.protected and self.headers["Authorization"] != wanted:
                status = 401
            if status:
                self._answer(status)
            return bool(status)

        def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self._refused():
                return
            if self.path == "/hang":
                web.hang.wait(30)
            if self.path in web.moved:
                self._answer(302, Location=web.moved[self.path])
            elif self.path in web.files:
                self._answer(200, web.files[self.path])
            else:
                self._answer(404)

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not self._refused():
                web.files[self.path] = body
                self._answer(201)

    return Handler


@contextmanager
def http_server(context: SSLContext | None = None) -> Iterator[Web]:
    web = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(web))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.hang.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def ftp_server(folder: Path, *, writable: bool = True) -> Iterator[int]:
    """The port of a server for USER, with this folder as its root."""
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(folder), perm="elradfmw" if writable else "elr")

    class Handler(FTPHandler):  # a class of its own: pyftpdlib configures classes
        auth_failed_timeout = 0.01

    Handler.authorizer = authorizer
    server = FTPServer(("127.0.0.1", 0), Handler)
    ended = threading.Event()

    def serve() -> None:
        """Also closes, since a loop whose sockets another thread closes may break."""
        while not ended.is_set():
            server.serve_forever(timeout=0.01, blocking=False)
        server.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.address[1]
    finally:
        ended.set()
        thread.join()
