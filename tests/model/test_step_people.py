"""What people, EVs and the hardware do in each phase of a connector.

A row reads: phase, verdict, status afterwards, what happened. The connector has a socket.
"""

from ocppsim.model.inputs import Authorized, Present, Refused
from tests.model.connector_bench import EV, OTHER_TAG, TAG
from tests.model.connector_phases import Table, always, check, rows, world
from tests.tables import each

TABLE: Table = {
    "plugged in at both ends": (
        world(cable=True, vehicle=EV),
        """
        available    accepted  preparing       -
        plugged      accepted  preparing       -
        asking       accepted  preparing       -
        armed        accepted  preparing       Begun DemandChanged
        starting     accepted  preparing       -
        charging     accepted  charging        -
        paused       accepted  suspended_ev    -
        starved      accepted  suspended_evse  -
        finishing    accepted  finishing       -
        unavailable  accepted  unavailable     -
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "unplugged at both ends": (
        world(cable=False, vehicle=None),
        """
        available    accepted  available       -
        plugged      accepted  available       -
        asking       accepted  preparing       -
        armed        accepted  preparing       -
        starting     accepted  available       Ended DemandChanged
        charging     accepted  available       Ended DemandChanged
        paused       accepted  available       Ended
        starved      accepted  available       Ended DemandChanged
        finishing    accepted  available       -
        unavailable  accepted  unavailable     -
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "unplugged at the EV": (
        world(vehicle=None),
        """
        available    accepted  available       -
        plugged      accepted  preparing       -
        asking       accepted  preparing       -
        armed        accepted  preparing       -
        starting     accepted  finishing       Ended DemandChanged
        charging     accepted  finishing       Ended DemandChanged
        paused       accepted  finishing       Ended
        starved      accepted  finishing       Ended DemandChanged
        finishing    accepted  finishing       -
        unavailable  accepted  unavailable     -
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "the EV is ready": (
        world(ev_ready=True),
        """
        available    accepted  available       -
        plugged      accepted  preparing       -
        asking       accepted  preparing       -
        armed        accepted  preparing       -
        starting     accepted  preparing       -
        charging     accepted  charging        -
        paused       accepted  charging        DemandChanged
        starved      accepted  suspended_evse  -
        finishing    accepted  finishing       -
        unavailable  accepted  unavailable     -
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "the EV pauses": (
        world(ev_ready=False),
        """
        available    accepted  available       -
        plugged      accepted  preparing       -
        asking       accepted  preparing       -
        armed        accepted  preparing       -
        starting     accepted  preparing       DemandChanged
        charging     accepted  suspended_ev    DemandChanged
        paused       accepted  suspended_ev    -
        starved      accepted  suspended_evse  DemandChanged
        finishing    accepted  finishing       -
        unavailable  accepted  unavailable     -
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "emergency stop": (
        world(emergency_stop=True),
        """
        available    accepted  faulted         -
        plugged      accepted  faulted         -
        asking       accepted  faulted         -
        armed        accepted  faulted         -
        starting     accepted  faulted         Ended DemandChanged
        charging     accepted  faulted         Ended DemandChanged
        paused       accepted  faulted         Ended
        starved      accepted  faulted         Ended DemandChanged
        finishing    accepted  faulted         -
        unavailable  accepted  faulted         -
        faulted      accepted  faulted         -
        cut_short    accepted  faulted         -
        """,
    ),
    "no fault": (
        world(fault=None),
        """
        available    accepted  available       -
        plugged      accepted  preparing       -
        asking       accepted  preparing       -
        armed        accepted  preparing       -
        starting     accepted  preparing       -
        charging     accepted  charging        -
        paused       accepted  suspended_ev    -
        starved      accepted  suspended_evse  -
        finishing    accepted  finishing       -
        unavailable  accepted  unavailable     -
        faulted      accepted  available       -
        cut_short    accepted  finishing       -
        """,
    ),
    "the tag is shown": (
        always(Present(TAG)),
        """
        available    accepted  preparing       TagShown
        plugged      accepted  preparing       TagShown
        asking       rejected  preparing       -
        armed        rejected  preparing       -
        starting     accepted  finishing       Ended DemandChanged
        charging     accepted  finishing       Ended DemandChanged
        paused       accepted  finishing       Ended
        starved      accepted  finishing       Ended DemandChanged
        finishing    accepted  preparing       TagShown
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "another tag is shown": (
        always(Present(OTHER_TAG)),
        """
        available    accepted  preparing       TagShown
        plugged      accepted  preparing       TagShown
        asking       rejected  preparing       -
        armed        rejected  preparing       -
        starting     rejected  preparing       -
        charging     rejected  charging        -
        paused       rejected  suspended_ev    -
        starved      rejected  suspended_evse  -
        finishing    accepted  preparing       TagShown
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "the station accepts the tag": (
        always(Authorized(TAG)),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       accepted  preparing       -
        armed        rejected  preparing       -
        starting     rejected  preparing       -
        charging     rejected  charging        -
        paused       rejected  suspended_ev    -
        starved      rejected  suspended_evse  -
        finishing    rejected  finishing       -
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "the station refuses the tag": (
        always(Refused(TAG)),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       accepted  available       -
        armed        rejected  preparing       -
        starting     rejected  preparing       -
        charging     rejected  charging        -
        paused       rejected  suspended_ev    -
        starved      rejected  suspended_evse  -
        finishing    rejected  finishing       -
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
}


@each(("name", "row"), rows(TABLE))
def test_what_people_do(name: str, row: str) -> None:
    check(TABLE[name][0], row)
