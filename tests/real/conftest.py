"""Fixtures for tests on real sockets."""

from collections.abc import Iterator

import pytest

from tests.real.independent import IndependentServer


@pytest.fixture
def independent_server() -> Iterator[IndependentServer]:
    """The independent central system, listening; change its `settings` before a station connects."""
    with IndependentServer() as server:
        yield server
