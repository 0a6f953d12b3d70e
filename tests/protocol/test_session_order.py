"""Our CALLs: what may be sent in which state of registration, and in which order."""

import pytest

from ocppsim.protocol.session import Kind, Registration, Why
from tests.protocol.conversation import Conversation

NONE, REJECTED, PENDING, ACCEPTED = Registration
BOOT, TRIGGERED, ORDINARY, TRANSACTION = Kind


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


# -- kinds


@pytest.mark.parametrize(
    ("registration", "sent", "failing", "waiting"),
    [
        (NONE, [BOOT], [TRIGGERED, ORDINARY], [TRANSACTION]),
        (PENDING, [BOOT, TRIGGERED], [ORDINARY], [TRANSACTION]),
        (ACCEPTED, [BOOT, TRIGGERED, ORDINARY, TRANSACTION], [], []),
    ],
)
def test_what_may_be_sent_depends_on_the_registration(
    registration: Registration, sent: list[Kind], failing: list[Kind], waiting: list[Kind]
) -> None:
    for kind in sent:
        talk = Conversation(registration)
        talk.submit("Any", kind)
        assert talk.actions() == ["Any"]
    for kind in failing:
        talk = Conversation(registration)
        assert talk.submit_in_vain("Any", kind).why is Why.OFFLINE
        assert talk.actions() == []
    for kind in waiting:
        talk = Conversation(registration)
        talk.submit("Any", kind)
        assert talk.actions() == []
        talk.session.registration = ACCEPTED
        assert talk.actions() == ["Any"]


@pytest.mark.parametrize("registration", Registration)
def test_offline_all_but_transaction_messages_fail_at_once(registration: Registration) -> None:
    talk = Conversation(registration, online=False)
    for kind in (BOOT, TRIGGERED, ORDINARY):
        assert talk.submit_in_vain("Any", kind).why is Why.OFFLINE
    talk.submit("StopTransaction", TRANSACTION)
    assert talk.written() == []
    talk.session.registration = ACCEPTED
    talk.session.connected()
    assert talk.actions() == ["StopTransaction"]


def test_a_boot_that_is_answered_with_less_holds_back_what_was_queued_before() -> None:
    """A later boot may be answered with Pending: what had been allowed when it was queued no longer is."""
    talk = Conversation()
    boot = talk.submit("BootNotification", BOOT)
    talk.submit("StatusNotification")
    talk.submit("Heartbeat", TRIGGERED)
    talk.written()
    talk.session.registration = PENDING
    talk.peer_answers(boot)
    assert talk.exchange() == ["Heartbeat"]
    talk.session.registration = NONE
    talk.submit("BootNotification", BOOT)
    assert talk.exchange() == ["BootNotification"]
    talk.session.registration = ACCEPTED
    assert talk.exchange() == ["StatusNotification"]


# -- order


def test_calls_of_all_kinds_go_in_the_order_in_which_they_were_queued(talk: Conversation) -> None:
    talk.submit("StatusNotification")
    talk.submit("StartTransaction", TRANSACTION)
    talk.submit("Heartbeat", TRIGGERED)
    talk.submit("MeterValues", TRANSACTION)
    talk.submit("Authorize")
    assert talk.exchange() == [
        "StatusNotification",
        "StartTransaction",
        "Heartbeat",
        "MeterValues",
        "Authorize",
    ]


def test_eight_transaction_messages_are_no_backlog_and_nine_are(talk: Conversation) -> None:
    for queued, place in ((8, 8), (9, 0)):
        for _ in range(queued):
            talk.submit("MeterValues", TRANSACTION)
        talk.submit("Heartbeat")
        assert talk.exchange().index("Heartbeat") == place


def test_a_backlog_lasts_until_it_is_sent(talk: Conversation) -> None:
    for _ in range(9):
        talk.submit("MeterValues", TRANSACTION)
    for _ in range(8):
        talk.actions()
        assert talk.session.flying is not None
        talk.peer_answers(talk.session.flying)
    talk.submit("Heartbeat")
    assert talk.exchange() == ["Heartbeat", "MeterValues"]
    talk.submit("StopTransaction", TRANSACTION)
    talk.submit("Heartbeat")
    assert talk.exchange() == ["StopTransaction", "Heartbeat"]


def test_what_was_queued_offline_is_a_backlog() -> None:
    talk = Conversation(online=False)
    talk.submit("StartTransaction", TRANSACTION)
    talk.submit("StopTransaction", TRANSACTION)
    talk.session.connected()
    talk.submit("StatusNotification")
    assert talk.exchange() == ["StatusNotification", "StartTransaction", "StopTransaction"]


def test_what_waits_when_the_connection_is_lost_is_a_backlog(talk: Conversation) -> None:
    talk.submit("StartTransaction", TRANSACTION)
    talk.written()
    talk.session.lost()
    talk.session.connected()
    talk.submit("StatusNotification")
    assert talk.exchange() == ["StatusNotification", "StartTransaction"]


@pytest.mark.parametrize("held_first", [True, False])
def test_what_was_held_is_a_backlog(talk: Conversation, held_first: bool) -> None:
    if held_first:
        talk.session.held = True
        talk.submit("StopTransaction", TRANSACTION)
    else:
        talk.submit("StopTransaction", TRANSACTION)
        talk.session.held = True
    talk.session.held = False
    talk.submit("StatusNotification")
    assert talk.exchange() == ["StatusNotification", "StopTransaction"]


def test_holding_nothing_makes_no_backlog(talk: Conversation) -> None:
    talk.session.held = True
    talk.session.held = False
    talk.submit("StopTransaction", TRANSACTION)
    talk.submit("StatusNotification")
    assert talk.exchange() == ["StopTransaction", "StatusNotification"]


def test_held_transaction_messages_let_the_others_pass(talk: Conversation) -> None:
    talk.session.held = True
    talk.submit("StartTransaction", TRANSACTION)
    talk.submit("StatusNotification")
    assert talk.exchange() == ["StatusNotification"]
    assert talk.idle()
    talk.session.held = False
    assert not talk.idle()
    assert talk.exchange() == ["StartTransaction"]


def test_a_message_that_is_tried_again_goes_before_the_later_ones(talk: Conversation) -> None:
    start = talk.submit("StartTransaction", TRANSACTION)
    talk.submit("StopTransaction", TRANSACTION)
    talk.submit("Heartbeat")
    talk.written()
    talk.peer_refuses(start)
    talk.session.again(start)
    assert talk.exchange() == ["StartTransaction", "StopTransaction", "Heartbeat"]
