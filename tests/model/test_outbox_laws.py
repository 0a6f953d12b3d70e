"""The outbox under random writing, delivery and giving up: nothing lost, nothing twice, all in order."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ocppsim.model.outbox import UNKNOWN_ID, Entry, Outbox, Place
from tests.effort import tries

connectors = st.integers(1, 3)


def entry(
    number: int, place: Place = Place.WITHIN, session: str = "1-1", connector: int = 1, at: float = 0.0
) -> Entry:
    return Entry(connector, number, at, f"id-{connector}.{number}", "Action", {}, session, place)


class Delivery(RuleBasedStateMachine):
    """A station with three connectors, and a list of what each has written and still has to say."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.now = 0.0
        self.waiting: list[Entry] = []
        self.written: dict[int, list[Entry]] = {1: [], 2: [], 3: []}
        self.running: dict[int, str] = {}
        self.sessions = 0
        self.opened: dict[str, int | None] = {}  # None: the beginning was given up
        self.given_up = 0

    # -- what may come

    @rule(seconds=st.floats(-5, 100))
    def pass_time(self, seconds: float) -> None:
        """Or go back, as clocks do between two processes."""
        self.now += seconds

    @rule(connector=connectors)
    def begin(self, connector: int) -> None:
        if connector not in self.running:
            self.sessions += 1
            self.running[connector] = f"{connector}-{self.sessions}"
            self.write(connector, Place.OPENS)

    @rule(connector=connectors)
    def sample(self, connector: int) -> None:
        if connector in self.running:
            self.write(connector, Place.WITHIN)

    @rule(connector=connectors)
    def end(self, connector: int) -> None:
        if connector in self.running:
            self.write(connector, Place.CLOSES)
            del self.running[connector]

    def write(self, connector: int, place: Place) -> None:
        number = len(self.written[connector]) + 1
        new = entry(number, place, self.running[connector], connector, self.now)
        self.outbox.add(new)
        self.waiting.append(new)
        self.written[connector].append(new)

    @precondition(lambda self: self.waiting)
    @rule(transaction_id=st.integers(-1, 5))
    def deliver(self, transaction_id: int) -> None:
        head = self.outbox.in_order()[0]
        self.outbox.done(head, transaction_id if head.place is Place.OPENS else None)
        if head.place is Place.OPENS:
            self.opened[head.session] = transaction_id
        self.gone(head)

    @precondition(lambda self: self.waiting)
    @rule()
    def give_up(self) -> None:
        head = self.outbox.in_order()[0]
        self.outbox.give_up(head)
        if head.place is Place.OPENS:
            self.opened[head.session] = None
        self.given_up += 1
        self.gone(head)

    def gone(self, head: Entry) -> None:
        self.waiting.remove(head)
        self.outbox.forget_ended(set(self.running.values()))

    # -- what must hold

    @invariant()
    def all_that_is_not_done_waits_once(self) -> None:
        in_order = self.outbox.in_order()
        assert len(in_order) == len(self.waiting)
        assert set(map(id, in_order)) == set(map(id, self.waiting))
        assert self.outbox.given_up == self.given_up

    @invariant()
    def each_connector_is_heard_in_its_own_order(self) -> None:
        for connector, written in self.written.items():
            of_it = [one.number for one in self.outbox.in_order() if one.connector == connector]
            assert of_it == sorted(of_it)
            assert self.outbox.written.get(connector, 0) == len(written)

    @invariant()
    def what_came_since_is_what_was_written_since(self) -> None:
        for connector, written in self.written.items():
            for number in (0, len(written) // 2, len(written)):
                expected = [one for one in self.waiting if one.connector == connector and one.number > number]
                assert self.outbox.since(connector, number) == expected

    @invariant()
    def a_session_has_its_id_as_long_as_it_has_anything_to_say(self) -> None:
        alive = set(self.running.values()) | {one.session for one in self.waiting}
        for session in alive:
            if session not in self.opened:
                assert self.outbox.transaction_id(session) is None
            else:
                transaction_id = self.opened[session]
                expected = UNKNOWN_ID if transaction_id is None else transaction_id
                assert self.outbox.transaction_id(session) == expected
        assert set(self.outbox.transaction_ids) <= alive


Delivery.TestCase.settings = tries(40, stateful_step_count=40)
TestDelivery = Delivery.TestCase


@given(st.lists(st.tuples(connectors, st.floats(0, 100)), max_size=30))
def test_across_connectors_the_earlier_message_goes_first(written: list[tuple[int, float]]) -> None:
    outbox, numbers = Outbox(), dict.fromkeys((1, 2, 3), 0)
    for connector, at in sorted(written, key=lambda one: one[1]):
        numbers[connector] += 1
        outbox.add(entry(numbers[connector], connector=connector, at=at))
    in_order = outbox.in_order()
    assert [one.at for one in in_order] == sorted(one.at for one in in_order)
    for _, together in groupby(in_order, key=lambda one: one.at):
        places = [(one.connector, one.number) for one in together]
        assert places == sorted(places)  # however they were written: equal runs, equal order


def test_a_message_that_is_not_the_first_can_be_done_too() -> None:
    outbox, entries = Outbox(), [entry(number) for number in (1, 2, 3)]
    for one in entries:
        outbox.add(one)
    outbox.done(entries[1])
    assert list(outbox.entries) == [entries[0], entries[2]]


def test_a_clock_that_went_back_does_not_put_an_end_before_its_beginning() -> None:
    outbox = Outbox()
    outbox.add(entry(1, Place.OPENS, at=1_000.0))
    outbox.add(entry(2, Place.CLOSES, at=990.0))
    assert [one.place for one in outbox.in_order()] == [Place.OPENS, Place.CLOSES]
