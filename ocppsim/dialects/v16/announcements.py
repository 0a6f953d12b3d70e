"""What a station says beside its sessions, of all feature profiles: announcements to messages."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.dialects.v16 import firmware_management, local_auth_list, security
from ocppsim.model.announcement import Announcement
from ocppsim.protocol.actions import Message

MESSAGES: Mapping[type[Announcement], Callable[[Any], Message[object]]] = {
    **firmware_management.MESSAGES,
    **local_auth_list.MESSAGES,
    **security.MESSAGES,
}
