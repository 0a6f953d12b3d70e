"""Statistics in a MongoDB: `pymongo` over TCP, against a small server of ours and one of somebody else.

The other one is `mongoeco[wire]`, which needs Python 3.13: that of the tests, or one that the variable
OCPPSIM_MONGOECO names.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import pytest
from attrs import define
from mongo_server import MongoServer

from ocppsim.actors.statistics import Statistics
from ocppsim.config.storage_settings import StorageSettings
from ocppsim.performance import mongodb
from ocppsim.performance.keeping import Keeper, open_storage
from ocppsim.performance.mongodb import COLLECTION, DATABASE, MongoDb
from ocppsim.performance.records import record

pymongo = pytest.importorskip("pymongo")

OTHER_PYTHON = os.environ.get("OCPPSIM_MONGOECO", sys.executable)

MONGOECO = """
import asyncio, sys
from mongoeco.wire.auth import WireAuthUser
from mongoeco.wire.proxy import AsyncMongoEcoProxyServer

async def serve():
    users = (WireAuthUser(username="user", password="secret", source="admin"),) if sys.argv[1:] else ()
    async with AsyncMongoEcoProxyServer(auth_users=users) as server:
        print(server.address.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(serve())
"""


class Server(Protocol):
    @property
    def uri(self) -> str: ...

    def stop(self) -> None: ...


@define(eq=False)
class Mongoeco:
    process: "subprocess.Popen[str]"
    port: int

    @classmethod
    def start(cls, *arguments: str) -> "Mongoeco":
        process = subprocess.Popen(
            [OTHER_PYTHON, "-c", MONGOECO, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        return cls(process, int(process.stdout.readline()))

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@cache
def has_mongoeco() -> bool:
    if sys.executable == OTHER_PYTHON:
        return find_spec("mongoeco") is not None
    script = "import sys, importlib.util; sys.exit(importlib.util.find_spec('mongoeco') is None)"
    return subprocess.run([OTHER_PYTHON, "-c", script], check=False, timeout=50).returncode == 0


@pytest.fixture(params=["ours", "mongoeco"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "mongoeco" and not has_mongoeco():
        pytest.skip("no mongoeco here")
    made: Server = MongoServer().start() if request.param == "ours" else Mongoeco.start()
    yield made
    made.stop()


def beat(statistics: Statistics, name: str = "CS-1") -> None:
    station = statistics.measure(name, id=f"hash of {name}", uri="ws://csms.example/ocpp")
    station.requested("Heartbeat")
    station.answered("Heartbeat", 0.1)


def found(uri: str, database: str = DATABASE) -> dict[str, Any]:
    """What another program finds, without what the server adds."""
    with pymongo.MongoClient(uri) as client:
        documents = list(client[database][COLLECTION].find({}))
    return {one["id"]: {name: one[name] for name in one if name != "_id"} for one in documents}


async def test_records_are_stored_and_replaced(server: Server) -> None:
    statistics = Statistics()
    keeper = Keeper(statistics, MongoDb(server.uri))
    beat(statistics, "CS-1")
    beat(statistics, "CS-2")
    await keeper.write()
    beat(statistics, "CS-2")
    await keeper.finish()
    assert keeper.trouble == ""
    assert keeper.written == 3
    assert found(server.uri) == {one.id: record(one) for one in statistics.snapshots()}


async def test_the_uri_names_the_database(server: Server) -> None:
    statistics = Statistics()
    uri = server.uri.replace("/?", "/mine?")
    async with open_storage(StorageSettings(type="mongodb", uri=uri), Path("/nowhere"), statistics):
        beat(statistics)
    assert set(found(server.uri, "mine")) == {"hash of CS-1"}


async def test_a_server_that_goes_away_is_said_once_and_found_again_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mongodb, "AWAY_AFTER_MS", 1000)
    caplog.set_level(logging.INFO, "ocppsim")
    server = MongoServer().start()
    statistics = Statistics()
    keeper = Keeper(statistics, MongoDb(server.uri))
    try:
        beat(statistics)
        await keeper.write()
        server.stop()
        for _ in range(2):
            beat(statistics)
            await keeper.write()
        assert keeper.trouble
        assert keeper.written == 1
        server.start()
        await keeper.write()
        assert keeper.trouble == ""
        assert found(server.uri) == {one.id: record(one) for one in statistics.snapshots()}
    finally:
        await keeper.finish()
        server.stop()
    said = [entry.levelname for entry in caplog.records if entry.name.startswith("ocppsim")]
    assert said == ["WARNING", "INFO"]


async def test_a_server_that_was_never_there_does_not_stop_the_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mongodb, "AWAY_AFTER_MS", 200)
    server = MongoServer().start()
    server.stop()
    statistics = Statistics()
    uri = server.uri.replace("//", "//user:secret@")
    async with open_storage(StorageSettings(type="mongodb", uri=uri), Path("/nowhere"), statistics) as keeper:
        beat(statistics)
    assert keeper is not None
    assert keeper.trouble
    assert "refused" in keeper.trouble
    assert "secret" not in caplog.text
    assert statistics.stations["hash of CS-1"].snapshot().actions["Heartbeat"].requests == 1


@pytest.mark.skipif(not has_mongoeco(), reason="no mongoeco here")
@pytest.mark.parametrize(("password", "stored"), [("secret", 1), ("wrong", 0)])
async def test_credentials_of_the_uri_are_used(password: str, stored: int) -> None:
    server = Mongoeco.start("with users")
    uri = server.uri.replace("//", f"//user:{password}@") + "&authMechanism=SCRAM-SHA-256"
    statistics = Statistics()
    beat(statistics)
    keeper = Keeper(statistics, MongoDb(uri))
    try:
        await keeper.finish()
        assert keeper.written == stored
        assert bool(keeper.trouble) is not bool(stored)
        assert password not in keeper.trouble
    finally:
        server.stop()
