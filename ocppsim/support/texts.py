"""What the texts have: every message and every configuration key of OCPP 1.6 and its whitepapers.

"1.6" is OCPP 1.6 edition 2, "err" its errata sheet, "Security" the security whitepaper edition 3, "Signed"
the whitepaper on signed meter values.
"""

from collections.abc import Iterator, Mapping

from ocppsim.values import frozen


@frozen
class Message:
    """Who may send it, and the feature profile that it belongs to."""

    profile: str
    by_station: bool
    by_central_system: bool


@frozen
class KeyFact:
    """A configuration key. `required` holds for stations that offer the profile."""

    profile: str
    required: bool
    text: str


def _messages(profile: str, by_station: str, by_central_system: str) -> Iterator[tuple[str, Message]]:
    station, central = by_station.split(), by_central_system.split()
    for name in sorted({*station, *central}):
        yield name, Message(profile, name in station, name in central)


MESSAGES: Mapping[str, Message] = dict(
    [
        *_messages(
            "Core",
            "Authorize BootNotification DataTransfer Heartbeat MeterValues StartTransaction "
            "StatusNotification StopTransaction",
            "ChangeAvailability ChangeConfiguration ClearCache DataTransfer GetConfiguration "
            "RemoteStartTransaction RemoteStopTransaction Reset UnlockConnector",
        ),
        *_messages(
            "FirmwareManagement",
            "DiagnosticsStatusNotification FirmwareStatusNotification",
            "GetDiagnostics UpdateFirmware",
        ),
        *_messages("LocalAuthListManagement", "", "GetLocalListVersion SendLocalList"),
        *_messages("RemoteTrigger", "", "TriggerMessage"),
        *_messages("Reservation", "", "CancelReservation ReserveNow"),
        *_messages("SmartCharging", "", "ClearChargingProfile GetCompositeSchedule SetChargingProfile"),
        *_messages(
            "Security",
            "LogStatusNotification SecurityEventNotification SignCertificate "
            "SignedFirmwareStatusNotification",
            "CertificateSigned DeleteCertificate ExtendedTriggerMessage GetInstalledCertificateIds GetLog "
            "InstallCertificate SignedUpdateFirmware",
        ),
    ]
)


def _keys(profile: str, text: str, required: str, optional: str) -> Iterator[tuple[str, KeyFact]]:
    for name in required.split():
        yield name, KeyFact(profile, required=True, text=text)
    for name in optional.split():
        yield name, KeyFact(profile, required=False, text=text)


KEYS: Mapping[str, KeyFact] = dict(
    [
        *_keys(
            "Core",
            "1.6, 9.1",
            "AuthorizeRemoteTxRequests ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation "
            "GetConfigurationMaxKeys HeartbeatInterval LocalAuthorizeOffline LocalPreAuthorize "
            "MeterValuesAlignedData MeterValuesSampledData MeterValueSampleInterval NumberOfConnectors "
            "ResetRetries StopTransactionOnInvalidId StopTxnAlignedData StopTxnSampledData "
            "SupportedFeatureProfiles TransactionMessageAttempts TransactionMessageRetryInterval "
            "UnlockConnectorOnEVSideDisconnect",
            "AllowOfflineTxForUnknownId AuthorizationCacheEnabled BlinkRepeat "
            "ConnectorPhaseRotationMaxLength LightIntensity MaxEnergyOnInvalidId "
            "MeterValuesAlignedDataMaxLength "
            "MeterValuesSampledDataMaxLength MinimumStatusDuration StopTxnAlignedDataMaxLength "
            "StopTxnSampledDataMaxLength SupportedFeatureProfilesMaxLength WebSocketPingInterval",
        ),
        *_keys("Core", "err 3.80", "", "StopTransactionOnEVSideDisconnect"),
        *_keys("Core", "err 3.83", "", "MessageTimeout"),
        *_keys("Core", "err 3.91", "", "StopTransactionMaxMeterValues"),
        *_keys("FirmwareManagement", "err 3.90", "", "SupportedFileTransferProtocols"),
        *_keys(
            "LocalAuthListManagement",
            "1.6, 9.2",
            "LocalAuthListEnabled LocalAuthListMaxLength SendLocalListMaxLength",
            "",
        ),
        *_keys("Reservation", "1.6, 9.3", "", "ReserveConnectorZeroSupported"),
        *_keys(
            "SmartCharging",
            "1.6, 9.4",
            "ChargeProfileMaxStackLevel ChargingScheduleAllowedChargingRateUnit ChargingScheduleMaxPeriods "
            "MaxChargingProfilesInstalled",
            "ConnectorSwitch3to1PhaseSupported",
        ),
        *_keys(
            "Security",
            "Security, 7",
            "",
            "AdditionalRootCertificateCheck AuthorizationKey CertificateSignedMaxChainSize "
            "CertificateStoreMaxLength CpoName SecurityProfile",
        ),
        *_keys(
            "SignedMeterValues",
            "Signed, 3.3",
            "AlignedDataSignReadings AlignedDataSignUpdatedReadings MeterPublicKey[ConnectorID] "
            "PublicKeyWithSignedMeterValue SampledDataSignReadings SampledDataSignUpdatedReadings",
            "SampledDataSignStartedReadings StartTxnSampledData",
        ),
    ]
)
"""Names as the schemas and the code have them: the texts spell some of them in several ways."""
