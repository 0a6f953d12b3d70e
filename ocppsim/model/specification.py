"""What a station is made of: fixed for all its lives."""

from collections.abc import Mapping
from math import inf

from attrs import field

from ocppsim.model.beginning import NOTHING_THERE, Beginning
from ocppsim.model.commands import Trigger
from ocppsim.model.electricity import Supply
from ocppsim.model.firmware import FirmwareUpgrade
from ocppsim.model.meter import Meter
from ocppsim.model.security import Credentials
from ocppsim.model.signing import MeterSigner
from ocppsim.values import frozen


@frozen(cache_hash=True)
class Outlet:
    """One connector's hardware. `cable_a` is what its cable, or the socket, carries per phase."""

    supply: Supply = field(factory=Supply)
    max_power_w: float = 22_000.0
    cable_a: float = inf
    fixed_cable: bool = False
    in_service: bool = True  # until somebody says otherwise
    beginning: Beginning = NOTHING_THERE
    measurands: frozenset[str] | None = None  # what its meter shows besides energy; None: everything
    meter: Meter | None = None  # None: it shows all in the usual way


@frozen
class KeyTraits:
    """What is special about a configuration key of this station."""

    readonly: bool = False
    visible: bool = True
    reboot: bool = False  # a change takes effect after the next one
    address: bool = False  # the value is the central system's URL


@frozen
class Specification:
    """A station. `power_w` is what all its connectors share; lengths are those of OCPP 1.6."""

    id: str
    vendor: str = "ocppsim"
    model: str = "virtual"
    outlets: Mapping[int, Outlet] = field(factory=lambda: {1: Outlet()})
    power_w: float = inf
    firmware_version: str | None = None
    firmware_upgrade: FirmwareUpgrade = field(factory=FirmwareUpgrade)
    signed_firmware_only: bool = False  # updates without a signature are not offered
    manufacturer_roots: tuple[str, ...] = ()  # certificates (PEM) that firmware is trusted by
    revoked_certificates: frozenset[int] = frozenset()  # serial numbers of signing certificates
    serial_number: str | None = None
    box_serial_number: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None
    reset_time_s: float = 60.0
    boot_on_reconnect: bool = False
    heartbeat_always: bool = False  # also right after another message
    auto_register: bool = False
    registration_max_retries: int = -1  # -1: without end
    signer: MeterSigner | None = field(default=None, eq=False, repr=False)  # for its meters; None: none sign
    keys: Mapping[str, str] = field(factory=dict)  # initial values of configuration keys
    credentials: Credentials = field(factory=Credentials)  # what it leaves the factory with
    key_traits: Mapping[str, KeyTraits] = field(factory=dict)  # of those that are not as usual, or own ones
    current_limit_key: str | None = None  # the configuration key that bounds the current per phase
    current_limit_divider: float = 1.0  # how many of its units are an ampere
    current_limit_most_a: float = inf  # from here on it is none
    refused_requests: frozenset[str] = frozenset()  # actions that this station does not take
    unsaid: frozenset[str] = frozenset()  # actions that it never sends
    untriggered: frozenset[Trigger] = frozenset()  # what it never says when asked to
    samples_ends: bool = False  # samples right after the beginning and before the end of each session
    ends_late: bool = False  # the latter follow the end, where they ought to precede it
    in_service: bool = True  # as a whole, until somebody says otherwise
    reports_itself: bool = True  # whether the station has a status of its own
    keeps_keys: bool = True  # what changes of its keys, password included, outlives the process
    redials: int = -1  # how often a lost connection is dialled again; -1: without end
    first_redial_s: float = 1.0  # the pause before the first of them; it doubles
