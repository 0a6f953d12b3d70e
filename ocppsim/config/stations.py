"""From a template to stations: what each one is, how it reaches its central system, and who comes to it."""

from collections.abc import Mapping, Sequence
from math import floor, inf
from pathlib import Path
from random import Random

from attrs import evolve, field

from ocppsim import chance
from ocppsim.config import boot_status, meters
from ocppsim.config.connectors import ConnectorTemplate
from ocppsim.config.habits import habits
from ocppsim.config.identity import NO_NUMBERS, SerialNumbers, hash_id, kept_or_drawn, station_id
from ocppsim.config.options import NO_OPTIONS, StationOptions
from ocppsim.config.template import StationTemplate
from ocppsim.config.template_sections import PASSWORD_KEY, OwnKey, Upgrade
from ocppsim.model.commands import Trigger
from ocppsim.model.electricity import Supply
from ocppsim.model.firmware import SEMANTIC, FirmwareUpgrade, Phase
from ocppsim.model.habits import Habits, Visitor
from ocppsim.model.security import Credentials
from ocppsim.model.specification import KeyTraits, Outlet, Specification
from ocppsim.model.visits import Visits
from ocppsim.values import frozen

DIVIDERS = {"A": 1.0, "dA": 10.0, "cA": 100.0, "mA": 1000.0}
_FAILURES = {
    "DownloadFailed": Phase.DOWNLOAD_FAILED,
    "InstallationFailed": Phase.INSTALLATION_FAILED,
    None: None,
}
SERIAL_LENGTH = 25
"""So much of a serial number OCPP 1.6 has room for."""


@frozen
class Plan:
    """A station to be."""

    specification: Specification
    template: str
    hash_id: str
    index: int  # among those of its template, from 1 on
    url: str | None  # None: nobody said
    url_key: str | None = None  # the configuration key that holds the URL
    user: str = ""
    password: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    insecure: bool = False
    handshake_s: float = 30.0
    ocpp: str = "1.6"
    strict: bool = True
    auto_start: bool = True
    stop_when_stopped: bool = True
    habits: Habits | None = None
    statistics: bool = False
    source: "Source | None" = field(default=None, repr=False)  # what it was made of
    serials: SerialNumbers = NO_NUMBERS  # in full
    power_w: float = 0.0  # that was drawn
    connectors: Mapping[int, ConnectorTemplate] = field(factory=dict)  # that were drawn
    visits: Mapping[int, Visits] = field(factory=dict)  # of earlier processes, by connector


@frozen
class Source:
    """A template that was read, with what goes with it."""

    name: str
    path: Path
    template: StationTemplate = field(repr=False)
    tags: Sequence[str] = ()
    visitors: Sequence[Visitor] = ()
    keys: Mapping[str, str] = field(factory=dict)  # initial values, checked
    untriggered: frozenset[Trigger] = frozenset()
    units: meters.Units = field(factory=dict)  # that its meters tell values in
    given: Mapping[str, object] = field(factory=dict, repr=False)  # the content, with the names of today
    hash: str = ""  # of the file's content; a station's own file may have changed some of it
    folder: Path = field(factory=Path)  # of the configuration
    older: bool = False  # the defaults of 2022 hold
    hashes: frozenset[str] = frozenset()  # the same, and those of other programs; see `inheritance`
    sessions: bool = True  # its version of OCPP has them here
    options: StationOptions = field(default=NO_OPTIONS, repr=False)  # that are on top of all this


@frozen
class Surroundings:
    """What the simulator's configuration has for all stations."""

    seed: int
    urls: tuple[str, ...] = ()
    distribution: str = "charging-station-affinity"
    instance: int = 0


@frozen
class Inherited:
    """What a station has from an earlier run, where it would be drawn otherwise."""

    serials: SerialNumbers = NO_NUMBERS
    power_w: float | None = None
    connectors: Mapping[int, ConnectorTemplate] = field(factory=dict)
    visits: Mapping[int, Visits] = field(factory=dict)


