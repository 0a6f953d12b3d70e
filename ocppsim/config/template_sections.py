"""Sections of a station template."""

from collections.abc import Iterator, Mapping
from typing import Any

from ocppsim.config import readers as read
from ocppsim.config.key import key, meaningless, section, table
from ocppsim.config.readers import Reader
from ocppsim.values import frozen

PASSWORD_KEY = "AuthorizationKey"
"""The configuration key whose value is a password."""


@frozen
class OwnKey:
    """A configuration key of the station, as a template has it."""

    name: str = key(read.NAME, "Its name.", name="key")
    readonly: bool = key(read.FLAG, "Whether the central system cannot change it.", default=False)
    value: str | None = key(
        Reader("a text, a number, true or false", lambda value, spot: _spelled(value, spot)),
        "Its initial value.",
        default=None,
        secret=True,  # one of them is
    )
    visible: bool = key(read.FLAG, "Whether the central system sees it.", default=True)
    reboot: bool = key(read.FLAG, "Whether a change takes effect after a reboot only.", default=False)


def _spelled(value: object, spot: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.15g}"
        case _:
            found: str = read.TEXT.read(value, spot)
            return found


@frozen
class Keys:
    """Configuration keys of the station."""

    LOOSE = True

    configuration_key: tuple[OwnKey, ...] = key(
        read.several(table(OwnKey, loose=True)),
        "The keys; those not named have their usual values.",
        default=(),
    )


@frozen
class Generator:
    """People who come by themselves, one after another at each connector."""

    LOOSE = True

    enable: bool = key(read.FLAG, "Whether anybody comes.", default=False)
    min_duration: int = key(read.whole(0), "The shortest stay.", default=60, unit="s")
    max_duration: int = key(read.whole(0), "The longest stay.", default=120, unit="s")
    min_delay_between_two_transactions: int = key(
        read.whole(0), "The shortest pause before somebody comes.", default=15, unit="s"
    )
    max_delay_between_two_transactions: int = key(
        read.whole(0), "The longest pause before somebody comes.", default=30, unit="s"
    )
    probability_of_start: float = key(
        read.number(0, 1), "How likely somebody comes after the pause.", default=1.0
    )
    stop_after_hours: float = key(
        read.number(0), "When the last one comes, counted from the start.", default=0.25, unit="h"
    )
    stop_absolute_duration: bool = key(
        read.FLAG, "Whether that counts on from an earlier run.", default=False
    )
    require_authorize: bool = key(
        read.FLAG, "Whether the central system is asked about the tag before a session.", default=True
    )
    id_tag_distribution: str = key(
        read.choice("round-robin", "random", "connector-affinity"),
        "How tags are dealt out.",
        default="round-robin",
    )
    stop_on_connection_failure: bool = key(
        read.FLAG,
        "Whether sessions end with the connection, and nobody comes until it is back.",
        default=False,
    )

    def check(self) -> Iterator[tuple[str, str]]:
        if self.max_duration < self.min_duration:
            yield "maxDuration", f"must be at least minDuration, {self.min_duration}"
        least = self.min_delay_between_two_transactions
        if self.max_delay_between_two_transactions < least:
            yield (
                "maxDelayBetweenTwoTransactions",
                (f"must be at least minDelayBetweenTwoTransactions, {least}"),
            )


@frozen
class Commands:
    """Which messages the station takes and sends. What is not named is allowed."""

    LOOSE = True

    incoming_commands: Mapping[str, bool] = key(
        read.mapping(read.FLAG), "Requests of the central system; false: NotSupported.", default={}
    )
    outgoing_commands: Mapping[str, bool] = key(
        read.mapping(read.FLAG), "Messages of the station; false: never sent.", default={}
    )


@frozen
class VersionUpgrade:
    """How an update raises the version."""

    LOOSE = True

    pattern_group: int | None = key(
        read.whole(1), "The group of the version's pattern that is raised.", default=None
    )
    step: int = key(read.whole(-1_000_000, 1_000_000), "By how much.", default=1)


@frozen
class Upgrade:
    """How firmware updates go."""

    LOOSE = True

    version_upgrade: VersionUpgrade = section(VersionUpgrade, "How the version is raised.")
    reset: bool = key(read.FLAG, "Whether the station restarts after an update.", default=True)
    failure_status: str | None = key(
        read.choice("DownloadFailed", "InstallationFailed"),
        "How each update fails; absent: none does.",
        default=None,
    )


@frozen
class WebSocketOptions:
    """Options of the websocket."""

    LOOSE = True

    handshake_timeout: float = key(
        read.number(0, above=True), "How long a connection may take.", default=30_000.0, unit="ms"
    )
    headers: Mapping[str, str] = key(
        read.mapping(read.SECRET), "Headers of the opening request.", default={}, secret=True
    )
    reject_unauthorized: bool = key(
        read.FLAG, "Whether the central system's certificate is checked.", default=True
    )
    max_payload: Any = key(
        read.ANYTHING, "The longest message.", default=None, fate=meaningless("it is 1 MiB")
    )
    per_message_deflate: Any = key(
        read.ANYTHING, "Compression.", default=None, fate=meaningless("frames are not compressed")
    )
    protocol_version: Any = key(
        read.ANYTHING, "The version of the protocol.", default=None, fate=meaningless("it is 13")
    )
    skip_utf8_validation: Any = key(
        read.ANYTHING,
        "Whether text is not checked.",
        default=None,
        name="skipUTF8Validation",
        fate=meaningless("text is always checked"),
    )
