"""A session and the peer's side of its connection, for tests that read as a conversation."""

import json
from itertools import count
from typing import Any

from ocppsim.protocol import frames
from ocppsim.protocol.errors import V16_CODES
from ocppsim.protocol.session import Event, Failed, Kind, Outgoing, Registration, Session

ANSWER_WITHIN = 5.0
CALL_TIMEOUT = 30.0


class Conversation:
    """Accepted and online unless told otherwise. `now` is the clock that every step passes on."""

    def __init__(self, registration: Registration = Registration.ACCEPTED, *, online: bool = True) -> None:
        self.now = 0.0
        ids = (f"1-{number}" for number in count(1))
        self.session = Session(ids, V16_CODES, call_timeout=CALL_TIMEOUT, answer_within=ANSWER_WITHIN)
        self.session.registration = registration
        if online:
            self.session.connected()

    # -- our side

    def submit(self, action: str, kind: Kind = Kind.ORDINARY, **more: Any) -> Outgoing:
        """Queue a CALL that must not fail at once."""
        call = Outgoing(kind, action, {}, **more)
        assert self.session.submit(call) is None
        return call

    def submit_in_vain(self, action: str, kind: Kind) -> Failed:
        failed = self.session.submit(Outgoing(kind, action, {}))
        assert failed is not None
        return failed

    def idle(self) -> bool:
        return self.session.idle

    def written(self) -> list[Any]:
        """All that can be written now, decoded."""
        texts = iter(lambda: self.session.next(self.now), None)
        return [json.loads(text) for text in texts]

    def actions(self) -> list[str]:
        """The actions of the CALLs that can be written now: at most one, if all is well."""
        return [message[2] for message in self.written() if message[0] == 2]

    def answers(self) -> list[str]:
        """The ids of the answers that can be written now; nothing else may be."""
        messages = self.written()
        assert all(message[0] in (3, 4) for message in messages)
        return [message[1] for message in messages]

    # -- the peer's side

    def hear(self, text: str | bytes) -> list[Event]:
        return self.session.receive(text, self.now)

    def peer_calls(self, call_id: str, action: str = "ClearCache") -> list[Event]:
        return self.hear(frames.call(call_id, action, {}))

    def peer_answers(self, call: Outgoing) -> list[Event]:
        assert call.id is not None
        return self.hear(frames.call_result(call.id, {}))

    def peer_refuses(self, call: Outgoing) -> list[Event]:
        assert call.id is not None
        return self.hear(frames.call_error(call.id, "InternalError", "no"))

    def exchange(self) -> list[str]:
        """The actions that go out one after the other when the peer answers each."""
        actions = []
        while (messages := self.written()) and self.session.flying is not None:
            actions += [message[2] for message in messages if message[0] == 2]
            self.peer_answers(self.session.flying)
        return actions
