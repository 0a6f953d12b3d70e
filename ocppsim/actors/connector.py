"""The connector: takes inputs, steps the model, writes state and messages in one go, then tells."""

from math import inf

from ocppsim import clock
from ocppsim.actors.board import ConnectorView
from ocppsim.actors.context import StationContext
from ocppsim.actors.memory import Told
from ocppsim.actors.messages import (
    Configure,
    ConnectorMessage,
    Demand,
    Do,
    Due,
    Look,
    News,
    Outcome,
    Outcomes,
    Report,
    ReportAgain,
    ReportNow,
    ReservationUsed,
    Send,
    SessionEnded,
    Share,
    Steady,
    TagPresented,
    Take,
)
from ocppsim.actors.reporter import AGAIN_S, Reported
from ocppsim.actors.runtime import Actor, Exit, Question, Timer
from ocppsim.actors.world import World
from ocppsim.dialects.dialect import Draft, InvalidMessage
from ocppsim.model import inputs
from ocppsim.model.connector import SLACK_S, Connector, Status, busy, due, flowing, left_at_ev, status
from ocppsim.model.electricity import CurrentType
from ocppsim.model.evolving import evolve
from ocppsim.model.inputs import Begun, DemandChanged, Ended, Happening, Sampled, TagShown, Verdict
from ocppsim.model.metering import (
    Series,
    beginning,
    collected,
    end_told_late,
    kept,
    of_a_session,
    of_outlet,
    of_session,
    to_sign,
    told_at_once,
    went_down,
)
from ocppsim.model.outbox import Place
from ocppsim.model.session import ChargingSession, Context
from ocppsim.model.signing import MeterRecord
from ocppsim.model.step import step
from ocppsim.protocol.session import Kind


