"""What a person is told of the limits of a session."""

from attrs import evolve

from ocppsim.actors.board import Board, ConnectorView
from ocppsim.model.connector import Status
from ocppsim.model.energy import Limit
from ocppsim.model.outbox import Outbox
from ocppsim.model.session import ChargingSession
from ocppsim.terminal.limits import LimitWatch
from ocppsim.terminal.timeline import Timeline

SESSION = ChargingSession("1-1", "TAG", start_wh=0, started_at=100)
FREE = ConnectorView(Status.CHARGING, Limit(11_040.0, "vehicle"), session=SESSION)


def shown(*views: ConnectorView) -> list[str]:
    lines: list[str] = []
    board = Board("CS-1", Outbox())
    board.watchers.append(LimitWatch(lines.append))
    for view in views:
        board.show_connector(1, view)
    return lines


def bound(power_w: float, by: str) -> ConnectorView:
    return evolve(FREE, power=Limit(power_w, by))


def test_each_new_limit_is_told_once() -> None:
    profile = bound(6_900.0, "session profile 3")
    assert shown(FREE, profile, evolve(profile, register_wh=10), bound(6_900.4, "session profile 3")) == [
        "connector 1: 6.90 kW, limited by session profile 3"
    ]
    assert shown(profile, bound(4_140.0, "session profile 3"), bound(4_140.0, "station"))[1:] == [
        "connector 1: 4.14 kW, limited by session profile 3",
        "connector 1: 4.14 kW, limited by station",
    ]
    assert shown(bound(0.0, "session profile 3")) == ["connector 1: nothing, limited by session profile 3"]


def test_what_the_ev_does_by_itself_is_not_told() -> None:
    assert shown(ConnectorView(), FREE, bound(5_000.0, "vehicle"), ConnectorView(Status.FINISHING)) == []


def test_the_end_of_a_limit_is_told_but_not_with_the_session() -> None:
    limited = bound(6_900.0, "cable")
    assert shown(limited, FREE)[1:] == ["connector 1: as much as the EV takes"]
    assert shown(limited, ConnectorView(Status.FINISHING))[1:] == []
    assert len(shown(limited, ConnectorView(Status.FINISHING), limited)) == 2


def test_words_name_what_binds_and_nothing_else() -> None:
    assert bound(6_900.0, "cable").in_words == "charging, limited by cable"
    assert FREE.in_words == "charging"
    assert ConnectorView(Status.SUSPENDED_EVSE).in_words == "suspended evse"


def test_a_remark_stands_in_the_timeline() -> None:
    assert Timeline(100.0).remark(112.5, "connector 1: free") == "    12.500 s  ·  connector 1: free"
