"""The requests that a station takes, of all feature profiles."""

from collections.abc import Mapping

from ocppsim.dialects.v16 import core, remote_trigger
from ocppsim.dialects.v16.row import Row

ROWS: Mapping[str, Row] = {**core.ROWS, **remote_trigger.ROWS}
