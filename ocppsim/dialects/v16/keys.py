"""The configuration keys of OCPP 1.6 (ed. 2, chapter 9) that this program honours, and what each one sets.

Each feature profile has a table of its own; here they are one.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import evolve

from ocppsim.dialects.dialect import KeyChange
from ocppsim.dialects.v16 import (
    core_keys,
    firmware_management_keys,
    local_auth_list_keys,
    security_keys,
    smart_charging_keys,
)
from ocppsim.dialects.v16.key import BadValue, Key
from ocppsim.model.commands import KeyReport, KeyVerdict
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification

_PROFILES = (
    core_keys,
    firmware_management_keys,
    local_auth_list_keys,
    security_keys,
    smart_charging_keys,
)
KEYS: Mapping[str, Key] = {
    key.name: key
    for key in sorted((key for profile in _PROFILES for key in profile.KEYS), key=lambda key: key.name)
}
_BY_LOWER_NAME = {name.lower(): name for name in KEYS}

Changed: TypeAlias = Mapping[str, str]


def text_of(key: Key, specification: Specification, changed: Changed) -> str:
    """The present value as it is written."""
    if key.name == "NumberOfConnectors":
        return str(len(specification.outlets))
    return changed.get(key.name, specification.keys.get(key.name, key.initial))


def settings(specification: Specification, changed: Changed) -> Settings:
    """What the keys make of the settings."""
    values: dict[str, Any] = {  # the field's type is the business of `Key.read`
        key.setting: key.value(text_of(key, specification, changed))
        for key in KEYS.values()
        if key.setting is not None
    }
    if not values["measurands"]:  # nothing to sample
        values["sample_s"] = 0
    return evolve(_DEFAULTS, **values)


_DEFAULTS = Settings()


def problem(name: str, text: str) -> str | None:
    """Why a value cannot be the initial one of a key, None when it can."""
    key = KEYS.get(name)
    if key is None:
        return "no key of this program"
    if key.secret:
        return "a secret, which is no initial value of a key"
    try:
        key.value(text)
    except BadValue as error:
        return str(error)
    return None


def change(changed: Changed, name: str, text: str) -> KeyChange:
    """ChangeConfiguration (1.6 ed. 2, 5.3); names are taken in any case."""
    key = KEYS.get(_BY_LOWER_NAME.get(name.lower(), ""))
    if key is None:
        return KeyChange(KeyVerdict.NOT_SUPPORTED, changed)
    if key.readonly or key.secret:
        return KeyChange(KeyVerdict.REJECTED, changed)
    try:
        key.value(text)
    except BadValue:
        return KeyChange(KeyVerdict.REJECTED, changed)
    return KeyChange(KeyVerdict.ACCEPTED, {**changed, key.name: text})


def report(specification: Specification, changed: Changed, names: tuple[str, ...]) -> KeyReport:
    """GetConfiguration (1.6 ed. 2, 5.8): the keys named, or all."""
    known: dict[str, Key] = {}
    unknown = []
    for name in names or tuple(KEYS):
        key = KEYS.get(_BY_LOWER_NAME.get(name.lower(), ""))
        if key is None:
            unknown.append(name)
        else:
            known[key.name] = key
    values = {
        name: (None if key.secret else text_of(key, specification, changed), key.readonly)
        for name, key in known.items()
    }
    return KeyReport(values, tuple(unknown))
