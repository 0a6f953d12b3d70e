"""Block C, authorization: so far the cache."""

from collections.abc import Mapping

from ocppsim.dialects.row import ACCEPTED_OR_NOT, Row, words
from ocppsim.model import commands
from ocppsim.protocol.v201.authorization import ClearCacheResponse

ROWS: Mapping[str, Row] = {
    "ClearCache": Row(lambda _: commands.ClearCache(), words(ClearCacheResponse, ACCEPTED_OR_NOT)),
}
