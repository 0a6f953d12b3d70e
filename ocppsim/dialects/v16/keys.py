"""The configuration keys of OCPP 1.6 (ed. 2, chapter 9) that this program honours, and what each one sets."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from attrs import evolve, frozen

from ocppsim.dialects.dialect import KeyChange
from ocppsim.model.commands import KeyReport, KeyVerdict
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification

Value: TypeAlias = "bool | int | tuple[str, ...] | str"

MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "SoC",
)
MOST_KEYS = 50
LARGEST = 2**31 - 1


class BadValue(ValueError):
    """The text is no value of the key's type; says why."""


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise BadValue("not a whole number of 0 or more")
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise BadValue(f"more than {LARGEST}")
    return int(digits)


def _boolean(text: str) -> bool:
    match text.strip().lower():
        case "true":
            return True
        case "false":
            return False
    raise BadValue("neither true nor false")


def _measurands(text: str) -> tuple[str, ...]:
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if unknown := [name for name in names if name not in MEASURANDS]:
        raise BadValue(f"unknown measurand {unknown[0]!r:.60}")
    if len(set(names)) != len(names):
        raise BadValue("a measurand named twice")
    return names


def _text(text: str) -> str:
    return text


@frozen
class Key:
    """One configuration key. `setting` is the field of Settings that it sets."""

    name: str
    initial: str
    read: Callable[[str], Value]
    setting: str | None = None
    readonly: bool = False
    least: int = 0

    def value(self, text: str) -> Value:
        value = self.read(text)
        if isinstance(value, int) and not isinstance(value, bool) and value < self.least:
            raise BadValue(f"less than {self.least}")
        return value


KEYS: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key("AllowOfflineTxForUnknownId", "false", _boolean, "allow_offline_unknown"),
        Key("AuthorizationCacheEnabled", "true", _boolean, "cache_enabled"),
        Key("AuthorizeRemoteTxRequests", "true", _boolean, "authorize_remote"),
        Key("ConnectionTimeOut", "60", _integer, "connection_timeout_s"),
        Key("GetConfigurationMaxKeys", str(MOST_KEYS), _integer, readonly=True),
        Key("HeartbeatInterval", "300", _integer, "heartbeat_s", least=1),
        Key("LocalAuthorizeOffline", "true", _boolean, "local_authorize_offline"),
        Key("LocalPreAuthorize", "false", _boolean, "local_pre_authorize"),
        Key("MessageTimeout", "30", _integer, "message_timeout_s", least=1),
        Key("MeterValueSampleInterval", "60", _integer, "sample_s"),
        Key("MeterValuesSampledData", ",".join(MEASURANDS), _measurands, "measurands"),
        Key("NumberOfConnectors", "", _text, readonly=True),
        Key("StopTransactionOnEVSideDisconnect", "true", _boolean, "stop_on_ev_side_disconnect"),
        Key("StopTransactionOnInvalidId", "true", _boolean, "stop_on_invalid_tag"),
        Key("SupportedFeatureProfiles", "Core,RemoteTrigger", _text, readonly=True),
        Key("TransactionMessageAttempts", "3", _integer, "transaction_attempts", least=1),
        Key("TransactionMessageRetryInterval", "60", _integer, "transaction_retry_s"),
        Key("WebSocketPingInterval", "30", _integer, "ping_s"),
    )
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
    if key.readonly:
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
    values = {name: (text_of(key, specification, changed), key.readonly) for name, key in known.items()}
    return KeyReport(values, tuple(unknown))
