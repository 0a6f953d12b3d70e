"""The configuration keys of the core (1.6 ed. 2, 9.1)."""

from ocppsim.dialects.v16.key import BadValue, Key, boolean, integer, items, text
from ocppsim.dialects.v16.measurands import MEASURED
from ocppsim.model.specification import Specification

SAMPLED = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC"
MEASURANDS = tuple(MEASURED)

PROFILES = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
)
"""The feature profiles of the standard (3.3)."""

OFFERED = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "RemoteTrigger",
    "Reservation",
    "SmartCharging",
)

PHASES = {"RST": 1, "RTS": 1, "SRT": 2, "STR": 2, "TRS": 3, "TSR": 3, "NotApplicable": 0, "Unknown": 0}
"""How a connector can be wired (9.1.7): the meter's phase behind its first, where there is one."""


def measurands(text: str) -> tuple[str, ...]:
    names = items(text)
    if unknown := [name for name in names if name not in MEASURED]:
        raise BadValue(f"unknown measurand {unknown[0]!r:.60}")
    return names


def _off(text: str) -> tuple[str, ...]:
    """The profiles that are not offered; the core always is."""
    names = items(text)
    if unknown := [name for name in names if name not in PROFILES]:
        raise BadValue(f"unknown profile {unknown[0]!r:.60}")
    if "Core" not in names:
        raise BadValue("the profile Core is missing")
    return tuple(name for name in PROFILES if name not in names)


def _lines(text: str) -> tuple[int, ...]:
    """By connector, 0 for the whole station; what is not named is not known."""
    lines: dict[int, int] = {}
    for item in items(text):
        number, dot, word = item.partition(".")
        if not dot or not (number.isascii() and number.isdigit() and len(number) < 6) or word not in PHASES:
            raise BadValue(f"no connector with its phases: {item!r:.60}")
        if int(number) in lines:
            raise BadValue(f"connector {number} named twice")
        lines[int(number)] = PHASES[word]
    return tuple(lines.get(number, 0) for number in range(max(lines, default=-1) + 1))


def _connectors_exist(specification: Specification, lines: tuple[int, ...]) -> None:
    most = max(specification.outlets, default=0)
    if len(lines) - 1 > most:
        raise BadValue(f"no connector {len(lines) - 1}")
    for number, line in enumerate(lines):
        outlet = specification.outlets.get(number)
        if line and outlet is not None and outlet.supply.phases < 3:
            raise BadValue(f"connector {number} has no three phases")


def _wired(specification: Specification) -> str:
    """As the standard has it; where there are no three phases, there is no rotation."""
    return ",".join(
        f"{number}.{'RST' if outlet.supply.phases == 3 else 'NotApplicable'}"
        for number, outlet in specification.outlets.items()
    )


def _as_many(specification: Specification) -> str:
    return str(len(specification.outlets))


def _with_the_whole(specification: Specification) -> str:
    return str(len(specification.outlets) + 1)


def _nothing_to_unlock(specification: Specification) -> str | None:
    """1.6 errata 3.84."""
    return "false" if all(outlet.fixed_cable for outlet in specification.outlets.values()) else None


KEYS = (
    Key("AllowOfflineTxForUnknownId", "false", boolean, "allow_offline_unknown"),
    Key("AuthorizationCacheEnabled", "true", boolean, "cache_enabled"),
    Key("AuthorizeRemoteTxRequests", "true", boolean, "authorize_remote"),
    Key("ClockAlignedDataInterval", "0", integer, "aligned_s", most=86_400),
    Key("ConnectionTimeOut", "60", integer, "connection_timeout_s"),
    Key("ConnectorPhaseRotation", "", _lines, "lines", reboot=True, derived=_wired, fits=_connectors_exist),
    Key("ConnectorPhaseRotationMaxLength", "1", integer, readonly=True, derived=_with_the_whole),
    Key("GetConfigurationMaxKeys", "50", integer, readonly=True, least=1),
    Key("HeartbeatInterval", "300", integer, "heartbeat_s", least=1),
    Key("LocalAuthorizeOffline", "true", boolean, "local_authorize_offline"),
    Key("LocalPreAuthorize", "false", boolean, "local_pre_authorize"),
    Key("MaxEnergyOnInvalidId", "0", integer, "max_energy_on_invalid_wh"),
    Key("MessageTimeout", "30", integer, "message_timeout_s", least=1),
    Key("MeterValueSampleInterval", "60", integer, "sample_s"),
    Key("MeterValuesAlignedData", "Energy.Active.Import.Register", measurands, "aligned_measurands"),
    Key("MeterValuesAlignedDataMaxLength", str(len(MEASURANDS)), integer, readonly=True),
    Key("MeterValuesSampledData", SAMPLED, measurands, "measurands"),
    Key("MeterValuesSampledDataMaxLength", str(len(MEASURANDS)), integer, readonly=True),
    Key("MinimumStatusDuration", "0", integer, "minimum_status_s"),
    Key("NumberOfConnectors", "", text, readonly=True, derived=_as_many),
    Key("ResetRetries", "3", integer, "reset_retries"),
    Key("StopTransactionMaxMeterValues", "100", integer, "stop_most_values", readonly=True, least=4),
    Key("StopTransactionOnEVSideDisconnect", "true", boolean, "stop_on_ev_side_disconnect"),
    Key("StopTransactionOnInvalidId", "true", boolean, "stop_on_invalid_tag"),
    Key("StopTxnAlignedData", "", measurands, "stop_aligned_measurands"),
    Key("StopTxnAlignedDataMaxLength", str(len(MEASURANDS)), integer, readonly=True),
    Key("StopTxnSampledData", "", measurands, "stop_measurands"),
    Key("StopTxnSampledDataMaxLength", str(len(MEASURANDS)), integer, readonly=True),
    Key("SupportedFeatureProfiles", ",".join(OFFERED), _off, "off", readonly=True),
    Key("TransactionMessageAttempts", "3", integer, "transaction_attempts", least=1),
    Key("TransactionMessageRetryInterval", "60", integer, "transaction_retry_s"),
    Key(
        "UnlockConnectorOnEVSideDisconnect",
        "true",
        boolean,
        "unlock_on_ev_side_disconnect",
        given=_nothing_to_unlock,
    ),
    Key("WebSocketPingInterval", "30", integer, "ping_s"),
)
