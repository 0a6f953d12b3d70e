"""Random conversations: whatever the order of events, the rules of the session hold.

What they are stands in `session_model`. Hypothesis looks for short conversations that break them, and makes
what it finds shorter; the long walks get to where many things have happened before.
"""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ocppsim.protocol.errors import V16_CODES, Fault
from ocppsim.protocol.session import Kind, Registration
from tests.effort import tries
from tests.protocol.session_model import BROKEN, FAILURES, IDS, NOISE, SessionModel

FAULTS = list(V16_CODES)
MOSTLY_ACCEPTED = [*Registration, Registration.ACCEPTED, Registration.ACCEPTED]


class Conversations(RuleBasedStateMachine):
    """Every act of the model is a rule."""

    def __init__(self) -> None:
        super().__init__()
        self.model = SessionModel()

    @rule(call_id=st.sampled_from(IDS))
    def peer_calls(self, call_id: str) -> None:
        self.model.peer_calls(call_id)

    @rule(call_id=st.sampled_from(IDS), text=st.sampled_from(BROKEN))
    def peer_calls_badly(self, call_id: str, text: str) -> None:
        self.model.peer_calls_badly(call_id, text)

    @rule(text=st.sampled_from(NOISE))
    def peer_makes_noise(self, text: str) -> None:
        self.model.peer_makes_noise(text)

    @rule()
    def peer_floods(self) -> None:
        self.model.peer_floods()

    @rule()
    def peer_answers(self) -> None:
        self.model.peer_answers()

    @rule()
    def peer_answers_late(self) -> None:
        self.model.peer_answers_late()

    @rule(text=st.sampled_from(FAILURES), give_up=st.booleans())
    def peer_refuses(self, text: str, give_up: bool) -> None:
        self.model.peer_refuses(text, give_up=give_up)

    @rule(choice=st.integers(0, 70))
    def answer(self, choice: int) -> None:
        self.model.answer(choice)

    @rule(choice=st.integers(0, 70), fault=st.sampled_from(FAULTS))
    def refuse(self, choice: int, fault: Fault) -> None:
        self.model.refuse(choice, fault)

    @rule(choice=st.integers(0, 70))
    def drop(self, choice: int) -> None:
        self.model.drop(choice)

    @rule(kind=st.sampled_from(Kind))
    def submit(self, kind: Kind) -> None:
        self.model.submit(kind)

    @rule(registration=st.sampled_from(MOSTLY_ACCEPTED))
    def register(self, registration: Registration) -> None:
        self.model.register(registration)

    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.model.hold(held=held)

    @rule(seconds=st.floats(0.0, 40.0))
    def wait(self, seconds: float) -> None:
        self.model.wait(seconds)

    @rule(back=st.booleans())
    def lose(self, back: bool) -> None:
        self.model.lose()
        if back:
            self.model.connect()

    @rule()
    def connect(self) -> None:
        self.model.connect()

    @rule(slow=st.booleans())
    def wire(self, slow: bool) -> None:
        self.model.wire(slow=slow)

    @rule()
    def write_one(self) -> None:
        self.model.write_one()

    @invariant()
    def the_session_says_what_is_open(self) -> None:
        self.model.check()

    def teardown(self) -> None:
        self.model.finish()


TestConversations = Conversations.TestCase
TestConversations.settings = tries(25, stateful_step_count=40)


@pytest.mark.parametrize("seed", range(25))
def test_long_conversations_keep_the_rules(seed: int) -> None:
    random, model = Random(seed), SessionModel()
    acts, weights = zip(*_acts(random, model), strict=True)
    for _ in range(1_000):
        (act,) = random.choices(acts, weights)
        act()
        model.check()
    model.finish()


def _acts(random: Random, model: SessionModel) -> list[tuple[Callable[[], object], int]]:
    """What may happen, and how often."""
    return [
        (lambda: model.submit(random.choice(list(Kind))), 20),
        (model.peer_answers, 15),
        (lambda: model.peer_calls(random.choice(IDS)), 10),
        (lambda: model.answer(random.randrange(70)), 10),
        (lambda: model.wait(random.choice([0.0, 1.0, 5.0, 30.0])), 6),
        (lambda: model.peer_refuses(random.choice(FAILURES), give_up=random.random() < 0.2), 4),
        (model.peer_answers_late, 4),
        (lambda: model.peer_calls_badly(random.choice(IDS), random.choice(BROKEN)), 3),
        (lambda: model.refuse(random.randrange(70), random.choice(FAULTS)), 3),
        (lambda: model.drop(random.randrange(70)), 3),
        (lambda: model.hold(held=random.random() < 0.3), 3),
        (lambda: model.wire(slow=random.random() < 0.3), 3),
        (model.connect, 3),
        (model.lose, 2),
        (lambda: model.register(random.choice(MOSTLY_ACCEPTED)), 2),
        (lambda: model.peer_makes_noise(random.choice(NOISE)), 2),
        (model.write_one, 2),
        (model.peer_floods, 1),
    ]
