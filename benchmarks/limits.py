"""Limits of the operating system that a large fleet runs into."""

import resource


def raise_open_files() -> int:
    """Allow this process as many open sockets as the system lets it have; the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
