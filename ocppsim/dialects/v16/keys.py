"""The configuration keys of OCPP 1.6 (ed. 2, chapter 9) that this program honours, and what each one sets.

Each feature profile has a table of its own; here they are one.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from attrs import evolve

from ocppsim.dialects.dialect import KeyChange
from ocppsim.dialects.v16 import (
    core_keys,
    firmware_management_keys,
    local_auth_list_keys,
    own_keys,
    reservation_keys,
    security_keys,
    signed_meter_values_keys,
    smart_charging_keys,
)
from ocppsim.dialects.v16.key import BadValue, Key, items
from ocppsim.dialects.v16.measurands import INTERVALS
from ocppsim.model.commands import KeyReport, KeyVerdict
from ocppsim.model.settings import Settings
from ocppsim.model.specification import KeyTraits, Specification
from ocppsim.protocol.errors import Fault, Refusal, Violation

_PROFILES = (
    core_keys,
    firmware_management_keys,
    local_auth_list_keys,
    reservation_keys,
    security_keys,
    signed_meter_values_keys,
    smart_charging_keys,
)
KEYS: Mapping[str, Key] = {
    key.name: key
    for key in sorted((key for profile in _PROFILES for key in profile.KEYS), key=lambda key: key.name)
}
_REBOOT = tuple(key.name for key in KEYS.values() if key.reboot)
_USUAL = KeyTraits()
_BY_LOWER_NAME = {name.lower(): name for name in KEYS}

Changed: TypeAlias = Mapping[str, str]


def text_of(key: Key, specification: Specification, changed: Changed) -> str:
    """The present value as it is written."""
    if key.given is not None and (given := key.given(specification)) is not None:
        return given
    if key.derived is not None and key.readonly:
        return key.derived(specification)
    text = changed.get(key.name, specification.keys.get(key.name))
    if text is not None:
        return text
    return key.initial if key.derived is None else key.derived(specification)


def _is_given(key: Key, specification: Specification) -> bool:
    return key.given is not None and key.given(specification) is not None


def settings(specification: Specification, changed: Changed) -> Settings:
    """What the keys make of the settings."""
    texts = tuple(text_of(key, specification, changed) for key in _SETTING)
    common = _settings(texts, specification.samples_ends)
    if specification.current_limit_key is None:
        return common
    return evolve(common, current_limit_a=own_keys.current_limit_a(specification, changed))


@lru_cache
def _settings(texts: tuple[str, ...], samples_ends: bool) -> Settings:
    """One object for all stations whose keys say the same, as those of a fleet do."""
    values: dict[str, Any] = {  # the field's type is the business of `Key.read`
        str(key.setting): key.value(text) for key, text in zip(_SETTING, texts, strict=True)
    }
    if not (values["measurands"] or values["stop_measurands"]):  # nothing to sample
        values["sample_s"] = 0
    if not (values["aligned_measurands"] or values["stop_aligned_measurands"]):
        values["aligned_s"] = 0
    if samples_ends:
        values["start_measurands"] = values["start_measurands"] or values["measurands"]
        values["end_measurands"] = values["measurands"]
    values["tells_intervals"] = any(not INTERVALS.isdisjoint(values[name]) for name in _MEASURED)
    return evolve(_DEFAULTS, **values)


_SETTING = tuple(key for key in KEYS.values() if key.setting is not None)
_DEFAULTS = Settings()
_MEASURED = ("measurands", "aligned_measurands", "stop_measurands", "stop_aligned_measurands")


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


def misfit(specification: Specification) -> str | None:
    """Why the station cannot have one of its initial values, None when it can have all."""
    for name, text in specification.keys.items():
        key = KEYS.get(name)
        if key is None or key.fits is None or problem(name, text) is not None:
            continue  # what is no value at all is said where the values are read
        try:
            key.fits(specification, key.value(text))
        except BadValue as error:
            return f"{name}: {error}"
    return None


def change(specification: Specification, changed: Changed, name: str, text: str) -> KeyChange:
    """ChangeConfiguration (1.6 ed. 2, 5.3); names are taken in any case."""
    key = KEYS.get(_BY_LOWER_NAME.get(name.lower(), ""))
    if key is None:
        return own_keys.change(specification, changed, name, text, KEYS)
    traits = specification.key_traits.get(key.name, _USUAL)
    if key.readonly or key.secret or traits.readonly or _is_given(key, specification):
        return KeyChange(KeyVerdict.REJECTED, changed)
    try:
        value = key.value(text)
        _check_length(specification, changed, key, text)
        if key.fits is not None:
            key.fits(specification, value)
    except BadValue:
        return KeyChange(KeyVerdict.REJECTED, changed)
    verdict = KeyVerdict.REBOOT_REQUIRED if key.reboot or traits.reboot else KeyVerdict.ACCEPTED
    return KeyChange(verdict, {**changed, key.name: text})


def _check_length(specification: Specification, changed: Changed, key: Key, text: str) -> None:
    """Some lists have a key that says how long they may be (5.3)."""
    limit = KEYS.get(f"{key.name}MaxLength")
    if limit is not None and len(items(text)) > int(text_of(limit, specification, changed)):
        raise BadValue("too many items")


def effective(specification: Specification, changed: Changed, at_boot: Changed) -> Changed:
    """What counts now: a key that needs a reboot is as it was at the last one."""
    own = tuple(name for name, traits in specification.key_traits.items() if traits.reboot)
    waiting = [name for name in (*_REBOOT, *own) if changed.get(name) != at_boot.get(name)]
    if not waiting:
        return changed
    counts = {name: text for name, text in changed.items() if name not in waiting}
    return counts | {name: at_boot[name] for name in waiting if name in at_boot}


def report(specification: Specification, changed: Changed, names: tuple[str, ...]) -> KeyReport:
    """GetConfiguration (1.6 ed. 2, 5.8): the keys named, or all; too many are refused (9.1.9)."""
    most = int(text_of(KEYS["GetConfigurationMaxKeys"], specification, changed))
    if len(names) > most:
        violation = Violation("key", "maxItems", f"more than {most} keys")
        raise Refusal(Fault.PROPERTY, str(violation), (violation,))
    known: dict[str, Key] = {}
    unknown = []
    own = own_keys.values(specification, changed, KEYS)
    told: dict[str, tuple[str | None, bool]] = {} if names else dict(own)
    for name in names or tuple(KEYS):
        key = KEYS.get(_BY_LOWER_NAME.get(name.lower(), ""))
        if key is None and (mine := own_keys.found(own, name)) is not None:
            told[mine] = own[mine]
        elif key is None or not specification.key_traits.get(key.name, _USUAL).visible:
            unknown.append(name)
        else:
            known[key.name] = key
    for name, key in known.items():
        text = None if key.secret else text_of(key, specification, changed)
        readonly = key.readonly or specification.key_traits.get(name, _USUAL).readonly
        told[name] = text, readonly or _is_given(key, specification)
    return KeyReport(told, tuple(unknown) if names else ())
