"""The keys of a station template; those of its sections are in `template_sections`."""

from collections.abc import Iterator, Mapping
from typing import Any

from ocppsim.config import readers as read
from ocppsim.config.connectors import CONNECTORS, EVSES, ConnectorTemplate, EvseTemplate, numbered
from ocppsim.config.key import key, meaningless, section
from ocppsim.config.template_sections import Commands, Generator, Keys, Upgrade, WebSocketOptions
from ocppsim.values import frozen

_FLAGS = read.mapping(read.FLAG)


@frozen
class StationTemplate:
    """The whole file."""

    LOOSE = True

    # -- what it is
    base_name: str = key(read.text(1, 200), "The beginning of the stations' ids.")
    charge_point_model: str = key(read.text(1, 20), "The model.")
    charge_point_vendor: str = key(read.text(1, 20), "The vendor.")
    name_suffix: str = key(read.TEXT, "The end of the stations' ids.", default="")
    fixed_name: bool = key(read.FLAG, "Whether the id is `baseName` alone.", default=False)
    charge_point_serial_number_prefix: str | None = key(
        read.TEXT, "The beginning of the serial number.", default=None
    )
    charge_box_serial_number_prefix: str | None = key(
        read.TEXT, "The same for the one that OCPP 1.6 gave up.", default=None
    )
    meter_serial_number_prefix: str | None = key(
        read.TEXT, "The beginning of the meter's serial number.", default=None
    )
    meter_type: str | None = key(read.text(0, 25), "The meter's type.", default=None)
    iccid: str | None = key(read.text(0, 20), "The SIM card's number.", default=None)
    imsi: str | None = key(read.text(0, 20), "The subscriber's number.", default=None)
    firmware_version: str | None = key(read.text(0, 50), "The firmware's version.", default=None)
    firmware_version_pattern: str | None = key(
        read.PATTERN, "What versions look like; absent: three numbers with dots.", default=None
    )
    firmware_upgrade: Upgrade = section(Upgrade, "How updates go.")
    schema_version: int = key(
        read.whole(0, 1),
        "The version of the file's form.",
        default=1,
        name="$schemaVersion",
        fate=meaningless("the names of every version are taken"),
    )

    # -- how it reaches its central system
    supervision_urls: tuple[str, ...] = key(
        read.one_or_several(read.NAME), "Central systems, in place of those of the simulator.", default=()
    )
    supervision_user: str = key(read.TEXT, "The user for HTTP Basic authentication.", default="")
    supervision_password: str = key(read.SECRET, "The password.", default="", secret=True)
    supervision_url_ocpp_configuration: bool = key(
        read.FLAG, "Whether the URL is a configuration key.", default=False
    )
    supervision_url_ocpp_key: str = key(read.text(1, 50), "The name of that key.", default="ConnectionUrl")
    ocpp_version: str = key(
        read.choice("1.6", "2.0", "2.0.1"),
        "The version of OCPP; of 2.0 and 2.0.1 a part is there, see the page on behaviour.",
        default="1.6",
    )
    ocpp_protocol: str = key(
        read.choice("json"), "Its transport.", default="json", fate=meaningless("there is no other")
    )
    ocpp_strict_compliance: bool = key(
        read.FLAG, "Whether messages are held to their schemas.", default=True, older=False
    )
    ws_options: WebSocketOptions = section(WebSocketOptions, "Options of the websocket.")
    auto_start: bool = key(read.FLAG, "Whether the stations start with the simulator.", default=True)
    auto_register: bool = key(
        read.FLAG, "Whether the station speaks before its boot is accepted.", default=False
    )
    auto_reconnect_max_retries: int = key(
        read.whole(-1), "How often a lost connection is dialled again; -1: for ever.", default=-1
    )
    reconnect_exponential_delay: bool = key(
        read.FLAG,
        "Whether the pause before a new dial begins with 0.1 s, in place of 1 s; it grows in either case.",
        default=False,
    )
    boot_on_reconnect: bool = key(
        read.FLAG, "Whether an accepted station boots when its connection is back.", default=False
    )
    heartbeat_always: bool = key(
        read.FLAG, "Whether heartbeats go at each interval, other messages or not.", default=False
    )
    registration_max_retries: int = key(
        read.whole(-1), "How often the boot is repeated; -1: for ever.", default=-1
    )
    reset_time: float = key(read.number(0), "How long a reset takes.", default=60.0, unit="s")

    # -- power
    power: tuple[float, ...] = key(
        read.one_or_several(read.number(0, above=True), 1), "The station's power, or some to draw from."
    )
    power_unit: str = key(read.choice("W", "kW"), "The unit of `power`.", default="W")
    power_shared_by_connectors: bool = key(
        read.FLAG, "Whether connectors share the power, or each has its part.", default=False
    )
    current_out_type: str = key(read.choice("AC", "DC"), "The kind of current.", default="AC")
    voltage_out: float | None = key(
        read.number(0, 10_000, above=True), "The voltage; absent: AC 230, DC 400.", default=None, unit="V"
    )
    number_of_phases: int | None = key(
        read.number_choice(0, 1, 3), "Phases; absent: AC 3, DC 0.", default=None
    )
    conversion_efficiency: float = key(
        read.number(0, 1, above=True), "The part of the power that leaves a DC connector.", default=1.0
    )
    amperage_limitation_ocpp_key: str | None = key(
        read.text(1, 50), "The configuration key that limits the current.", default=None
    )
    amperage_limitation_unit: str = key(
        read.choice("A", "dA", "cA", "mA"), "The unit of that key.", default="A"
    )

    # -- connectors
    connectors: Mapping[int, ConnectorTemplate] | None = key(
        CONNECTORS, "The connectors by number; 0 is the station.", default=None, name="Connectors"
    )
    evses: Mapping[int, EvseTemplate] | None = key(
        EVSES, "EVSEs with their connectors, in place of `Connectors`.", default=None, name="Evses"
    )
    number_of_connectors: tuple[int, ...] = key(
        read.one_or_several(read.whole(1, 1000)), "How many of them, or some to draw from.", default=()
    )
    use_connector_id0: bool = key(
        read.FLAG,
        "Whether the station has a status of its own, as connector 0.",
        default=True,
        name="useConnectorId0",
    )
    random_connectors: bool = key(
        read.FLAG, "Whether each connector is drawn from those of the template.", default=False
    )

    # -- behaviour
    remote_authorization: bool = key(
        read.FLAG, "Whether a tag is authorised before a remote start.", default=True
    )
    force_transaction_on_invalid_id_token: bool = key(
        read.FLAG,
        "Whether a session goes on though its tag was refused.",
        default=False,
    )
    stop_transactions_on_stopped: bool = key(
        read.FLAG, "Whether running sessions are stopped when the simulator ends.", default=True
    )
    post_transaction_delay: float = key(
        read.number(0),
        "How long a visitor's EV stays after its session.",
        default=0.0,
        unit="s",
    )
    begin_end_meter_values: bool = key(
        read.FLAG,
        "Whether samples go at the beginning and at the end of a session.",
        default=False,
    )
    out_of_order_end_meter_values: bool = key(
        read.FLAG,
        "Whether the last samples come after the end; only without `ocppStrictCompliance`.",
        default=False,
    )
    transaction_data_meter_values: bool = key(
        read.FLAG, "Whether the message of the end carries samples.", default=False
    )
    metering_per_transaction: bool = key(
        read.FLAG,
        "Whether registers count from the beginning of the session.",
        default=True,
        fate=meaningless("a register counts on, as meters do"),
    )
    main_voltage_meter_values: bool = key(
        read.FLAG, "Whether three phases have a voltage as a whole, beside that of each.", default=True
    )
    phase_line_to_line_voltage_meter_values: bool = key(
        read.FLAG, "Whether voltages between phases are sent.", default=False, older=True
    )
    custom_value_limitation_meter_values: bool = key(
        read.FLAG,
        "Whether values drawn around a `value` of the template are kept within what is possible.",
        default=True,
    )
    coherent_meter_values: bool = key(
        read.FLAG,
        "Whether power, current, energy and state of charge follow from one another; "
        "false: each is drawn by itself.",
        default=True,
    )
    random_seed: int | None = key(
        read.whole(0), "A seed for drawn meter values; absent: that of the run.", default=None
    )
    enable_statistics: bool = key(
        read.FLAG,
        "Whether calls are counted and timed.",
        default=False,
        older=True,
    )
    commands_support: Commands = section(Commands, "Messages taken and sent.")
    message_trigger_support: Mapping[str, bool] = key(
        _FLAGS, "Messages that can be triggered; false: NotImplemented.", default={}
    )
    configuration: Keys = section(Keys, "Configuration keys.", name="Configuration")
    automatic_transaction_generator: Generator | None = section(
        Generator, "People who come by themselves.", name="AutomaticTransactionGenerator", optional=True
    )

    # -- files
    id_tags_file: str | None = key(read.NAME, "A list of tags (JSON), for the generator.", default=None)
    ev_profiles_file: str | None = key(read.NAME, "A list of EVs (JSON), for the generator.", default=None)
    ocpp_persistent_configuration: bool = key(
        read.FLAG, "Whether keys, and a password that was changed, outlive the simulator.", default=True
    )
    station_info_persistent_configuration: bool = key(
        read.FLAG, "Whether serial numbers, and what else was drawn, outlive it.", default=True
    )
    automatic_transaction_generator_persistent_configuration: bool = key(
        read.FLAG, "Whether the generator's counts and instants outlive it.", default=True
    )
    x509_certificates: Any = key(
        read.ANYTHING,
        "Certificates.",
        default=None,
        name="x509Certificates",
        fate=meaningless("certificates come from the certificate store"),
    )

    def check(self) -> Iterator[tuple[str, str]]:
        if self.connectors is not None and self.evses is not None:
            yield "Evses", "cannot be there beside Connectors"
        elif not self.outlet_templates():
            yield "Connectors", "must have a connector above 0, or Evses must"
        if self.current_out_type == "AC" and self.number_of_phases == 0:
            yield "numberOfPhases", "must be 1 or 3 for AC"
        if ":" in self.supervision_user and self.supervision_password:
            yield "supervisionUser", "must not have a colon: Basic authentication ends it there"
        names = [own.name for own in self.configuration.configuration_key]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "Configuration.configurationKey", f"names {name:.60} twice"

    def outlet_templates(self) -> Mapping[int, ConnectorTemplate]:
        """The connectors, numbered through all EVSEs; those of an EVSE meter as it does, unless they say."""
        if self.evses is not None:
            return numbered(self.evses)
        return {number: one for number, one in (self.connectors or {}).items() if number > 0}

    def in_service(self) -> bool:
        """Whether the station as a whole is, at its first start."""
        evses = self.evses or {}
        connectors = evses[0].connectors if 0 in evses else self.connectors or {}
        return 0 not in connectors or connectors[0].boot_status != "Unavailable"


MOVED: Mapping[str, str] = {
    "authorizationFile": "idTagsFile",
    "mayAuthorizeAtRemoteStart": "remoteAuthorization",
    "mustAuthorizeAtRemoteStart": "remoteAuthorization",
    "payloadSchemaValidation": "ocppStrictCompliance",
    "supervisionUrl": "supervisionUrls",
}
"""Names of old, and where their values go."""