def plan(source: Source, index: int, around: Surroundings, inherited: Inherited = Inherited()) -> Plan:
    """The station of this index, with all draws made."""
    template = source.template
    name = station_id(template, index, around.instance)
    url = _url(template, name, index, around)
    draw = chance.stream(around.seed, name, "hardware")
    drawn_w = _power_w(template, draw)
    power_w = drawn_w if inherited.power_w is None else inherited.power_w
    connectors = inherited.connectors or _connectors(template, draw)
    serials = kept_or_drawn(template, inherited.serials, chance.stream(around.seed, name, "serial numbers"))
    outlets = _outlets(source, name, power_w, connectors, around.seed)
    return Plan(
        _specification(source, name, url, outlets, power_w, serials),
        source.name,
        hash_id(template, name),
        index,
        url,
        url_key=template.supervision_url_ocpp_key if template.supervision_url_ocpp_configuration else None,
        user=template.supervision_user,
        password=template.supervision_password,
        headers=tuple(template.ws_options.headers.items()),
        insecure=not template.ws_options.reject_unauthorized,
        handshake_s=template.ws_options.handshake_timeout / 1000,
        ocpp=template.ocpp_version,
        strict=template.ocpp_strict_compliance,
        auto_start=template.auto_start,
        stop_when_stopped=template.stop_transactions_on_stopped,
        habits=habits(template, source.tags, source.visitors) if source.sessions else None,
        statistics=template.enable_statistics,
        source=source,
        serials=serials,
        power_w=power_w,
        connectors=connectors,
        visits=inherited.visits,
    )


def _specification(
    source: Source,
    name: str,
    url: str | None,
    outlets: Mapping[int, Outlet],
    power_w: float,
    serials: SerialNumbers,
) -> Specification:
    template = source.template
    most_a = maximum_a(template, power_w, len(outlets))
    keys, traits = _keys(source, url, most_a)
    bare = Specification(
        name,
        vendor=template.charge_point_vendor,
        model=template.charge_point_model,
        firmware_version=template.firmware_version,
        firmware_upgrade=_upgrade(template.firmware_upgrade, template.firmware_version_pattern),
        iccid=template.iccid,
        imsi=template.imsi,
        meter_type=template.meter_type,
        keys=keys,
        key_traits=traits,
        current_limit_key=template.amperage_limitation_ocpp_key,
        current_limit_divider=DIVIDERS[template.amperage_limitation_unit],
        current_limit_most_a=most_a,
        outlets=outlets,
        power_w=power_w * _efficiency(template) if template.power_shared_by_connectors else inf,
    )
    return _behaving(_numbered(bare, serials), source)


def _numbered(bare: Specification, serials: SerialNumbers) -> Specification:
    """With its serial numbers."""
    return evolve(
        bare,
        serial_number=_cut(serials.point),
        box_serial_number=_cut(serials.box),
        meter_serial_number=_cut(serials.meter),
    )


def _behaving(bare: Specification, source: Source) -> Specification:
    """With the ways of the template."""
    template = source.template
    return evolve(
        bare,
        reset_time_s=template.reset_time,
        auto_register=template.auto_register,
        registration_max_retries=template.registration_max_retries,
        redials=template.auto_reconnect_max_retries,
        first_redial_s=0.1 if template.reconnect_exponential_delay else 1.0,
        boot_on_reconnect=template.boot_on_reconnect,
        heartbeat_always=template.heartbeat_always,
        refused_requests=_denied(template.commands_support.incoming_commands),
        unsaid=_denied(template.commands_support.outgoing_commands),
        untriggered=source.untriggered,
        samples_ends=template.begin_end_meter_values,
        ends_late=template.out_of_order_end_meter_values and not template.ocpp_strict_compliance,
        reports_itself=template.use_connector_id0,
        in_service=template.in_service(),
        keeps_keys=template.ocpp_persistent_configuration,
        credentials=Credentials(_password(template)),
    )


def _password(template: StationTemplate) -> str | None:
    """For a security profile: the key for it, or else what the simulator has from of old."""
    keys = {one.name: one.value for one in template.configuration.configuration_key}
    profiled = (keys.get("SecurityProfile") or "0") != "0"
    return keys.get(PASSWORD_KEY) or (template.supervision_password if profiled else None) or None


def _url(template: StationTemplate, name: str, index: int, around: Surroundings) -> str | None:
    urls = template.supervision_urls or around.urls
    if not urls:
        return None
    if around.distribution == "random":
        return chance.stream(around.seed, name, "supervision url").choice(urls)
    return urls[(index - 1) % len(urls)]


