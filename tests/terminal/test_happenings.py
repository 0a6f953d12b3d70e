"""What is told of a station, from two looks at its board."""

import pytest
from attrs import evolve

from ocppsim.actors.board import ConnectorView, LinkView
from ocppsim.model.connector import Status
from ocppsim.model.registration import Standing
from ocppsim.model.session import ChargingSession, StopReason
from ocppsim.terminal.happenings import Level, Look, news

NOTHING = Look()
SESSION = ChargingSession("a", "TAG-1", start_wh=1000, started_at=100)
CHARGING = ConnectorView(Status.CHARGING, session=SESSION)


def texts(before: Look, now: Look) -> list[str]:
    return [text for text, _ in news(before, now, at=112.4)]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (LinkView(), LinkView(online=True, connections=1), ["connected"]),
        (LinkView(connections=1), LinkView(online=True, connections=2), ["connected again"]),
        (
            LinkView(online=True, connections=1),
            LinkView(connections=1, trouble="closed 1006"),
            ["connection ended: closed 1006"],
        ),
        (LinkView(), LinkView(tries=1, trouble="refused"), ["cannot connect: refused"]),
        (LinkView(tries=1, trouble="refused"), LinkView(tries=9, trouble="refused"), []),
        (
            LinkView(tries=1, trouble="refused"),
            LinkView(tries=2, trouble="gone"),
            ["cannot connect: gone"],
        ),
    ],
)
def test_links(before: LinkView, now: LinkView, told: list[str]) -> None:
    assert texts(Look(before), Look(now)) == told


def test_a_reconnect_between_two_looks_is_not_missed() -> None:
    before, now = LinkView(online=True, connections=1), LinkView(online=True, connections=2)
    assert texts(Look(before), Look(now)) == ["connected again"]


def test_registration() -> None:
    assert texts(NOTHING, Look(standing=Standing.PENDING)) == ["boot pending"]
    assert texts(Look(standing=Standing.PENDING), Look(standing=Standing.ACCEPTED)) == ["boot accepted"]
    assert texts(Look(standing=Standing.ACCEPTED), NOTHING) == [], "a new life begins unknown"


def test_a_session_begins_and_ends() -> None:
    ended = ConnectorView(
        Status.FINISHING, sessions_ended=1, energy_delivered_wh=420, last_reason=StopReason.EV_DISCONNECTED
    )
    idle, busy, done = (Look(connectors={1: view}) for view in (ConnectorView(), CHARGING, ended))
    assert texts(idle, busy) == ["connector 1: session begun with TAG-1"]
    assert texts(busy, done) == ["connector 1: session ended, 0.42 kWh in 12 s (ev disconnected)"]
    assert texts(busy, busy) == []


def test_a_session_that_follows_at_once_is_told_after_the_end() -> None:
    follower = evolve(CHARGING, session=evolve(SESSION, key="b", tag="TAG-2"), sessions_ended=1)
    told = texts(Look(connectors={1: CHARGING}), Look(connectors={1: follower}))
    assert [text.split(",")[0] for text in told] == [
        "connector 1: session ended",
        "connector 1: session begun with TAG-2",
    ]


def test_faults_and_refusals() -> None:
    faulted = Look(connectors={2: ConnectorView(Status.FAULTED)})
    assert list(news(NOTHING, faulted, 0)) == [("connector 2: faulted", Level.BAD)]
    assert texts(faulted, Look(connectors={2: ConnectorView()})) == ["connector 2: no longer faulted"]
    assert texts(NOTHING, Look(refusal="TAG-1 is blocked")) == ["refused: TAG-1 is blocked"]
