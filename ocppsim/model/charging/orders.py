"""What a central system may ask of a station's charging profiles."""

from ocppsim.model.charging.composite import Composite
from ocppsim.model.charging.profile import Profile, Purpose, Unit
from ocppsim.model.commands import Command
from ocppsim.model.inputs import Verdict
from ocppsim.values import frozen


@frozen
class SetProfile(Command[Verdict]):
    """Connector 0 is the station, or all its connectors."""

    connector: int
    profile: Profile


@frozen
class ClearProfiles(Command[Verdict]):
    """Those that fit all that is given; Rejected where there are none."""

    number: int | None
    connector: int | None
    purpose: Purpose | None
    level: int | None


@frozen
class GetSchedule(Command[Composite | None]):
    """What connector 0 stands for is the station as a whole."""

    connector: int
    duration_s: int
    unit: Unit | None
