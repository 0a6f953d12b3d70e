"""Status is state, not a message: the latest unreported one is sent when possible, until it is taken."""

from collections.abc import Callable

from attrs import define

from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.protocol.session import Why

Reported = tuple[Status, Fault | None]

Alike = Callable[[Reported, Reported], bool]

AGAIN_S = 60.0
"""After so long a status that was not taken is sent again, unless another one has taken its place."""

SLACK_S = 1e-6


@define(eq=False)
class Reporter:
    """For one connector, or the station as connector 0. `send` starts a CALL whose end comes to `ended`."""

    send: Callable[[Reported], None] | None = None
    alike: Alike | None = None  # whether two are told by the same message
    muted: bool = True  # statuses cannot be sent
    reported: Reported | None = None
    _sending: Reported | None = None
    _failed: Reported | None = None
    _changed: bool = False  # another one was to be told while one was on its way
    since: float = 0.0  # when the present status came about
    wake: Callable[[float], None] = lambda _: None  # look again in so many seconds
    _seen: Reported | None = None
    _waking: bool = False

    def attach(
        self, send: Callable[[Reported], None], wake: Callable[[float], None], alike: Alike | None = None
    ) -> None:
        """Another life of the connector begins."""
        self.send, self.wake, self.alike, self._waking = send, wake, alike, False

    def update(self, present: Reported, at: float, steady_s: float) -> None:
        """Send the present status if the central system does not know it, and it has lasted `steady_s`."""
        if present != self._seen:
            self._seen, self.since = present, at
        if self.send is None or self.muted:
            return
        if self._sending is not None:
            self._changed |= present != self._sending
            return
        if present not in (self.reported, self._failed):
            if self.reported is not None and self.alike is not None and self.alike(present, self.reported):
                self.reported = present
                return
            if steady_s > 0 and self.reported is not None and self._too_early(at, steady_s):
                return
            self._sending = present
            self.send(present)

    def _too_early(self, at: float, steady_s: float) -> bool:
        left_s = self.since + steady_s - at
        if left_s > SLACK_S and not self._waking:
            self._waking = True
            self.wake(left_s)
        return left_s > SLACK_S

    def woke(self) -> None:
        self._waking = False

    def allow(self, *, afresh: bool) -> None:
        """Statuses can be sent again; `afresh` forgets what the central system knows."""
        self.muted, self._sending, self._failed, self._changed = False, None, None, False
        if afresh:
            self.reported = None

    def taken(self) -> bool:
        """The CALL was answered, and nobody need look again; False leaves it to `ended`."""
        if self._changed or self._sending is None:
            return False
        self.reported, self._sending, self._failed = self._sending, None, None
        return True

    def ended(self, why: Why | None) -> bool:
        """The CALL is over, `why` there is no answer; whether to `retry` after AGAIN_S."""
        sent, self._sending, self._changed = self._sending, None, False
        if why is None:
            self.reported, self._failed = sent, None
        elif why in (Why.OFFLINE, Why.LOST):
            self.muted = True
        else:
            self._failed = sent
        return self._failed is not None

    def retry(self) -> None:
        self._failed = None
