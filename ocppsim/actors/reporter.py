"""Status is state, not a message: the latest unreported one is sent when possible, until it is taken."""

from collections.abc import Callable

from attrs import define

from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.protocol.session import Why

Reported = tuple[Status, Fault | None]

AGAIN_S = 60.0
"""After so long a status that was not taken is sent again, unless another one has taken its place."""


@define(eq=False)
class Reporter:
    """For one connector, or the station as connector 0. `send` starts a CALL whose end comes to `ended`."""

    send: Callable[[Reported], None] | None = None  # set by each life of the connector
    alike: Callable[[Reported, Reported], bool] | None = None  # whether two are told by the same message
    muted: bool = True  # statuses cannot be sent
    reported: Reported | None = None
    _sending: Reported | None = None
    _failed: Reported | None = None
    _changed: bool = False  # another one was to be told while one was on its way

    def update(self, present: Reported) -> None:
        """Send the present status if the central system does not know it."""
        if self.send is None or self.muted:
            return
        if self._sending is not None:
            self._changed |= present != self._sending
            return
        if present not in (self.reported, self._failed):
            if self.reported is not None and self.alike is not None and self.alike(present, self.reported):
                self.reported = present
                return
            self._sending = present
            self.send(present)

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