class ConnectorLife:
    """One life of a connector; its state is in the memory, so the next life goes on where this one ended."""

    def __init__(
        self, me: Actor[ConnectorMessage], number: int, context: StationContext, world: World
    ) -> None:
        self.me, self.number, self.context, self.world = me, number, context, world
        self.station, self.link = context.station, context.link
        self.dialect, self.memory = context.dialect, context.memory
        self.board, self.tracer = context.board, context.tracer
        self.outlet = context.specification.outlets[number]
        self.settings = of_outlet(context.settings, self.outlet)
        self.reporter = self.memory.reporters[number]
        self.reporter.attach(self._send_status, self._wake, self.dialect.alike)
        self.timer: Timer | None = None
        self.due_at = inf

    @property
    def state(self) -> Connector:
        return self.memory.connectors[self.number]

    async def live(self) -> Exit | None:
        self._input(inputs.Observe(self.world.at(self.number)))
        # In a next life of the connector alone, the station has answered the last one, or has yet to answer.
        if self.state.session is not None and not self.state.session.interrupted:
            self.station.tell(Demand(self.number))
        async for message in self.me:
            self._take(message)
        return None

    def _take(self, message: ConnectorMessage | Question[Verdict] | Question[None]) -> None:
        match message:
            case Question(Do(what)) as question:
                question.answer(self._input(what))
            case Question(Report(afresh)) as question:
                self.reporter.allow(afresh=afresh)
                self._report()
                question.answer(None)
            case Look():
                self._input(inputs.Observe(message.facts))
            case Take():
                self._input(message.what)
            case Share(power_w, by, rate, single):
                self._input(inputs.Grant(power_w, by, rate, single))
            case Due():
                self.timer = None
                self._input(inputs.Tick())
            case Configure(settings):
                self._input(inputs.Tick())  # what was due is so by the settings of then
                self.settings = of_outlet(settings, self.outlet)
                self._input(inputs.Tick())
            case Outcome():
                self._reported(message)
            case Outcomes(outcomes):
                for outcome in outcomes:
                    self._reported(outcome)
            case ReportNow():
                self._send_status(self._present(), Kind.TRIGGERED)
            case ReportAgain():
                self.reporter.retry()
                self._report()
            case Steady():
                self.reporter.woke()
                self._input(inputs.Tick())  # reports
            case _:
                raise TypeError(f"no message of a connector: {message!r}")

    # -- the model

    def _input(self, what: inputs.Input) -> Verdict:
        ample_w = self.context.ample_w
        now = clock.now()
        state, happened, verdict = step(self.state, what, now, self.outlet, self.settings, ample_w)
        if happened and self.settings.signs:
            happened = tuple(map(self._signed, happened))
        told = self._messages(happened) if happened else []
        keeps = state.session is not None and self.settings.reads_end
        readings = kept(happened, self.settings) if keeps else ()
        self.memory.commit(state, told, readings, self.settings.stop_most_values)
        if told:
            self.link.tell(News(self.number))
        for happening in happened:
            self._tell(happening)
        self._show(state, happened)
        self._report()
        self._rearm(state, now)
        return verdict

    def _messages(self, happened: tuple[Happening, ...]) -> list[Told]:
        """The transaction messages that follow; what cannot be encoded is set aside, not retried."""
        told: list[Told] = []
        for happening in end_told_late(happened) if self.context.specification.ends_late else happened:
            try:
                told += self._message(happening, happened)
            except InvalidMessage as error:
                self._set_aside(error)
        if unsaid := self.context.specification.unsaid:
            told = [what for what in told if what.draft.action not in unsaid]
        return told

    def _set_aside(self, error: InvalidMessage) -> None:
        self.board.tally.internal += 1
        self.tracer.note(f"not sent, our own mistake: {error}")
        self.board.note(f"our own mistake: {error}")

    def _message(self, what: Happening, happened: tuple[Happening, ...]) -> list[Told]:
        number, offset_s = self.number, self.memory.offset_s
        match what:
            case Begun(session):
                draft = self.dialect.begun(number, what, offset_s)
                return [Told(draft, session.key, Place.OPENS, session.tag)]
            case Sampled(session) if session is not None and of_a_session(what.context):
                if not told_at_once(what.context, self.settings) or went_down(session, what.context):
                    return []
                draft = self.dialect.sampled(number, what, self.settings, offset_s)
                return [Told(draft, session.key, Place.WITHIN)]
            case Ended(session):
                series = self._series(session, happened)
                draft = self.dialect.ended(number, what, self.settings, offset_s, series)
                return [Told(draft, session.key, Place.CLOSES, what.tag)]
            case _:
                return []

    def _series(self, session: ChargingSession, happened: tuple[Happening, ...]) -> Series:
        """What the end of a session tells of it: what was kept, and the readings of this very step."""
        if not self.settings.reads_end:
            return ()
        most = self.settings.stop_most_values
        series = of_session(self.memory.series.get(self.number, ()), session)
        series = collected(series, kept(happened, self.settings), most)
        if series and series[0].context is Context.BEGIN:
            return series
        supply = self.outlet.supply
        begin = beginning(session, supply.voltage_v, supply.phases)
        if self.settings.signs:
            begin = self._sign(begin, session)
        return collected((begin,), series, most)

    def _signed(self, what: Happening) -> Happening:
        if isinstance(what, Sampled) and what.session is not None and to_sign(what, self.settings):
            return self._sign(what, what.session)
        return what

    def _sign(self, what: Sampled, session: ChargingSession) -> Sampled:
        signer = self.context.specification.signer
        if signer is None:
            return what
        record = MeterRecord(
            self.number,
            self.memory.next_page(self.number),
            session.tag,
            what.at + self.memory.offset_s,
            round(what.register_wh),
            _PLACE.get(what.context, "C"),
            self.outlet.supply.current_type is CurrentType.DC,
        )
        return evolve(what, signed=signer.sign(record))

    def _tell(self, what: Happening) -> None:
        match what:
            case TagShown(tag):
                self.station.tell(TagPresented(self.number, tag))
            case DemandChanged():
                self.station.tell(Demand(self.number))
            case Begun(session):
                if session.reservation is not None:
                    self.station.tell(ReservationUsed(session.reservation))
            case Ended():
                self.station.tell(SessionEnded(self.number))
            case Sampled(session, context=context):
                if session is None or not of_a_session(context):
                    self._send_sample(what)

    def _send_sample(self, what: Sampled) -> None:
        """No transaction message, but it names its transaction where that is known."""
        if not told_at_once(what.context, self.settings) and what.context is Context.CLOCK:
            return
        try:
            draft = self.dialect.sampled(self.number, what, self.settings, self.memory.offset_s)
        except InvalidMessage as error:
            self._set_aside(error)
            return
        if what.session is not None:
            known = self.memory.outbox.transaction_ids.get(what.session.key)
            if known is not None:
                draft = Draft(draft.action, self.dialect.with_transaction(draft.payload, known))
        kind = Kind.TRIGGERED if what.context is Context.TRIGGER else Kind.ORDINARY
        self.link.tell(Send(draft, self.me, "sample", kind))

    def _rearm(self, state: Connector, now: float) -> None:
        at = due(state, self.outlet, self.settings)
        if self.timer is not None and abs(at - self.due_at) < SLACK_S:
            return  # the same instant, reckoned from another one
        if self.timer is not None:
            self.timer.cancel()
        self.due_at = at
        self.timer = None if at == inf else self.me.after(max(0.0, at - now), Due())

    # -- what others see

    def _show(self, c: Connector, happened: tuple[Happening, ...]) -> None:
        before = self.board.connectors[self.number]
        sessions, delivered_wh, reason = before.sessions_ended, before.energy_delivered_wh, before.last_reason
        for what in happened:
            if isinstance(what, Ended):
                sessions, reason = sessions + 1, what.reason
                delivered_wh += what.register_wh - what.session.start_wh
        power = flowing(c, self.outlet)
        view = ConnectorView(
            status(c, self.outlet, power),
            power,
            c.register_wh,
            c.soc if c.facts.vehicle is not None else None,
            c.session,
            busy(c),
            sessions,
            delivered_wh,
            reason,
        )
        if view != before:
            if view.status is not before.status or view.power.by != before.power.by:
                self.board.note(f"connector {self.number} {view.in_words}")
            self.board.show_connector(self.number, view)

    def _wake(self, seconds: float) -> None:
        self.me.after(seconds, Steady())

    def _present(self) -> Reported:
        return self.board.status(self.number), self.state.facts.fault

    def _report(self) -> None:
        self.reporter.update(self._present(), self.state.at, self.settings.minimum_status_s)

    def _send_status(self, what: Reported, kind: Kind = Kind.ORDINARY) -> None:
        told_before = kind is Kind.ORDINARY and self.reporter.reported is not None
        at = (self.reporter.since if told_before else clock.now()) + self.memory.offset_s
        status, fault = what
        unplugged = status in _MAY_LACK_EV and left_at_ev(self.state, self.outlet)
        if (draft := self.dialect.status(self.number, status, fault, at, unplugged)) is None:
            return
        ref = self.reporter if kind is Kind.ORDINARY else None
        self.link.tell(Send(draft, self.me, ref, kind))

    def _reported(self, outcome: Outcome) -> None:
        if outcome.ref is not self.reporter:
            return
        if self.reporter.ended(outcome.why):
            self.me.after(AGAIN_S, ReportAgain())
        self._report()


_PLACE = {Context.BEGIN: "B", Context.END: "E"}
"""Where in its session a signed reading was taken; C: in between."""

_MAY_LACK_EV = frozenset({Status.SUSPENDED_EV, Status.FINISHING})
"""Where it is told that the EV's end of the cable is out (4.9)."""
