"""The keys of a simulator's configuration file.

JSON and TOML have the same keys. Under `sourceVersion = "2022"` the defaults of that year hold.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ocppsim.config import logging_settings, storage_settings
from ocppsim.config import readers as read
from ocppsim.config.key import key, later, meaningless, section, table
from ocppsim.config.legacy import moved
from ocppsim.config.problems import Spot
from ocppsim.values import frozen

DISTRIBUTIONS = ("charging-station-affinity", "random", "round-robin")

_CONTROL = later("the control interface")
_WORKER = later("worker processes; everything runs in one process for now")
_NODE = meaningless("it steers the threads of Node.js")


@frozen
class Log:
    """What is written about a run."""

    enabled: bool = key(read.FLAG, "Whether anything is logged.", default=True)
    file: str = key(read.NAME, "Where to.", default="logs/combined.log", older="combined.log")
    error_file: str = key(read.NAME, "Where errors go.", default="logs/error.log", older="error.log")
    level: str = key(
        read.choice("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"),
        "The least serious level that is written.",
        default="info",
    )
    console: bool = key(read.FLAG, "Whether the log goes to the terminal too.", default=False)
    format: str = key(read.NAME, "How a line is written: `simple` or `json`.", default="simple")
    rotate: bool = key(read.FLAG, "Whether a new file is begun each day.", default=True)
    max_files: int | str | None = key(
        read.either(read.whole(0), read.NAME),
        "How many files are kept, or for how many days (`7d`); absent: all.",
        default=None,
        older=7,
    )
    max_size: int | str | None = key(
        read.either(read.whole(0), read.NAME),
        "The size at which a new file is begun (`20m`); absent: none.",
        default=None,
    )
    statistics_interval: float = key(
        read.number(0), "Between two lines of statistics; 0: none.", default=60.0, unit="s"
    )

    def check(self) -> Iterator[tuple[str, str]]:
        yield from logging_settings.problems(self)


@frozen
class Worker:
    """How stations are spread, and how fast they start."""

    process_type: str = key(
        read.choice("workerSet", "fixedPool", "dynamicPool", staticPool="fixedPool"),
        "How the work is spread.",
        default="workerSet",
        fate=_WORKER,
    )
    start_delay: float = key(
        read.number(0),
        "Between the starts of two groups of stations, spread by a fifth.",
        default=500.0,
        unit="ms",
    )
    element_add_delay: float = key(
        read.number(0), "Between the starts of two stations, spread by a fifth.", default=0.0, unit="ms"
    )
    elements_per_worker: int | str = key(
        read.either(read.whole(1), read.choice("auto", "all")),
        "How many stations start as a group; auto: by the number of processors.",
        default="auto",
        older=1,
    )
    pool_min_size: int | None = key(
        read.whole(1), "The fewest workers of a pool.", default=None, older=4, fate=_WORKER
    )
    pool_max_size: int | None = key(
        read.whole(1), "The most workers of a pool.", default=None, older=16, fate=_WORKER
    )
    resource_limits: Any = key(read.ANYTHING, "Limits of a worker's memory.", default=None, fate=_NODE)
    pool_strategy: Any = key(
        read.ANYTHING,
        "How a pool chose a worker.",
        default=None,
        fate=meaningless("pools choose for themselves"),
    )

    def check(self) -> Iterator[tuple[str, str]]:
        least, most = self.pool_min_size, self.pool_max_size
        if least is not None and most is not None and most < least:
            yield "poolMaxSize", f"must be at least poolMinSize, {least}"


@frozen
class Authentication:
    """Who may control the simulator."""

    enabled: bool = key(read.FLAG, "Whether a password is asked for.", default=False, fate=_CONTROL)
    type: str = key(
        read.choice("basic-auth", "protocol-basic-auth"),
        "How it is sent.",
        default="basic-auth",
        fate=_CONTROL,
    )
    username: str = key(read.TEXT, "The user.", default="", fate=_CONTROL)
    password: str = key(read.SECRET, "The password.", default="", fate=_CONTROL, secret=True)

    def check(self) -> Iterator[tuple[str, str]]:
        if ":" in self.username:
            yield "username", "must not have a colon"
        if self.enabled and not self.username:
            yield "username", "must not be empty while authentication is enabled"
        if self.enabled and not self.password:
            yield "password", "must not be empty while authentication is enabled"


_NAMES = read.several(read.NAME)


@frozen
class AccessPolicy:
    """From where it may be controlled."""

    require_tls_for_non_loopback: bool = key(
        read.FLAG, "Whether other machines must use TLS.", default=True, fate=_CONTROL
    )
    trusted_proxies: tuple[str, ...] = key(_NAMES, "Addresses of proxies.", default=(), fate=_CONTROL)
    allow_loopback_proxy: bool = key(
        read.FLAG, "Whether a proxy may be on this machine.", default=False, fate=_CONTROL
    )
    allowed_hosts: tuple[str, ...] = key(_NAMES, "Hosts that may be addressed.", default=(), fate=_CONTROL)
    allowed_origins: tuple[str, ...] = key(_NAMES, "Web pages that may connect.", default=(), fate=_CONTROL)

    def check(self) -> Iterator[tuple[str, str]]:
        if self.allow_loopback_proxy and not self.trusted_proxies:
            yield "allowLoopbackProxy", "needs an address in trustedProxies"


@frozen
class Metrics:
    """Figures for a monitoring system."""

    enabled: bool = key(read.FLAG, "Whether they are offered.", default=False, fate=_CONTROL)
    soft_sample_cap: int = key(read.whole(1), "So many samples at most.", default=5000, fate=_CONTROL)


@frozen
class SecurityHeaders:
    """Headers of HTTP answers."""

    strict_transport_security: str | bool = key(
        read.either(read.FLAG, read.TEXT),
        "The value of this header; false: none.",
        default=False,
        fate=_CONTROL,
    )


@frozen
class ListenOptions:
    """Where the control interface listens."""

    host: str = key(read.NAME, "The address.", default="localhost", fate=_CONTROL)
    port: int = key(read.whole(0, 65535), "The port.", default=8080, fate=_CONTROL)
    backlog: int | None = key(read.whole(0), "Connections that may wait.", default=None, fate=_CONTROL)
    exclusive: Any = key(read.ANYTHING, "Sharing among workers.", default=None, fate=_NODE)
    ipv6_only: bool | None = key(
        read.FLAG, "Whether IPv4 stays out.", default=None, name="ipv6Only", fate=_CONTROL
    )
    path: Any = key(
        read.ANYTHING, "A socket in the file system.", default=None, fate=meaningless("only TCP is served")
    )
    readable_all: Any = key(
        read.ANYTHING, "Rights of such a socket.", default=None, fate=meaningless("see path")
    )
    writable_all: Any = key(
        read.ANYTHING, "Rights of such a socket.", default=None, fate=meaningless("see path")
    )


@frozen
class UiServer:
    """The control interface."""

    enabled: bool = key(read.FLAG, "Whether there is one.", default=False, older=True, fate=_CONTROL)
    type: str = key(read.choice("ws", "mcp", "http"), "Its protocol.", default="ws", fate=_CONTROL)
    version: str = key(
        read.choice("1.1", "2.0"),
        "The version of HTTP.",
        default="1.1",
        fate=meaningless("HTTP/1.1 serves all"),
    )
    options: ListenOptions = section(ListenOptions, "Where it listens.", fate=_CONTROL)
    authentication: Authentication | None = section(
        Authentication, "Who may use it.", optional=True, fate=_CONTROL
    )
    access_policy: AccessPolicy = section(AccessPolicy, "From where it may be used.", fate=_CONTROL)
    metrics: Metrics | None = section(Metrics, "Figures.", optional=True, fate=_CONTROL)
    security_headers: SecurityHeaders = section(SecurityHeaders, "Headers of HTTP answers.", fate=_CONTROL)


@frozen
class PerformanceStorage:
    """Where statistics of calls are kept."""

    enabled: bool | None = key(
        read.FLAG, "Whether they are stored; absent: if there is a type.", default=None, older=False
    )
    type: str | None = key(
        read.choice("none", "jsonfile", "sqlite", "mongodb", "mysql", "mariadb"),
        "In what; absent and enabled: `sqlite`.",
        default=None,
    )
    uri: str | None = key(
        read.NAME,
        "Where; absent: a file in `performance`.",
        default=None,
        older="file:///performanceRecords.json",
        secret=True,
    )

    def check(self) -> Iterator[tuple[str, str]]:
        yield from storage_settings.problems(self)


@frozen
class TemplateUse:
    """A template and how many stations are made after it."""

    file: str = key(read.NAME, "The template: a file in `station-templates`, or an absolute path.")
    number_of_stations: int = key(read.whole(0, 1_000_000), "How many stations are started.")
    provisioned_number_of_stations: int = key(
        read.whole(0, 1_000_000), "How many more are known and not started.", default=0, fate=_CONTROL
    )


MOVED_IN_USES: Mapping[str, str] = {"numberOfStation": "numberOfStations"}


def _older_count(value: dict[str, Any], spot: Spot) -> dict[str, Any]:
    return moved(value, MOVED_IN_USES, spot)


@frozen
class SimulatorConfiguration:
    """The whole file."""

    schema_version: int = key(
        read.whole(0, 1),
        "The version of the file's form.",
        default=1,
        name="$schemaVersion",
        fate=meaningless("the names of every version are taken"),
    )
    source_version: str = key(
        read.choice("2022", "2024", "4.11"), "Of which year the defaults are.", default="2024"
    )
    seed: int | None = key(
        read.whole(0), "Makes a run repeatable; the option `--seed` goes before it.", default=None
    )
    supervision_urls: tuple[str, ...] = key(
        read.one_or_several(read.NAME),
        "Central systems; the station's id becomes the end of the path.",
        default=(),
    )
    supervision_url_distribution: str = key(
        read.choice(*DISTRIBUTIONS, sequential="charging-station-affinity"),
        "How stations are dealt out to several central systems.",
        default="charging-station-affinity",
        older="round-robin",
    )
    station_template_urls: tuple[TemplateUse, ...] = key(
        read.several(table(TemplateUse, prepare=_older_count), 1), "Which stations there are."
    )
    log: Log = section(Log, "Log files.")
    worker: Worker = section(Worker, "Spreading the work.")
    ui_server: UiServer = section(UiServer, "The control interface.", fate=_CONTROL)
    performance_storage: PerformanceStorage = section(
        PerformanceStorage, "Where statistics are stored, besides in memory."
    )
    persist_state: bool = key(
        read.FLAG, "Whether it is kept which stations run.", default=True, fate=_CONTROL
    )

    def check(self) -> Iterator[tuple[str, str]]:
        names = [use.file for use in self.station_template_urls]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "stationTemplateUrls", f"names {name} twice"


MOVED: Mapping[str, str] = {
    "chargingStationsPerWorker": "worker.elementsPerWorker",
    "elementAddDelay": "worker.elementAddDelay",
    "logConsole": "log.console",
    "logEnabled": "log.enabled",
    "logErrorFile": "log.errorFile",
    "logFile": "log.file",
    "logFormat": "log.format",
    "logLevel": "log.level",
    "logMaxFiles": "log.maxFiles",
    "logMaxSize": "log.maxSize",
    "logRotate": "log.rotate",
    "logStatisticsInterval": "log.statisticsInterval",
    "performanceStorage.URI": "performanceStorage.uri",
    "stationTemplateURLs": "stationTemplateUrls",
    "supervisionURLs": "supervisionUrls",
    "worker.elementStartDelay": "worker.elementAddDelay",
    "workerPoolMaxSize": "worker.poolMaxSize",
    "workerPoolMinSize": "worker.poolMinSize",
    "workerPoolSize": "worker.poolMaxSize",
    "workerProcess": "worker.processType",
    "workerStartDelay": "worker.startDelay",
}
"""Names of old, and where their values go."""

DROPPED: Mapping[str, str] = {
    "autoReconnectMaxRetries": "templates have it now",
    "distributeStationToTenantEqually": "supervisionUrlDistribution says it now",
    "distributeStationsToTenantsEqually": "supervisionUrlDistribution says it now",
    "uiWebSocketServer": "uiServer took its place",
    "useWorkerPool": "worker.processType says it now",
    "workerPoolStrategy": "pools choose for themselves",
}
"""Names of old without a place now, and why."""
