"""Fixtures for tests of the commands."""

import gc
from collections.abc import Callable, Iterator

import pytest

from ocppsim.cli import main
from tests.cli.support import Ended
from tests.real.conftest import independent_server

__all__ = ["command", "independent_server"]


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Ended]]:
    """Runs the program in this process: where only its words and its exit code matter, that is as good."""
    thresholds = gc.get_threshold()
    monkeypatch.setattr(gc, "freeze", lambda: None)  # what is there to stay is frozen: see tests/conftest.py

    def run(*arguments: str) -> Ended:
        code = main(arguments)
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    yield run
    gc.set_threshold(*thresholds)
