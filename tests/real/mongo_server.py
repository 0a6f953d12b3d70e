"""A MongoDB of a hundred lines: it speaks the wire protocol and keeps documents, as storage needs it."""

import socketserver
import struct
import threading
from typing import Any

import bson
from attrs import define, field

QUERY, MESSAGE, REPLY = 2004, 2013, 1

HELLO = {
    "helloOk": True,
    "isWritablePrimary": True,
    "ismaster": True,
    "maxBsonObjectSize": 16 * 1024 * 1024,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "logicalSessionTimeoutMinutes": 30,
}


class Connection(socketserver.StreamRequestHandler):
    server: "Listener"

    def handle(self) -> None:
        self.server.open.add(self.connection)
        try:
            while len(head := self.rfile.read(16)) == 16:
                length, request, _, opcode = struct.unpack("<iiii", head)
                self._answer(opcode, request, self.rfile.read(length - 16))
        except OSError:
            pass  # the server was stopped
        finally:
            self.server.open.discard(self.connection)

    def _answer(self, opcode: int, request: int, body: bytes) -> None:
        if opcode == QUERY:
            document = bson.BSON(body[body.index(b"\0", 4) + 9 :]).decode()
            content = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(self.server.store.do(document))
            code = REPLY
        else:
            content = struct.pack("<IB", 0, 0) + bson.encode(self.server.store.do(_document(body)))
            code = MESSAGE
        self.wfile.write(struct.pack("<iiii", 16 + len(content), 0, request, code) + content)


def _document(body: bytes) -> dict[str, Any]:
    """The command of a message, with the sequences that were sent beside it."""
    found: dict[str, Any] = {}
    at = 4
    while at < len(body):
        kind, size = struct.unpack_from("<Bi", body, at)
        at += 1
        if kind == 0:
            found |= bson.decode(body[at : at + size])
        else:
            name, _, documents = body[at + 4 : at + size].partition(b"\0")
            found[name.decode()] = bson.decode_all(documents)
        at += size
    return found


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, store: "Store") -> None:
        self.store = store
        self.open: set[Any] = set()
        super().__init__(("127.0.0.1", port), Connection)


@define(eq=False)
class Store:
    documents: dict[tuple[str, str], list[dict[str, Any]]] = field(factory=dict)

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(command))
        match name:
            case "hello" | "ismaster" | "isMaster":
                return HELLO | {"ok": 1}
            case "update":
                return self._update(self._of(command, name), command["updates"])
            case "find":
                found = [one for one in self._of(command, name) if command["filter"].items() <= one.items()]
                space = f"{command['$db']}.{command[name]}"
                return {"cursor": {"id": bson.Int64(0), "ns": space, "firstBatch": found}, "ok": 1}
            case "createIndexes" | "endSessions" | "ping":
                return {"ok": 1}
            case _:
                return {"ok": 0, "errmsg": f"no command {name}", "code": 59}

    def _of(self, command: dict[str, Any], name: str) -> list[dict[str, Any]]:
        return self.documents.setdefault((command["$db"], command[name]), [])

    @staticmethod
    def _update(documents: list[dict[str, Any]], updates: list[dict[str, Any]]) -> dict[str, Any]:
        upserted = []
        for index, update in enumerate(updates):
            old = next((one for one in documents if update["q"].items() <= one.items()), None)
            key = bson.ObjectId() if old is None else old["_id"]
            if old is None:
                upserted.append({"index": index, "_id": key})
            else:
                documents.remove(old)
            documents.append({"_id": key} | update["u"])
        return {"n": len(updates), "nModified": len(updates) - len(upserted), "upserted": upserted, "ok": 1}


@define(eq=False)
class MongoServer:
    """May be stopped and started again on its port; its documents stay."""

    port: int = 0
    store: Store = field(factory=Store)
    _listener: Listener | None = None

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def start(self) -> "MongoServer":
        self._listener = Listener(self.port, self.store)
        self.port = self._listener.server_address[1]
        threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.shutdown()
            for connection in list(self._listener.open):
                connection.shutdown(2)
            self._listener.server_close()
            self._listener = None
