"""Fixtures for the tests of the wire."""

from functools import partial
from typing import get_args

import pytest
import trio

from ocppsim.actors.wire import direct, websocket
from ocppsim.actors.wire.transport import TransportName
from tests.actors.wire import peers
from tests.actors.wire.peers import DialTo, Serve, listen


@pytest.fixture
async def serve(nursery: trio.Nursery) -> Serve:
    """Starts bare TCP servers, which stop with the test."""
    return lambda handler: listen(nursery, handler)


@pytest.fixture(params=get_args(TransportName))
def dial_to(request: pytest.FixtureRequest) -> DialTo:
    """Dials to a server of this machine, over each of the transports in turn."""
    return partial(peers.dial_to, transport=request.param)


@pytest.fixture
def quick_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """A close waits for the peer only for a moment."""
    for module in (websocket, direct):
        monkeypatch.setattr(module, "CLOSE_S", 0.05)
