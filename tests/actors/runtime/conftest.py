"""A system of actors."""

from collections.abc import AsyncIterator

import pytest

from ocppsim.actors.runtime import System, open_system


@pytest.fixture
async def system() -> AsyncIterator[System]:
    async with open_system() as system:
        yield system
