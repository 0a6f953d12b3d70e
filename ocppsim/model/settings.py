"""What the behaviour of a station depends on and can be configured, free of any version's key names."""

from math import inf

from ocppsim.model.meter import Meter
from ocppsim.values import frozen


@frozen
class Settings:
    """Durations in seconds. A dialect makes them from its configuration keys."""

    heartbeat_s: float = 300.0
    sample_s: float = 60.0  # between periodic samples; 0: none
    connection_timeout_s: float = 60.0
    message_timeout_s: float = 30.0
    transaction_attempts: int = 3
    transaction_retry_s: float = 60.0
    ping_s: float = 30.0  # between websocket pings; 0: none
    stop_on_invalid_tag: bool = True
    max_energy_on_invalid_wh: float = 0.0  # after a tag was refused
    stop_on_ev_side_disconnect: bool = True
    authorize_remote: bool = True
    cache_enabled: bool = True
    local_pre_authorize: bool = True
    local_authorize_offline: bool = True
    allow_offline_unknown: bool = False
    reserve_any: bool = True  # any connector can be reserved, not only a certain one
    local_list_enabled: bool = True
    local_list_length: int = 1000
    local_list_update_length: int = 200  # changes in one update
    profile_levels: int = 9  # the highest level of a charging profile
    profile_periods: int = 48  # of one schedule
    profile_units: tuple[str, ...] = ("Current", "Power")
    profiles_installed: int = 20
    switches_phases: bool = True  # from three to one, where a charging profile says so
    security_profile: int = 0
    operator: str = ""  # whose station it is, for its certificate
    one_root: bool = False  # a new root of the central system replaces the old one, which has signed it
    most_roots: int = 10
    longest_chain: int = 10_000
    measurands: tuple[str, ...] = ("Energy.Active.Import.Register",)
    meter: Meter | None = None  # of the connector in question, where it is not as usual
    aligned_s: float = 0.0  # between readings at instants that the clock prescribes; 0: none
    aligned_measurands: tuple[str, ...] = ()
    start_measurands: tuple[str, ...] = ()  # told right after the beginning of a session
    end_measurands: tuple[str, ...] = ()  # told right before the end
    stop_measurands: tuple[str, ...] = ()  # of the periodic samples, told at the end of a session
    stop_aligned_measurands: tuple[str, ...] = ()
    stop_most_values: int = 100  # readings that the end of a session tells
    tells_intervals: bool = False  # whether any measurand is the energy since the last sample
    sign_sampled: bool = False  # readings at the ends of a session are signed
    sign_started: bool = False  # and that of its beginning is told so at once
    sign_updated: bool = False  # and periodic ones are
    sign_aligned: bool = False
    sign_aligned_updated: bool = False
    public_key_told: str = "Never"  # when it goes with a signed value, in the dialect's words
    minimum_status_s: float = 0.0  # a status that passes sooner is not told
    reset_retries: int = 0
    unlock_on_ev_side_disconnect: bool = True
    lines: tuple[int, ...] = ()  # by connector: the meter's phase behind its first; 0: not known
    clock_offset_s: float = 0.0  # the clock of time stamps minus ours
    current_limit_a: float = inf  # of each phase, by a configuration key of the station's own
    off: tuple[str, ...] = ()  # feature profiles that the station does not offer, in the dialect's words

    @property
    def reads_begin(self) -> bool:
        """Whether anybody wants a reading from the beginning of each session."""
        return bool(self.start_measurands or self.reads_end)

    @property
    def reads_end(self) -> bool:
        return self.signs or bool(self.end_measurands or self.stop_measurands or self.stop_aligned_measurands)

    @property
    def signs(self) -> bool:
        return self.sign_sampled or self.sign_aligned
