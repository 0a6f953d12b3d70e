"""Status is state, not a message: the latest unreported one is sent when possible, until it is taken."""

from collections.abc import Callable

from attrs import define

from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault

Reported = tuple[Status, Fault | None]


@define(eq=False)
class Reporter:
    """For one connector, or the station as connector 0. `send` starts a CALL whose end comes to `ended`."""

    send: Callable[[Reported], None] | None = None  # set by each life of the connector
    muted: bool = True  # statuses cannot be sent
    reported: Reported | None = None
    _sending: Reported | None = None

    def update(self, present: Reported) -> None:
        """Send the present status if the central system does not know it."""
        if self.send is not None and not self.muted and self._sending is None and present != self.reported:
            self._sending = present
            self.send(present)

    def allow(self, *, afresh: bool) -> None:
        """Statuses can be sent again; `afresh` forgets what the central system knows."""
        self.muted, self._sending = False, None
        if afresh:
            self.reported = None

    def ended(self, *, taken: bool) -> None:
        """The CALL is over; without success nothing more is sent until `allow` or `retry`."""
        if taken:
            self.reported = self._sending
        else:
            self.muted = True
        self._sending = None

    def retry(self) -> None:
        self.muted = False
