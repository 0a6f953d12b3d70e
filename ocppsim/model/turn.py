"""One step of a connector in the making: see `step`."""

from attrs import define, field

from ocppsim.model.connector import Connector
from ocppsim.model.inputs import Happening
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet


@define
class Turn:
    """The state so far, what the step is given, and what happened on the way."""

    c: Connector
    now: float
    outlet: Outlet
    settings: Settings
    ample_w: float | None  # a new session may take this at once; None: the station decides its share
    happened: list[Happening] = field(factory=list)
