"""What faults and interruptions do to a connector and its session."""

import pytest

from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Arm, CloseInterrupted, Grant, Present, SetAvailability, Verdict
from ocppsim.model.session import StopReason
from tests.model.connector_bench import OTHER_TAG, PLENTY_W, TAG, bench
from tests.tables import each

HOUR = 3_600.0
WARNINGS = [Fault.EV_COMMUNICATION, Fault.HIGH_TEMPERATURE, Fault.READER, Fault.RESET, Fault.WEAK_SIGNAL]


# -- faults


@each("fault", [fault for fault in Fault if fault not in WARNINGS])
def test_a_fault_that_stops_charging_ends_the_session(fault: Fault) -> None:
    made = bench()
    made.charge()
    made.look(fault=fault)
    assert made.ended().reason is StopReason.OTHER
    assert made.status() is Status.FAULTED
    made.look(fault=None)
    assert made.status() is Status.FINISHING


@pytest.mark.parametrize("fault", WARNINGS)
def test_a_warning_ends_nothing(fault: Fault) -> None:
    made = bench()
    made.charge()
    made.look(fault=fault)
    assert made.c.session is not None
    assert made.status() is not Status.FAULTED


def test_an_emergency_stop_ends_the_session() -> None:
    made = bench()
    made.charge()
    made.look(emergency_stop=True, fault=Fault.GROUND)
    assert made.ended().reason is StopReason.EMERGENCY_STOP
    assert made.status() is Status.FAULTED


def test_a_broken_reader_reads_no_tag() -> None:
    made = bench()
    made.charge()
    made.look(fault=Fault.READER)
    assert made.do(Present(TAG)) is Verdict.REJECTED
    assert made.status() is Status.CHARGING


def test_a_fault_drops_a_tag_that_waits() -> None:
    made = bench()
    made.do(Arm(TAG, authorize=False))
    made.look(fault=Fault.GROUND)
    made.look(fault=None)
    made.plug()
    assert made.c.session is None


# -- interruptions


def test_an_interrupted_session_is_closed_as_of_the_interruption() -> None:
    made = bench()
    made.charge()
    made.later(HOUR)
    cut_at = made.now
    made.cut()
    made.later(10 * HOUR)
    made.look()
    assert made.c.register_wh == pytest.approx(11_040)
    made.do(CloseInterrupted(StopReason.POWER_LOSS))
    end = made.ended()
    assert end.at == cut_at
    assert end.register_wh == pytest.approx(11_040)
    assert (end.reason, end.session.key) == (StopReason.POWER_LOSS, "1-1")


def test_a_second_cut_does_not_move_the_first() -> None:
    made = bench()
    made.charge()
    cut_at = made.now
    made.cut()
    made.later(HOUR)
    made.cut()
    made.do(CloseInterrupted(StopReason.REBOOT))
    assert made.ended().at == cut_at


def test_no_power_flows_into_an_interrupted_session_whatever_is_granted() -> None:
    made = bench()
    made.charge()
    made.cut()
    assert made.do(Grant(PLENTY_W)) is Verdict.REJECTED
    assert made.later(HOUR) == []
    assert made.c.register_wh == 0
    assert made.power().power_w == 0


def test_an_interruption_drops_a_tag_that_waits() -> None:
    made = bench()
    made.do(Arm(TAG, authorize=False))
    made.cut()
    assert made.status() is Status.AVAILABLE
    made.plug()
    assert made.c.session is None


def test_nobody_else_gets_the_connector_before_the_session_is_closed() -> None:
    made = bench()
    made.charge()
    made.cut()
    assert made.do(Arm(OTHER_TAG, authorize=False)) is Verdict.REJECTED
    assert made.do(Present(TAG)) is Verdict.REJECTED
    assert made.do(SetAvailability(operative=False)) is Verdict.SCHEDULED
