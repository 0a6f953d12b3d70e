"""OCPP 1.6: its actions and their message classes."""

from collections.abc import Mapping

from ocppsim.protocol.actions import Action, Sender
from ocppsim.protocol.v16 import core, remote_trigger

SUBPROTOCOL = "ocpp1.6"

_STATION, _CENTRAL_SYSTEM, _BOTH = Sender.STATION, Sender.CENTRAL_SYSTEM, Sender.BOTH

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action(core.Authorize, core.AuthorizeResponse, _STATION, "Core"),
        Action(core.BootNotification, core.BootNotificationResponse, _STATION, "Core"),
        Action(core.ChangeAvailability, core.ChangeAvailabilityResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.ChangeConfiguration, core.ChangeConfigurationResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.ClearCache, core.ClearCacheResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.DataTransfer, core.DataTransferResponse, _BOTH, "Core"),
        Action(core.GetConfiguration, core.GetConfigurationResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.Heartbeat, core.HeartbeatResponse, _STATION, "Core"),
        Action(core.MeterValues, core.MeterValuesResponse, _STATION, "Core"),
        Action(core.RemoteStartTransaction, core.RemoteStartTransactionResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.RemoteStopTransaction, core.RemoteStopTransactionResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.Reset, core.ResetResponse, _CENTRAL_SYSTEM, "Core"),
        Action(core.StartTransaction, core.StartTransactionResponse, _STATION, "Core"),
        Action(core.StatusNotification, core.StatusNotificationResponse, _STATION, "Core"),
        Action(core.StopTransaction, core.StopTransactionResponse, _STATION, "Core"),
        Action(core.UnlockConnector, core.UnlockConnectorResponse, _CENTRAL_SYSTEM, "Core"),
        Action(
            remote_trigger.TriggerMessage,
            remote_trigger.TriggerMessageResponse,
            _CENTRAL_SYSTEM,
            "RemoteTrigger",
        ),
    )
}
