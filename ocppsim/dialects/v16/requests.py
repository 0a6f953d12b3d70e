"""The requests that a station takes, of all feature profiles."""

from collections.abc import Mapping

from ocppsim.dialects.row import Row
from ocppsim.dialects.v16 import (
    core,
    firmware_management,
    local_auth_list,
    remote_trigger,
    reservation,
    security,
    smart_charging,
)

ROWS: Mapping[str, Row] = {
    **core.ROWS,
    **firmware_management.ROWS,
    **local_auth_list.ROWS,
    **remote_trigger.ROWS,
    **reservation.ROWS,
    **security.ROWS,
    **smart_charging.ROWS,
}
