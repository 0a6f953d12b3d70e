"""OCPP 2.0.1: its actions and their message classes, one file for each functional block."""

from collections.abc import Mapping

from ocppsim.protocol.actions import Action
from ocppsim.protocol.v201 import authorization, availability, provisioning

SUBPROTOCOL = "ocpp2.0.1"
OLDER_SUBPROTOCOL = "ocpp2.0"

ACTIONS: Mapping[str, Action] = {
    action.name: action for block in (authorization, availability, provisioning) for action in block.ACTIONS
}
