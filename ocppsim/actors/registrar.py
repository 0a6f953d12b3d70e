"""Boot and heartbeat: how a station gets and keeps its standing with the central system."""

from collections.abc import Callable
from math import inf

import trio

from ocppsim import clock
from ocppsim.actors.context import StationContext
from ocppsim.actors.messages import BeatDue, BootDue, Outcome, Register, Send
from ocppsim.actors.runtime import Timer
from ocppsim.model.answers import BootAnswer, TimeAnswer
from ocppsim.model.registration import FIRST_PAUSE_S, BootReason, Registration, Standing
from ocppsim.model.security import SecurityEvent
from ocppsim.protocol.session import Kind, Why
from ocppsim.protocol.session import Registration as Allowed

CLOCK_STEP_S = 2.0
"""The central system's clock is followed in steps no smaller than this, and than the time that the answer
took, so that time stamps do not jitter."""

_ALLOWED = {
    Standing.UNKNOWN: Allowed.NONE,
    Standing.PENDING: Allowed.PENDING,
    Standing.REJECTED: Allowed.REJECTED,
    Standing.ACCEPTED: Allowed.ACCEPTED,
}
BOOT, BEAT = object(), object()


class Registrar:
    """Of one station life. `come_up(afresh)` is called when the station may speak (again)."""

    def __init__(self, context: StationContext, come_up: Callable[[bool], None]) -> None:
        self.context, self.come_up = context, come_up
        self.registration = Registration()
        self.connected = False
        self._boot_timer: Timer | None = None
        self._booting = False
        self._booted_at = -inf  # on this connection
        self._beat_timer: Timer | None = None
        self._beating = False
        self._beat_again = False  # asked for while one waits

    @property
    def speaking(self) -> bool:
        """Whether the station is connected and accepted."""
        return self.connected and self.registration.accepted

    def online(self) -> None:
        self.connected = True
        self._booted_at = -inf
        specification = self.context.specification
        again = self.registration.accepted and specification.boot_on_reconnect
        self._show(Registration() if again else self.registration)
        if self.registration.accepted:
            self._beat()
            self.come_up(False)
        elif specification.auto_register:
            self._boot()
            self._accepted(0)
        elif self._boot_timer is None:
            self._boot()

    def offline(self) -> None:
        self.connected = self._booting = self._beating = self._beat_again = False
        if self._beat_timer is not None:
            self._beat_timer.cancel()

    # -- boot

    def boot_due(self) -> None:
        self._boot_timer = None
        if self.connected:
            self._boot()

    def boot_again(self) -> None:
        """The central system wants a boot before anything else; if it has just had one, after a pause."""
        in_vain = trio.current_time() < self._booted_at + FIRST_PAUSE_S
        if not self.context.specification.auto_register:
            self._show(Registration().failed() if in_vain else Registration())
        if in_vain:
            self._wait_for_boot()
        else:
            self._boot()

    def trigger_boot(self) -> None:
        """The central system asks for a BootNotification; what it answers counts as ever."""
        if not self._booting:
            self._send_boot(BootReason.TRIGGERED)

    def _boot(self) -> None:
        if self._booting:
            return
        if self.registration.spent(self.context.specification.registration_max_retries):
            self.context.board.note("gave up booting")
            return
        self._send_boot()

    def _send_boot(self, reason: BootReason | None = None) -> None:
        if self._boot_timer is not None:
            self._boot_timer.cancel()
            self._boot_timer = None
        self._booting = True
        self._booted_at = trio.current_time()
        self.registration = self.registration.sent()
        specification, why = self.context.present_specification(), reason or self.context.boot_reason
        draft = self.context.dialect.boot(specification, why)
        self.context.link.tell(Send(draft, self.context.station, BOOT, Kind.BOOT))

    def boot_ended(self, outcome: Outcome) -> None:
        self._booting = False
        answer = outcome.answer
        if isinstance(answer, BootAnswer):
            self._follow_clock(answer.time, outcome.round_trip_s)
            if answer.standing is Standing.ACCEPTED:
                self.context.board.tally.boots_accepted += 1
                self._accepted(answer.interval_s)
            elif not self.context.specification.auto_register:
                self._show(self.registration.answered(answer.standing, answer.interval_s))
                self._wait_for_boot()
        elif outcome.why not in (Why.OFFLINE, Why.LOST):  # those boot again when they are connected
            self._show(self.registration.failed())
            self._wait_for_boot()

    def _wait_for_boot(self) -> None:
        pause_s = self.registration.pause_s
        if pause_s is not None and self._boot_timer is None:
            self._boot_timer = self.context.station.after(pause_s, BootDue())

    def _accepted(self, interval_s: float) -> None:
        afresh = not self.registration.accepted or not self.context.specification.auto_register
        if interval_s > 0:
            changed = self.context.memory.changed
            self.context.change_keys(self.context.dialect.with_heartbeat_interval(changed, interval_s))
        self._show(self.registration.answered(Standing.ACCEPTED, interval_s))
        self._arm_beat()
        if afresh:
            self.come_up(True)

    def _show(self, registration: Registration) -> None:
        """What the registration is now, for all who depend on it."""
        before, self.registration = self.registration, registration
        if registration.standing is not before.standing:
            self.context.board.note(f"registration {registration.standing.name.lower()}")
        self.context.board.show_registration(registration)
        self.context.link.tell(Register(_ALLOWED[registration.standing]))

    # -- heartbeat

    def beat_due(self) -> None:
        """A beat goes an interval after the last answered exchange began (1.6 ed. 2, 4.6, 9.1)."""
        if not self.speaking:
            return
        due = self.context.board.seen.last_exchange_at + self.context.settings.heartbeat_s
        if self.context.specification.heartbeat_always or trio.current_time() >= due - _SLACK_S:
            self._beat()
        else:
            self._arm_beat()

    def trigger_beat(self) -> None:
        """However often it is asked for, at most one waits."""
        if self._beating:
            self._beat_again = True
        else:
            self._send_beat(Kind.TRIGGERED)

    def rearm_beat(self) -> None:
        """The interval changed."""
        if self.speaking:
            self._arm_beat()

    def _beat(self) -> None:
        if not self._beating:  # one at a time, however slow the answers
            self._send_beat(Kind.ORDINARY)
        self._arm_beat(trio.current_time())

    def _send_beat(self, kind: Kind) -> None:
        self._beating, self._beat_again = True, False
        self.context.link.tell(Send(self.context.dialect.heartbeat(), self.context.station, BEAT, kind))

    def beat_ended(self, outcome: Outcome) -> None:
        self._beating = False
        if isinstance(outcome.answer, TimeAnswer):
            self._follow_clock(outcome.answer.time, outcome.round_trip_s)
        if self._beat_again and self.connected:
            self._send_beat(Kind.TRIGGERED)

    def _arm_beat(self, since: float | None = None) -> None:
        if self._beat_timer is not None:
            self._beat_timer.cancel()
        now, interval_s = trio.current_time(), self.context.settings.heartbeat_s
        last = self.context.board.seen.last_exchange_at if since is None else since
        due = now + interval_s if last == -inf else max(last + interval_s, now)
        self._beat_timer = self.context.station.after(due - now, BeatDue())

    # -- time

    def _follow_clock(self, time: float | None, round_trip_s: float) -> None:
        """Shift time stamps to the central system's clock; at other speeds the two cannot agree."""
        if time is None or clock.speed() != 1.0:
            return
        offset_s = time - (clock.now() - round_trip_s / 2)
        if abs(offset_s - self.context.memory.offset_s) >= CLOCK_STEP_S + round_trip_s:
            self.context.set_clock(offset_s)
            self.context.security_events.happened(SecurityEvent.TIME_SET)


_SLACK_S = 1e-6
