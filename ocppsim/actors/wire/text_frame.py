"""A text frame as the client end of a websocket sends it (RFC 6455, 5.2 and 5.3).

As the library makes it, but for the masks: those it draws from the system one by one, which takes longer than
all else about a frame.
"""

from os import urandom
from struct import pack

try:
    from websockets.speedups import apply_mask
except ImportError:  # where it was not compiled
    from websockets.utils import apply_mask

_TEXT, _MASKED = 0x81, 0x80  # whole in one frame; from a client
_POOL_BYTES = 4096

_masks: list[bytes] = []


def text_frame(text: str) -> bytes:
    data = text.encode()
    length, mask = len(data), _mask()
    if length < 126:
        head = pack("!BB", _TEXT, _MASKED | length)
    elif length < 65536:
        head = pack("!BBH", _TEXT, _MASKED | 126, length)
    else:
        head = pack("!BBQ", _TEXT, _MASKED | 127, length)
    return head + mask + apply_mask(data, mask)


def _mask() -> bytes:
    """No peer can foresee it. Threads may share the pool: taking one out is atomic."""
    try:
        return _masks.pop()
    except IndexError:
        pool = urandom(_POOL_BYTES)
        _masks.extend(pool[at : at + 4] for at in range(4, _POOL_BYTES, 4))
        return pool[:4]
