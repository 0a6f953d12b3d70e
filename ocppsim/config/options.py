"""What somebody says of stations in adding them to a run: it counts before their template and their file."""

from collections.abc import Iterator

from attrs import fields

from ocppsim.config import readers as read
from ocppsim.config.key import key
from ocppsim.values import frozen


@frozen
class StationOptions:
    """None: nothing is said, so that file, template and configuration count."""

    auto_register: bool | None = key(
        read.FLAG, "Whether the station speaks before its boot is accepted.", default=None
    )
    auto_start: bool | None = key(read.FLAG, "Whether it is switched on in being added.", default=None)
    base_name: str | None = key(read.text(1, 200), "The beginning of the stations' ids.", default=None)
    enable_statistics: bool | None = key(read.FLAG, "Whether calls are counted and timed.", default=None)
    fixed_name: bool | None = key(read.FLAG, "Whether the id is `baseName` alone.", default=None)
    name_suffix: str | None = key(read.TEXT, "The end of the stations' ids.", default=None)
    ocpp_strict_compliance: bool | None = key(
        read.FLAG, "Whether messages are held to their schemas.", default=None
    )
    persistent_configuration: bool | None = key(
        read.FLAG,
        "Whether anything of the station outlives the simulator: all three keys of a template for that.",
        default=None,
    )
    stop_transactions_on_stopped: bool | None = key(
        read.FLAG, "Whether running sessions are stopped when the station is.", default=None
    )
    supervision_password: str | None = key(read.SECRET, "The password.", default=None, secret=True)
    supervision_urls: tuple[str, ...] | None = key(
        read.one_or_several(read.NAME, 1),
        "Central systems; where the URL is a configuration key, it is set to this.",
        default=None,
        secret=True,  # a URL may have a password
    )
    supervision_user: str | None = key(read.TEXT, "The user for HTTP Basic authentication.", default=None)

    def said(self) -> Iterator[tuple[str, object]]:
        """The fields of a template that it counts before, with their values."""
        for field in fields(StationOptions):
            if (value := getattr(self, field.name)) is None:
                continue
            for name in _SEVERAL.get(field.name, (field.name,)):
                yield name, value

    @property
    def names(self) -> bool:
        """Whether it says what stations are called."""
        return any(said is not None for said in (self.base_name, self.fixed_name, self.name_suffix))


_SEVERAL = {
    "persistent_configuration": (
        "ocpp_persistent_configuration",
        "station_info_persistent_configuration",
        "automatic_transaction_generator_persistent_configuration",
    )
}

NO_OPTIONS = StationOptions()
