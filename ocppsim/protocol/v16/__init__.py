"""OCPP 1.6: its actions and their message classes, one file for each feature profile."""

from collections.abc import Mapping

from ocppsim.protocol.actions import Action
from ocppsim.protocol.v16 import (
    core,
    firmware_management,
    local_auth_list,
    remote_trigger,
    reservation,
    secure_firmware,
    security,
    smart_charging,
)

SUBPROTOCOL = "ocpp1.6"

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for profile in (
        core,
        firmware_management,
        local_auth_list,
        remote_trigger,
        reservation,
        secure_firmware,
        security,
        smart_charging,
    )
    for action in profile.ACTIONS
}
