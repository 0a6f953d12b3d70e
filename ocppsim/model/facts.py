"""What people, EVs and the hardware do at one connector. The world owns it; connectors only look."""

from enum import Enum, auto

from attrs import field
from attrs.validators import and_, ge, le

from ocppsim.model.vehicle import Vehicle
from ocppsim.values import frozen


class Lock(Enum):
    """How the lock of the cable behaves; a fixed cable has none."""

    WORKING = auto()
    STUCK = auto()


class Fault(Enum):
    """What can be wrong with a connector. `stops_charging` says which faults end a session.

    Where an EV cannot be talked to, a session waits for it instead (1.6 ed. 2, 7.6).
    """

    CONNECTOR_LOCK = auto()
    EV_COMMUNICATION = auto()
    GROUND = auto()
    HIGH_TEMPERATURE = auto()
    INTERNAL = auto()
    OTHER = auto()
    OVER_CURRENT = auto()
    OVER_VOLTAGE = auto()
    POWER_METER = auto()
    POWER_SWITCH = auto()
    READER = auto()
    RESET = auto()
    UNDER_VOLTAGE = auto()
    WEAK_SIGNAL = auto()

    @property
    def stops_charging(self) -> bool:
        return self not in _WARNINGS


_WARNINGS = frozenset(
    {Fault.EV_COMMUNICATION, Fault.HIGH_TEMPERATURE, Fault.READER, Fault.RESET, Fault.WEAK_SIGNAL}
)


@frozen
class Facts:
    """The present state of the world at a connector."""

    cable: bool = False  # plugged in at the station; says nothing where the cable is fixed
    vehicle: Vehicle | None = None  # plugged in at the EV
    arrival_soc: float = field(default=0.2, validator=and_(ge(0.0), le(1.0)))
    ev_ready: bool = True
    lock: Lock = Lock.WORKING
    fault: Fault | None = None
    emergency_stop: bool = False

    @property
    def out_of_order(self) -> bool:
        return self.emergency_stop or (self.fault is not None and self.fault.stops_charging)
