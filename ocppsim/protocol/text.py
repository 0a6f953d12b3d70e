"""JSON text: a fast codec for what nearly all messages are, and a tolerant one for the rest.

What peers write may be odd and still JSON: exponents without bounds, halves of surrogate pairs. The fast
codec refuses those, and then the standard library's decides.
"""

import json
from typing import NoReturn

import msgspec


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _integer(digits: str) -> float:
    """Python refuses integers beyond some length; as a float such a number is still a number."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


# Escaping to ASCII lets any string travel, lone surrogates included.
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode
_decode = json.JSONDecoder(parse_int=_integer, parse_constant=_no_constant).decode


_encode_fast = msgspec.json.Encoder().encode
_decode_fast = msgspec.json.Decoder().decode


def encode(value: object) -> str:
    """Raises ValueError for the numbers that JSON has no word for."""
    text = encode_finite(value)
    # The fast codec writes null for them, which messages hardly ever have.
    return _encode(value) if b"null" in text else text.decode()


def encode_finite(value: object) -> bytes:
    """As `encode`, of what is known to have no such numbers."""
    try:
        return _encode_fast(value)
    except UnicodeEncodeError:
        return _encode(value).encode()


def decode(text: str | bytes) -> object:
    """Raises ValueError or RecursionError."""
    try:
        value: object = _decode_fast(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        value = _decode(text if isinstance(text, str) else text.decode())
    return value
