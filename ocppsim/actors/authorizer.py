"""Who may charge here: the station's decision on tags, with the central system where it can be asked."""

from ocppsim import clock
from ocppsim.actors.context import StationContext
from ocppsim.actors.messages import Outcome, Send, Take
from ocppsim.dialects.dialect import InvalidMessage
from ocppsim.model.answers import CallAnswer, SessionAnswer, TagAnswer
from ocppsim.model.authorization import Decision, TagInfo, TagStatus, decide, folded
from ocppsim.model.connector import Connector
from ocppsim.model.inputs import Authorized, Refused, SessionGroup, SessionRefused
from ocppsim.model.local_list import ListConflict
from ocppsim.model.outbox import Entry
from ocppsim.model.tags import frees_cable
from ocppsim.protocol.session import Why
from ocppsim.values import frozen


@frozen
class Asked:
    """The reference of an Authorize on its way."""

    connector: int
    tag: str


class Authorizer:
    """Of one station life."""

    def __init__(self, context: StationContext) -> None:
        self.context = context

    def presented(self, connector: int, tag: str, *, online: bool) -> None:
        try:
            draft = self.context.dialect.authorize(tag)
        except InvalidMessage as error:  # no message could carry it
            self.context.tracer.note(str(error))
            self._refuse(connector, tag)
            return
        info = self.context.memory.known(tag, self.context.settings)
        match self._decide(connector, info, online=online):
            case Decision.ACCEPT:
                self._accept(connector, tag, None if info is None else info.parent)
            case Decision.REFUSE:
                self._refuse(connector, tag)
            case Decision.ASK if self._kept_for_others(connector, tag):
                self._refuse_for_others(connector, tag)
            case Decision.ASK:
                self.context.link.tell(Send(draft, self.context.station, Asked(connector, tag)))

    def _decide(self, connector: int, info: TagInfo | None, *, online: bool) -> Decision:
        """A tag that would end the session of another of its group must be known as valid, offline too."""
        now, settings = clock.now(), self.context.settings
        state = self.context.memory.seen[connector]
        frees = info is not None and frees_cable(state, info.parent)
        if (state.session is not None or frees) and not online:
            return Decision.ACCEPT if info is not None and info.valid(now) else Decision.REFUSE
        return decide(info, now, settings, online=online)

    def ended(self, asked: Asked, outcome: Outcome) -> None:
        """The Authorize is over; without an answer the tag is judged as it would be offline."""
        if isinstance(outcome.answer, TagAnswer) and (info := outcome.answer.info) is not None:
            self._learn(asked.tag, info)
            if info.valid(clock.now()):
                self._accept(asked.connector, asked.tag, info.parent)
            else:
                self.context.board.refused(f"Authorize: the tag is {_words(info)}")
                self._refuse(asked.connector, asked.tag)
        elif outcome.why in (Why.OFFLINE, Why.LOST, Why.TIMED_OUT):
            self.presented(asked.connector, asked.tag, online=False)
        else:
            self.context.board.refused(
                f"Authorize: {outcome.why.value if outcome.why else 'no word on the tag'}"
            )
            self._refuse(asked.connector, asked.tag)

    def delivered(self, entry: Entry, answer: CallAnswer) -> None:
        """What the answer to a transaction message says of its tag."""
        info = answer.info if isinstance(answer, SessionAnswer | TagAnswer) else None
        if info is None or entry.tag is None:
            return
        self._learn(entry.tag, info)
        if isinstance(answer, SessionAnswer):
            self._judge_session(entry, info)

    def _judge_session(self, entry: Entry, info: TagInfo) -> None:
        if not info.valid(clock.now()):
            self.context.board.refused(f"{entry.action}: the tag is {_words(info)}")
            self._tell_session(entry.session, SessionRefused(entry.session))
        elif info.parent is not None:
            self._tell_session(entry.session, SessionGroup(entry.session, info.parent))

    def _learn(self, tag: str, info: TagInfo) -> None:
        """The cache learns of tags that the list does not have (3.5.3); the list learns nothing (3.5.2)."""
        memory, settings = self.context.memory, self.context.settings
        listed = memory.local_list.tags.get(folded(tag)) if settings.local_list_enabled else None
        if listed is None:
            if settings.cache_enabled:
                memory.learn(tag, info, clock.now())
        elif listed.valid(clock.now()) != info.valid(clock.now()):
            self._tell_conflict()

    def _tell_conflict(self) -> None:
        memory = self.context.memory
        conflict = ListConflict(memory.operative, clock.now() + memory.offset_s)
        if (draft := self.context.dialect.announce(conflict)) is None:
            return
        self.context.link.tell(Send(draft, self.context.station, None))

    def _tell_session(self, key: str, what: SessionRefused | SessionGroup) -> None:
        for number, connector in self.context.memory.seen.items():
            if connector.session is not None and connector.session.key == key:
                self.context.connectors[number].tell(Take(what))

    # -- the word on a tag

    def _accept(self, connector: int, tag: str, parent: str | None) -> None:
        memory = self.context.memory
        state = memory.seen[connector]
        if state.session is not None or frees_cable(state, parent):
            self.context.connectors[connector].tell(Take(Authorized(tag, parent)))
            return
        admitted = memory.admission(connector, tag, parent, clock.now())
        if admitted is None:
            self._refuse_for_others(connector, tag)
        else:
            self.context.connectors[connector].tell(Take(Authorized(tag, parent, admitted.reservation)))

    def _kept_for_others(self, connector: int, tag: str) -> bool:
        """Whether no word of the central system could help, for want of a free connector."""
        memory, now = self.context.memory, clock.now()
        if _not_to_begin(memory.seen[connector]) or not memory.reservations:
            return False
        return memory.admission(connector, tag, None, now) is None and not memory.keeps_for_groups(now)

    def _refuse_for_others(self, connector: int, tag: str) -> None:
        self.context.board.refused("the last free connectors are reserved")
        self._refuse(connector, tag)

    def _refuse(self, connector: int, tag: str) -> None:
        self.context.connectors[connector].tell(Take(Refused(tag)))


def _not_to_begin(c: Connector) -> bool:
    """Whether a tag may be there to end or to free something."""
    return c.session is not None or c.locked_group is not None


def _words(info: TagInfo) -> str:
    """Expired by its date is expired, whatever the status says."""
    status = TagStatus.EXPIRED if info.status is TagStatus.ACCEPTED else info.status
    return status.name.lower()
