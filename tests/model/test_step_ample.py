"""Where there is power for all, a session takes it at once; otherwise the station decides its share."""

from ocppsim.model.connector import Status
from ocppsim.model.inputs import Arm, Authorized, Grant, Present, StopSession
from ocppsim.model.session import StopReason
from tests.model.connector_bench import PLENTY_W, TAG, Bench, bench


def ample() -> Bench:
    made = bench()
    made.ample_w = PLENTY_W
    return made


def test_a_session_takes_it_at_once_and_asks_nobody() -> None:
    made = ample()
    made.plug()
    made.do(Present(TAG))
    made.do(Authorized(TAG))
    assert made.status() is Status.CHARGING
    assert (made.c.share_w, made.c.share_by) == (PLENTY_W, "station")
    assert made.kinds == ["Begun"]
    made.later(60)
    made.do(StopSession(StopReason.LOCAL))
    assert made.kinds == ["Ended"]
    assert made.c.demand_w == 0


def test_without_enough_for_all_it_waits_for_its_share() -> None:
    made = bench()
    made.plug()
    made.do(Arm(TAG, authorize=False))
    assert made.status() is Status.PREPARING
    assert made.kinds == ["Begun", "DemandChanged"]


def test_4_9_nothing_but_preparing_may_come_before_charging() -> None:
    """So after Finishing the station is asked, and the connector is seen as Preparing meanwhile."""
    made = ample()
    made.charge()
    made.do(StopSession(StopReason.LOCAL))
    assert made.status() is Status.FINISHING
    made.do(Arm(TAG, authorize=False))
    assert made.status() is Status.PREPARING
    assert made.kinds == ["Begun", "DemandChanged"]
    made.do(Grant(PLENTY_W))
    assert made.status() is Status.CHARGING
