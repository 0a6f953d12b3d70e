"""What a station has above all its lives: its memory, its board, and the addresses of its parts."""

from collections.abc import Awaitable, Callable, Mapping
from random import Random

from attrs import define, evolve, field

from ocppsim.actors.board import Board
from ocppsim.actors.identity import Identity
from ocppsim.actors.memory import Memory
from ocppsim.actors.messages import Configure, ConnectorMessage, LimitsDue, LinkMessage, StationMessage
from ocppsim.actors.runtime import Actor
from ocppsim.actors.security_events import SecurityEvents
from ocppsim.actors.statistics import StationStatistics
from ocppsim.actors.trace import Tracer
from ocppsim.actors.transfer import Transfers
from ocppsim.actors.wire.transport import Dial
from ocppsim.dialects.dialect import Dialect
from ocppsim.model import firmware_record
from ocppsim.model.registration import BootReason, boot_reason
from ocppsim.model.session import StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification

FIRMWARE = "firmware"
"""Under this name the memory keeps version and update."""


@define(eq=False)
class StationContext:
    """The actors are filled in once, when the station is put together."""

    specification: Specification
    dialect: Dialect
    memory: Memory
    board: Board
    tracer: Tracer
    settings: Settings
    transfers: Transfers
    dial: Dial  # of the next connection
    statistics: StationStatistics | None = None  # None: nobody wants any
    station: Actor[StationMessage] = field(init=False)
    link: Actor[LinkMessage] = field(init=False)
    wire: Actor[None] = field(init=False)
    connectors: Mapping[int, Actor[ConnectorMessage]] = field(init=False)
    identity: Identity = field(init=False)
    security_events: SecurityEvents = field(init=False)
    key_chance: Callable[[], Random] = field(init=False)  # for the next key in virtual time
    ample_w: float | None = None  # what each connector may take unasked; None: it must ask for its share
    ended_by: StopReason | None = None  # why this life ends, where that is planned
    last_end: StopReason | None = None  # the same of the last one
    at_boot: Mapping[str, str] = field(factory=dict)  # the keys when this life began
    remake: Callable[[], Awaitable[None]] | None = None  # before the next life, make another station of it

    @property
    def boot_reason(self) -> BootReason:
        return boot_reason(self.last_end) if self.station.life > 1 else BootReason.POWER_UP

    def reaches(self, profile: int) -> bool:
        """Whether it can connect with this security profile."""
        return self.dial.reaches(profile)

    def present_specification(self) -> Specification:
        """With the firmware that the last update brought."""
        version = firmware_record.read(self.memory.blocks.get(FIRMWARE)).version
        return self.specification if version is None else evolve(self.specification, firmware_version=version)

    def begin_life(self) -> None:
        self.last_end, self.ended_by = self.ended_by, None
        self.at_boot = self.memory.changed
        self.settings = self._settings()

    def change_keys(self, changed: Mapping[str, str]) -> None:
        """Write the keys, and let everybody know what they mean."""
        self.memory.change_keys(changed)
        self._configure(self._settings())

    def set_clock(self, offset_s: float) -> None:
        """Time stamps follow the central system's clock, and so do charging profiles and what is aligned."""
        self.memory.offset_s = offset_s
        self._configure(evolve(self.settings, clock_offset_s=offset_s))
        self.station.tell(LimitsDue())

    def _settings(self) -> Settings:
        keys = self.dialect.effective_keys(self.specification, self.memory.changed, self.at_boot)
        settings = self.dialect.settings(self.specification, keys)
        offset_s = self.memory.offset_s
        return evolve(settings, clock_offset_s=offset_s) if offset_s else settings

    def _configure(self, settings: Settings) -> None:
        self.settings = settings
        message = Configure(self.settings)
        self.link.tell(message)
        for connector in self.connectors.values():
            connector.tell(message)
