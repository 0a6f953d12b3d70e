"""The configuration keys of the core (1.6 ed. 2, 9.1)."""

from ocppsim.dialects.v16.key import BadValue, Key, boolean, integer, text

MOST_KEYS = 50
"""So many keys one GetConfiguration may name."""

MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "SoC",
)


def _measurands(text: str) -> tuple[str, ...]:
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if unknown := [name for name in names if name not in MEASURANDS]:
        raise BadValue(f"unknown measurand {unknown[0]!r:.60}")
    if len(set(names)) != len(names):
        raise BadValue("a measurand named twice")
    return names


_PROFILES = "Core,FirmwareManagement,LocalAuthListManagement,RemoteTrigger,SmartCharging"

KEYS = (
    Key("AllowOfflineTxForUnknownId", "false", boolean, "allow_offline_unknown"),
    Key("AuthorizationCacheEnabled", "true", boolean, "cache_enabled"),
    Key("AuthorizeRemoteTxRequests", "true", boolean, "authorize_remote"),
    Key("ConnectionTimeOut", "60", integer, "connection_timeout_s"),
    Key("GetConfigurationMaxKeys", str(MOST_KEYS), integer, readonly=True),
    Key("HeartbeatInterval", "300", integer, "heartbeat_s", least=1),
    Key("LocalAuthorizeOffline", "true", boolean, "local_authorize_offline"),
    Key("LocalPreAuthorize", "false", boolean, "local_pre_authorize"),
    Key("MessageTimeout", "30", integer, "message_timeout_s", least=1),
    Key("MeterValueSampleInterval", "60", integer, "sample_s"),
    Key("MeterValuesSampledData", ",".join(MEASURANDS), _measurands, "measurands"),
    Key("NumberOfConnectors", "", text, readonly=True),
    Key("StopTransactionOnEVSideDisconnect", "true", boolean, "stop_on_ev_side_disconnect"),
    Key("StopTransactionOnInvalidId", "true", boolean, "stop_on_invalid_tag"),
    Key("SupportedFeatureProfiles", _PROFILES, text, readonly=True),
    Key("TransactionMessageAttempts", "3", integer, "transaction_attempts", least=1),
    Key("TransactionMessageRetryInterval", "60", integer, "transaction_retry_s"),
    Key("WebSocketPingInterval", "30", integer, "ping_s"),
)
