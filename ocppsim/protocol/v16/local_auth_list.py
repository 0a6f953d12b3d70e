"""The messages of the Local Auth List Management profile (OCPP 1.6 ed. 2, 5.10 and 5.15)."""

from typing import Literal

from ocppsim.protocol.actions import Action, Message, Sender
from ocppsim.protocol.v16.core import IdTagInfo
from ocppsim.values import frozen


@frozen
class GetLocalListVersionResponse:
    list_version: int


@frozen
class GetLocalListVersion(Message[GetLocalListVersionResponse]):
    action = "GetLocalListVersion"


@frozen
class AuthorizationData:
    """A tag of the list; without `id_tag_info` it leaves the list."""

    id_tag: str
    id_tag_info: IdTagInfo | None = None


@frozen
class SendLocalListResponse:
    status: Literal["Accepted", "Failed", "NotSupported", "VersionMismatch"]


@frozen
class SendLocalList(Message[SendLocalListResponse]):
    action = "SendLocalList"
    list_version: int
    update_type: Literal["Differential", "Full"]
    local_authorization_list: tuple[AuthorizationData, ...] | None = None


_PROFILE = "LocalAuthListManagement"

ACTIONS = (
    Action(GetLocalListVersion, GetLocalListVersionResponse, Sender.CENTRAL_SYSTEM, _PROFILE),
    Action(SendLocalList, SendLocalListResponse, Sender.CENTRAL_SYSTEM, _PROFILE),
)
