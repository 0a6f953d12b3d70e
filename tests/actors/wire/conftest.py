"""Fixtures for the tests of the wire."""

import pytest
import trio

from tests.actors.wire.peers import Serve, listen


@pytest.fixture
async def serve(nursery: trio.Nursery) -> Serve:
    """Starts bare TCP servers, which stop with the test."""
    return lambda handler: listen(nursery, handler)
