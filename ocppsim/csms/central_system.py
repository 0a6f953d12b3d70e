"""The embedded central system: answers stations, judges them, and sends them what it is told to."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Final

import trio

from ocppsim import clock
from ocppsim.chance import stream
from ocppsim.csms.admission import Admission
from ocppsim.csms.answers import Answers
from ocppsim.csms.behaviour import Behaviour
from ocppsim.csms.calls import CallFailed, NoAnswer, NotConnected, check_request
from ocppsim.csms.channel import Channel, ChannelClosed
from ocppsim.csms.events import Connected, Disconnected, Event, Listener
from ocppsim.csms.findings import Breach, Finding
from ocppsim.csms.judge import Judge
from ocppsim.csms.ledger import Ledger
from ocppsim.csms.limits import Limits
from ocppsim.csms.peer import Peer
from ocppsim.csms.record import StationRecord
from ocppsim.csms.responder import Responder
from ocppsim.csms.summary import Summary, summarise
from ocppsim.csms.tags import Tags
from ocppsim.protocol.frames import Payload

GOING_AWAY = 1001

logger = logging.getLogger(__name__)


class CentralSystem:
    """A central system for OCPP 1.6. What it knows of a station outlives the station's connections.

    What is in `behaviour`, `tags`, `admission` and `listeners` may be changed at any time. `signer` makes a
    chain of certificates out of a station's request for one (PEM), or raises ValueError; without it
    SignCertificate is Rejected.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        heartbeat_interval_s: int = 300,
        tags: Tags | None = None,
        behaviour: Behaviour | None = None,
        admission: Admission | None = None,
        limits: Limits | None = None,
        signer: Callable[[str], str] | None = None,
    ) -> None:
        self.tags: Final = tags or Tags()
        self.behaviour: Final = behaviour or Behaviour()
        self.admission: Final = admission or Admission()
        self.limits: Final = limits or Limits()
        self.listeners: Final[list[Listener]] = []
        self.is_down = False
        self._seed = seed
        self._signer = signer
        self._records: dict[str, StationRecord] = {}
        self._peers: dict[str, Peer] = {}
        self._responder = Responder(
            Answers(self.tags, heartbeat_interval_s, signs=signer is not None),
            self.behaviour,
            self._is_tag_in_use,
        )
        self._nursery: trio.Nursery | None = None
        self._changed = trio.Event()

    # -- connections

    @property
    def peers(self) -> Mapping[str, Peer]:
        """The connected stations."""
        return MappingProxyType(self._peers)

    async def serve(self, channel: Channel, identity: str) -> None:
        """Serve one connection to its end. It replaces an older connection of the same station."""
        if self.is_down:
            channel.drop()
            return
        if (older := self._peers.get(identity)) is not None:
            older.channel.drop()
        record = self._record(identity)
        record.connections += 1
        record.judge.connected()
        peer = self._peers[identity] = Peer(record, channel, self._responder, self.publish)
        self.publish(Connected(clock.now(), identity))
        closed = ChannelClosed()
        try:
            closed = await (peer.run() if self._signer is None else self._run_and_sign(peer))
        finally:
            channel.drop()
            if self._peers.get(identity) is peer:
                del self._peers[identity]
            self.publish(Disconnected(clock.now(), identity, closed.code, closed.reason))

    async def _run_and_sign(self, peer: Peer) -> ChannelClosed:
        async with trio.open_nursery() as nursery:
            peer.sign = lambda request: nursery.start_soon(self._sign, peer, request)
            closed = await peer.run()
            nursery.cancel_scope.cancel()
        return closed

    async def _sign(self, peer: Peer, request: str) -> None:
        assert self._signer is not None
        try:
            chain = self._signer(request)
            await peer.call("CertificateSigned", {"certificateChain": chain})
        except ValueError as error:
            peer.record.judge.note(clock.now(), Breach.INVALID, f"SignCertificate: {error}")
        except CallFailed as failed:
            logger.info("no certificate for %s", failed)

    def attach(self, channel: Channel, identity: str) -> None:
        """Serve a connection in the background; needs `open_central_system`."""
        if self._nursery is None:
            raise RuntimeError("the central system was not opened with open_central_system")
        self._nursery.start_soon(self.serve, channel, identity, name=f"central system: {identity}")

    async def close(self, identity: str, code: int = 1000, reason: str = "") -> None:
        """Close the connection of a station cleanly; nothing happens when it has none."""
        if (peer := self._peers.get(identity)) is not None:
            await peer.channel.close(code, reason)

    async def close_all(self, code: int = GOING_AWAY, reason: str = "going away") -> None:
        async with trio.open_nursery() as nursery:
            for peer in self._peers.values():
                nursery.start_soon(peer.channel.close, code, reason)

    def drop(self, identity: str) -> None:
        """Break the connection of a station; nothing happens when it has none."""
        if (peer := self._peers.get(identity)) is not None:
            peer.channel.drop()

    def go_down(self) -> None:
        """Break all connections and take no new ones, until `come_up`."""
        self.is_down = True
        for peer in self._peers.values():
            peer.channel.drop()

    def come_up(self) -> None:
        self.is_down = False

    # -- requests

    async def call(
        self, identity: str, action: str, payload: Payload | None = None, within: float = 30.0
    ) -> Payload:
        """Send a request and return the answer; raises a CallFailed.

        Requests to one station take turns; `within` (seconds of wire time) includes the wait for it.
        """
        payload = payload or {}
        check_request(identity, action, payload)
        peer = self._peers.get(identity)
        if peer is None:
            raise NotConnected(identity, action)
        with trio.move_on_after(clock.wire(within)):
            answer = await peer.call(action, payload)
            if action == "ChangeConfiguration" and answer.get("status") == "Accepted":
                self.admission.key_changed(identity, str(payload["key"]), str(payload["value"]))
            return answer
        raise NoAnswer(identity, action, within)

    async def send_raw(self, identity: str, text: str) -> None:
        """Write a text to a station, whatever it is; raises NotConnected."""
        peer = self._peers.get(identity)
        if peer is None:
            raise NotConnected(identity, "a raw text")
        try:
            await peer.send_raw(text)
        except ChannelClosed:
            raise NotConnected(identity, "a raw text") from None

    # -- what was seen

    def ledger(self, identity: str) -> Ledger:
        """The transactions of a station; empty when it was never seen."""
        return self._records[identity].judge.ledger if identity in self._records else Ledger()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the stations did wrong, in order of time and identity."""
        found = (finding for record in self._records.values() for finding in record.judge.findings)
        return tuple(sorted(found, key=lambda finding: (finding.time, finding.identity)))

    def summary(self) -> Summary:
        return summarise(self._records.values())

    def publish(self, event: Event) -> None:
        """Tell the listeners, and whoever waits for something to happen."""
        for listener in tuple(self.listeners):
            listener(event)
        if self._changed.statistics().tasks_waiting:
            self._changed.set()
            self._changed = trio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on what was seen holds; it is looked at after each event."""
        while not condition():
            await self._changed.wait()

    # -- inside

    def _record(self, identity: str) -> StationRecord:
        record = self._records.get(identity)
        if record is None:
            judge = Judge(identity, self.limits, self.publish)
            random = stream(self._seed, identity, "central system")
            record = self._records[identity] = StationRecord(identity, judge, random)
        return record

    def _is_tag_in_use(self, tag: str) -> bool:
        if not self.tags.single_use:
            return False
        name = tag.casefold()
        return any(name in record.judge.ledger.open_tags() for record in self._records.values())

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        async with trio.open_nursery() as self._nursery:
            yield
            await self.close_all()
            self._nursery.cancel_scope.cancel()


@asynccontextmanager
async def open_central_system(central_system: CentralSystem | None = None) -> AsyncIterator[CentralSystem]:
    """A central system that stations in memory can be attached to; at the end it closes their connections."""
    central_system = central_system or CentralSystem()
    async with central_system._opened():
        yield central_system
