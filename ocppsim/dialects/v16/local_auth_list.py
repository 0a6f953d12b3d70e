"""The Local Auth List Management profile of OCPP 1.6."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.clock import moment
from ocppsim.dialects.row import Row, words
from ocppsim.dialects.v16.answers import tag_info
from ocppsim.model.announcement import Announcement
from ocppsim.model.local_list import Change, GetListVersion, ListConflict, ListVerdict, UpdateList
from ocppsim.protocol.actions import Message
from ocppsim.protocol.v16 import core, local_auth_list


def _update(request: local_auth_list.SendLocalList) -> UpdateList:
    changes = tuple(
        Change(entry.id_tag, None if entry.id_tag_info is None else tag_info(entry.id_tag_info))
        for entry in request.local_authorization_list or ()
    )
    return UpdateList(request.list_version, request.update_type == "Full", changes)


ROWS: Mapping[str, Row] = {
    "GetLocalListVersion": Row(
        lambda _: GetListVersion(),
        local_auth_list.GetLocalListVersionResponse,
    ),
    "SendLocalList": Row(
        _update,
        words(
            local_auth_list.SendLocalListResponse,
            {
                ListVerdict.ACCEPTED: "Accepted",
                ListVerdict.FAILED: "Failed",
                ListVerdict.NOT_SUPPORTED: "NotSupported",
                ListVerdict.VERSION_MISMATCH: "VersionMismatch",
            },
        ),
    ),
}


def _conflict(what: ListConflict) -> core.StatusNotification:
    """3.5.2: told of connector 0."""
    return core.StatusNotification(
        connector_id=0,
        error_code="LocalListConflict",
        status="Available" if what.operative else "Unavailable",
        timestamp=moment(what.at),
    )


MESSAGES: Mapping[type[Announcement], Callable[[Any], Message[object]]] = {ListConflict: _conflict}
