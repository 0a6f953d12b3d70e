"""Fixtures of the commands, for tests of what they say of files."""

from tests.cli.conftest import command

__all__ = ["command"]
