"""What the station asks of a connector in each of its phases.

A row reads: phase, verdict, status afterwards, what happened. The connector has a socket.
"""

from ocppsim.model.inputs import (
    Arm,
    CloseInterrupted,
    Grant,
    SessionRefused,
    SetAvailability,
    StopSession,
    TakeSample,
    Tick,
    Unlock,
)
from ocppsim.model.session import Context, StopReason
from tests.model.connector_bench import OTHER_TAG, PLENTY_W
from tests.model.connector_phases import Table, always, check, rows
from tests.tables import each

TABLE: Table = {
    "armed": (
        always(Arm(OTHER_TAG, authorize=False)),
        """
        available    accepted  preparing       -
        plugged      accepted  preparing       Begun DemandChanged
        asking       rejected  preparing       -
        armed        rejected  preparing       -
        starting     rejected  preparing       -
        charging     rejected  charging        -
        paused       rejected  suspended_ev    -
        starved      rejected  suspended_evse  -
        finishing    accepted  preparing       Begun DemandChanged
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "armed once authorized": (
        always(Arm(OTHER_TAG, authorize=True)),
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
    "stop": (
        always(StopSession(StopReason.SOFT_RESET)),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       accepted  available       -
        armed        accepted  available       -
        starting     accepted  finishing       Ended DemandChanged
        charging     accepted  finishing       Ended DemandChanged
        paused       accepted  finishing       Ended
        starved      accepted  finishing       Ended DemandChanged
        finishing    rejected  finishing       -
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "stop another session": (
        always(StopSession(StopReason.REMOTE, key="1-99")),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       rejected  preparing       -
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
    "the central system refuses the session": (
        always(SessionRefused("1-1")),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       rejected  preparing       -
        armed        rejected  preparing       -
        starting     accepted  finishing       Ended DemandChanged
        charging     accepted  finishing       Ended DemandChanged
        paused       accepted  finishing       Ended
        starved      accepted  finishing       Ended DemandChanged
        finishing    rejected  finishing       -
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "made inoperative": (
        always(SetAvailability(operative=False)),
        """
        available    accepted  unavailable     -
        plugged      accepted  unavailable     -
        asking       accepted  unavailable     -
        armed        accepted  unavailable     -
        starting     scheduled preparing       -
        charging     scheduled charging        -
        paused       scheduled suspended_ev    -
        starved      scheduled suspended_evse  -
        finishing    accepted  unavailable     -
        unavailable  accepted  unavailable     -
        faulted      accepted  faulted         -
        cut_short    scheduled finishing       -
        """,
    ),
    "made operative": (
        always(SetAvailability(operative=True)),
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
        unavailable  accepted  available       -
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "unlock": (
        always(Unlock()),
        """
        available    unlocked  available       -
        plugged      unlocked  preparing       -
        asking       unlocked  preparing       -
        armed        unlocked  preparing       -
        starting     unlocked  finishing       Ended DemandChanged
        charging     unlocked  finishing       Ended DemandChanged
        paused       unlocked  finishing       Ended
        starved      unlocked  finishing       Ended DemandChanged
        finishing    unlocked  finishing       -
        unavailable  unlocked  unavailable     -
        faulted      unlocked  faulted         -
        cut_short    unlocked  finishing       -
        """,
    ),
    "a share of power": (
        always(Grant(PLENTY_W)),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       rejected  preparing       -
        armed        rejected  preparing       -
        starting     accepted  charging        -
        charging     accepted  charging        -
        paused       accepted  suspended_ev    -
        starved      accepted  charging        -
        finishing    rejected  finishing       -
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    rejected  finishing       -
        """,
    ),
    "a share of nothing": (
        always(Grant(0.0)),
        """
        starting     accepted  suspended_evse  -
        charging     accepted  suspended_evse  -
        paused       accepted  suspended_evse  -
        starved      accepted  suspended_evse  -
        cut_short    rejected  finishing       -
        """,
    ),
    "a sample is wanted": (
        always(TakeSample(Context.TRIGGER)),
        """
        available    accepted  available       Sampled
        plugged      accepted  preparing       Sampled
        asking       accepted  preparing       Sampled
        armed        accepted  preparing       Sampled
        starting     accepted  preparing       Sampled
        charging     accepted  charging        Sampled
        paused       accepted  suspended_ev    Sampled
        starved      accepted  suspended_evse  Sampled
        finishing    accepted  finishing       Sampled
        unavailable  accepted  unavailable     Sampled
        faulted      accepted  faulted         Sampled
        cut_short    accepted  finishing       Sampled
        """,
    ),
    "a tick before its time": (
        always(Tick()),
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
        faulted      accepted  faulted         -
        cut_short    accepted  finishing       -
        """,
    ),
    "close what was cut short": (
        always(CloseInterrupted(StopReason.POWER_LOSS)),
        """
        available    rejected  available       -
        plugged      rejected  preparing       -
        asking       rejected  preparing       -
        armed        rejected  preparing       -
        starting     rejected  preparing       -
        charging     rejected  charging        -
        paused       rejected  suspended_ev    -
        starved      rejected  suspended_evse  -
        finishing    rejected  finishing       -
        unavailable  rejected  unavailable     -
        faulted      rejected  faulted         -
        cut_short    accepted  finishing       Ended
        """,
    ),
}


@each(("name", "row"), rows(TABLE))
def test_what_the_station_asks(name: str, row: str) -> None:
    check(TABLE[name][0], row)
