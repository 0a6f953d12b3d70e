"""What a station keeps of its firmware, as JSON: the version, and the update that is under way.

A location that may hold a secret (credentials, a query) is left out.
"""

from typing import Any, TypeAlias
from urllib.parse import urlsplit

import attrs
from attrs import evolve

from ocppsim.model.firmware import InstallFirmware, Phase, Signing, Update
from ocppsim.values import frozen

JSON: TypeAlias = dict[str, Any]


@frozen
class Firmware:
    """`version` is the one that an update brought, None while there was none."""

    version: str | None = None
    update: Update | None = None


def record(firmware: Firmware) -> JSON:
    update = firmware.update
    return {"version": firmware.version, "update": None if update is None else _update(update)}


def read(kept: object, location: str | None = None) -> Firmware:
    """From what was kept; `location` is the update's own, where somebody else remembers it."""
    if not isinstance(kept, dict):
        return Firmware()
    update = kept.get("update")
    return Firmware(kept.get("version"), None if update is None else _read_update(update, location))


def _update(update: Update) -> JSON:
    order = update.order
    return {
        "order": {
            "location": "" if _secret(order.location) else order.location,
            "retrieve_at": order.retrieve_at,
            "install_at": order.install_at,
            "retries": order.retries,
            "retry_interval_s": order.retry_interval_s,
            "signing": None if order.signing is None else attrs.asdict(order.signing),
        },
        "phase": update.phase.name,
        "told": None if update.told is None else update.told.name,
        "digest": update.digest,
    }


def _read_update(kept: JSON, location: str | None) -> Update:
    signing = kept["order"]["signing"]
    order = InstallFirmware(**kept["order"] | {"signing": None if signing is None else Signing(**signing)})
    if location is not None:
        order = evolve(order, location=location)
    told = kept["told"]
    return Update(order, Phase[kept["phase"]], None if told is None else Phase[told], kept["digest"])


def _secret(location: str) -> bool:
    try:
        parts = urlsplit(location)
    except ValueError:
        return True
    return "@" in parts.netloc or bool(parts.query)