def _cut(number: str | None) -> str | None:
    """As much of a serial number as OCPP 1.6 can tell."""
    return None if number is None else number[:SERIAL_LENGTH]


def _denied(support: Mapping[str, bool]) -> frozenset[str]:
    """What is not named is allowed."""
    return frozenset(name for name, allowed in support.items() if not allowed)


def _upgrade(upgrade: Upgrade, pattern: str | None) -> FirmwareUpgrade:
    version = upgrade.version_upgrade
    return FirmwareUpgrade(
        version.pattern_group,
        version.step,
        upgrade.reset,
        _FAILURES[upgrade.failure_status],
        SEMANTIC if pattern is None else pattern,
    )


# -- configuration keys


def _keys(source: Source, url: str | None, most_a: float) -> tuple[dict[str, str], dict[str, KeyTraits]]:
    template = source.template
    own = {one.name: one for one in template.configuration.configuration_key}
    traits = {name: KeyTraits(one.readonly, one.visible, one.reboot) for name, one in own.items()}
    keys = dict(source.keys)
    if template.amperage_limitation_ocpp_key is not None:
        most = most_a * DIVIDERS[template.amperage_limitation_unit]
        keys.setdefault(template.amperage_limitation_ocpp_key, f"{most:.15g}")
    if template.supervision_url_ocpp_configuration and url is not None:
        name = template.supervision_url_ocpp_key
        keys.setdefault(name, url)
        before = own.get(name, OwnKey(name=name, reboot=True))
        traits[name] = KeyTraits(before.readonly, before.visible, before.reboot, address=True)
    return keys, traits


# -- power and connectors


def _power_w(template: StationTemplate, draw: Random) -> float:
    return draw.choice(template.power) * (1000 if template.power_unit == "kW" else 1)


def maximum_a(template: StationTemplate, power_w: float, connectors: int) -> float:
    """The most that flows in each phase of a connector; where a division leaves a rest, it is rounded."""
    supply = supply_of(template)
    if template.current_out_type == "DC":
        return _whole(power_w / supply.voltage_v)
    part_w = _whole(power_w / connectors)
    return _whole(_whole(part_w / supply.voltage_v) / supply.phases)


def _whole(quotient: float) -> float:
    """Half a one counts as one."""
    return float(floor(quotient + 0.5))


def _efficiency(template: StationTemplate) -> float:
    return template.conversion_efficiency if template.current_out_type == "DC" else 1.0


def _outlets(
    source: Source, name: str, power_w: float, chosen: Mapping[int, ConnectorTemplate], seed: int
) -> Mapping[int, Outlet]:
    template = source.template
    supply = supply_of(template)
    dc = template.current_out_type == "DC"
    part_w = power_w if template.power_shared_by_connectors else power_w / len(chosen)
    return {
        number: Outlet(
            supply,
            min(part_w, one.maximum_power or inf) * _efficiency(template),
            one.maximum_current or inf,
            fixed_cable=dc if one.fixed_cable is None else one.fixed_cable,
            in_service=one.boot_status != "Unavailable" and template.in_service(),
            beginning=boot_status.beginning(one.boot_status, source.tags, source.visitors),
            measurands=_measurands(one),
            meter=meters.meter(
                template,
                one,
                supply,
                source.units,
                0 if template.coherent_meter_values else meters.seed_of(template, seed, name, number),
            ),
        )
        for number, one in chosen.items()
    }


def supply_of(template: StationTemplate) -> Supply:
    if template.current_out_type == "DC":
        return Supply.dc(template.voltage_out or 400.0)
    return Supply.ac(template.number_of_phases or 3, template.voltage_out or 230.0)


def _connectors(template: StationTemplate, draw: Random) -> Mapping[int, ConnectorTemplate]:
    """As many as drawn. Where the template has fewer, or says so, each is drawn from those it has."""
    defined = template.outlet_templates()
    number = draw.choice(template.number_of_connectors) if template.number_of_connectors else len(defined)
    if not template.random_connectors and number <= len(defined):
        return dict(list(defined.items())[:number])
    choices = list(defined.values())
    return {n: draw.choice(choices) for n in range(1, number + 1)}


def _measurands(connector: ConnectorTemplate) -> frozenset[str] | None:
    if connector.meter_values is None:
        return None
    return frozenset(one.measurand for one in connector.meter_values)
