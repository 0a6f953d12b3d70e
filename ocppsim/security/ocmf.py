"""Signed meter readings in the Open Charge Metering Format: ECDSA over the payload, verifiable by anybody.

A station's meters have keys that follow from the seed, and signatures are deterministic (RFC 6979), so equal
seeds give equal traces. `cryptography` is loaded when the first key is needed.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from random import Random
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ocppsim.model.signing import MeterRecord, MeterSigner, Signature
from ocppsim.model.specification import Specification

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

METHOD = "ECDSA-secp256r1-SHA256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve secp256r1: private keys are below."""

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


class BadRecord(ValueError):
    """A text that is no signed record, or whose signature is not that of the key."""


def meters(specification: Specification, chance: Callable[[int], Random]) -> MeterSigner | None:
    """Meters that sign, with a key from the stream of each connector; None without `cryptography`."""
    return Meters(specification, chance) if _can_sign() else None


@cache
def _can_sign() -> bool:
    """The search in the file system takes longer than all else about a station's meters."""
    return find_spec("cryptography") is not None


@define
class Meters:
    """Those of one station."""

    specification: Specification = field(repr=False)
    chance: Callable[[int], Random] = field(repr=False)
    _keys: "dict[int, EllipticCurvePrivateKey]" = field(factory=dict, init=False, repr=False)

    def _key(self, connector: int) -> "EllipticCurvePrivateKey":
        from cryptography.hazmat.primitives.asymmetric import ec

        if connector not in self._keys:
            number = self.chance(connector).randrange(1, ORDER)
            self._keys[connector] = ec.derive_private_key(number, ec.SECP256R1())
        return self._keys[connector]

    def public_key(self, connector: int) -> str:
        """As it would be printed on the meter, with what is needed to read it, in base64."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = self._key(connector).public_key()
        printed = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()
        return base64.b64encode(f"oca:base16:asn1:{printed}".encode()).decode()

    def sign(self, record: MeterRecord) -> Signature:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        payload = json.dumps(self._payload(record), separators=(",", ":"))
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        signature = self._key(record.connector).sign(payload.encode(), algorithm)
        signed = json.dumps({"SA": METHOD, "SD": signature.hex()}, separators=(",", ":"))
        return Signature(f"OCMF|{payload}|{signed}", "OCMF", "", self.public_key(record.connector))

    def _payload(self, record: MeterRecord) -> dict[str, Any]:
        station = self.specification
        reading = {
            "TM": _time(record.told_at),
            "TX": record.place,
            "RV": record.register_wh,
            "RI": "1-b:1.8.0",
            "RU": "Wh",
            "RT": "DC" if record.direct else "AC",
            "EF": "",
            "ST": "G",
        }
        return {
            "FV": "1.0",
            "GI": station.model,
            "GS": station.serial_number or station.id,
            "GV": station.firmware_version or "",
            "PG": f"T{record.page}",
            "MV": station.vendor,
            "MM": station.meter_type or station.model,
            "MS": f"{station.meter_serial_number or station.id}-{record.connector}",
            "IS": True,
            "IF": [],
            "IT": "CENTRAL",
            "ID": record.tag,
            "CT": "CBIDC",
            "CI": f"{station.id} {record.connector}",
            "RD": [reading],
        }


def _time(told_at: float) -> str:
    """With a comma, as the format has it; S: synchronised."""
    time = _ZERO + timedelta(milliseconds=round(told_at * 1000))
    return f"{time:%Y-%m-%dT%H:%M:%S},{time.microsecond // 1000:03}+0000 S"


def verified(text: str, public_key: str) -> dict[str, Any]:
    """The payload of a record that this key has signed; raises BadRecord."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    head, _, rest = text.partition("|")
    payload, _, signature = rest.rpartition("|")
    if head != "OCMF":
        raise BadRecord("no record of this format")
    try:
        signed = json.loads(signature)
        if signed["SA"] != METHOD:
            raise BadRecord(f"signed by another method: {signed['SA']!r:.60}")
        _public_key(public_key).verify(
            bytes.fromhex(signed["SD"]), payload.encode(), ec.ECDSA(hashes.SHA256())
        )
        return dict(json.loads(payload))
    except InvalidSignature as error:
        raise BadRecord("the signature is not that of the key") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadRecord(f"no record of this format: {error}") from error


def _public_key(told: str) -> "EllipticCurvePublicKey":
    """The key of a `publicKey` or `MeterPublicKey`."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    marker, encoding, content, printed = base64.b64decode(told, validate=True).decode().split(":")
    if (marker, encoding, content) != ("oca", "base16", "asn1"):
        raise ValueError(f"a key of another kind: {marker}:{encoding}:{content}")
    key = load_der_public_key(bytes.fromhex(printed))
    if not isinstance(key, EllipticCurvePublicKey):
        raise TypeError("no key of an elliptic curve")
    return key
