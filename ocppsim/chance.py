"""Random streams: each is derived from the master seed and a path, so no draw depends on another stream."""

from hashlib import blake2b
from random import Random


def stream(seed: int, *path: object) -> Random:
    """The stream for a purpose, such as `stream(7, "CS-1", "backoff")`; equal arguments, equal draws."""
    text = "\0".join(map(str, (seed, *path))).encode()
    return Random(int.from_bytes(blake2b(text, digest_size=8).digest(), "big"))
