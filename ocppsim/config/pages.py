"""The page on configuration, made from the classes: every key, what it takes, its default, its effect."""

from collections.abc import Iterable, Iterator

from attrs import NOTHING

from ocppsim.config.connectors import ConnectorTemplate, EvseTemplate, MeterTemplate
from ocppsim.config.key import Key, default_of, keys
from ocppsim.config.options import StationOptions
from ocppsim.config.simulator import DROPPED, MOVED, SimulatorConfiguration, TemplateUse
from ocppsim.config.tags import CurvePoint, EvProfile
from ocppsim.config.template import MOVED as MOVED_IN_TEMPLATES
from ocppsim.config.template import StationTemplate
from ocppsim.config.template_sections import OwnKey
from ocppsim.values import frozen

INTRODUCTION = """# Configuration

Made from the code by `make configuration`. Files are TOML or JSON, with the same keys.

```console
$ ocppsim config init
$ ocppsim config check config.toml
$ ocppsim config convert config.json --output config.toml
$ ocppsim run --config config.toml
```

The first writes a file to begin with; the second says what is wrong with a file and what becomes of its
keys; the third makes TOML of JSON. The files of SAP's simulator, of 2022, 2024 and version 4.11, are taken
as they are; names of old are reported with those of today.

All is relative to the folder of the configuration file: templates lie in `station-templates`, lists of tags
and of EVs beside the file. What is not found there is looked for among the files that come with the
program; absolute paths are taken as they are. `CF_INSTANCE_INDEX` of the environment is a part of the
stations' ids. Files may change while a run goes on: [reload.md](reload.md) says what follows.

`ocppsim run` takes the options of a connection: `--user`, `--password-env`, `--ca`, `--cert`, `--key`,
`--insecure`, `--header`, `--strict`, `--transport`. They are for all stations and, like `--seed`, go before
what the files say: the password before `supervisionPassword` and `AuthorizationKey`, `--ca` and `--insecure`
before `rejectUnauthorized`, a header before that of the same name. What a central system has changed since,
a password say, goes before them. [security.md](security.md) has what security profiles need.

What becomes of a key:

- *effective*: it has an effect, and a test shows it;
- *later*: it is read and kept for what is named there;
- *without meaning here*: it is taken, for the reason given, and does nothing.

A default in brackets is that of 2022, which holds under `sourceVersion = "2022"`. Numbers may be written as
texts. An unknown key is an error in a configuration; in a template it is noticed. In `commandsSupport` and
`messageTriggerSupport` what is false is denied, and all else allowed. The file's defaults are those of
SAP's README of 2024, but for `coherentMeterValues`.
"""


OPTIONS = """A program that adds stations to a run may say these of them, with `Simulator.add`. They go before
what a station's own file says, that before the template, and the template before the simulator. What is not
said is as it would be without. Stations of `Simulator.add` remember nothing beyond the program, so that
`persistentConfiguration` changes nothing for those.

"""


@frozen
class Section:
    """A table of the page. `short` goes before its keys where they are named with those of others."""

    title: str
    cls: type
    short: str = ""
    words: str = ""


SECTIONS = (
    Section("The simulator", SimulatorConfiguration),
    Section("An entry of `stationTemplateUrls`", TemplateUse, "stationTemplateUrls"),
    Section("A station template", StationTemplate, "template"),
    Section("An entry of `configurationKey`", OwnKey, "configurationKey"),
    Section("A connector, in `Connectors`", ConnectorTemplate, "connector"),
    Section("An EVSE, in `Evses`", EvseTemplate, "evse"),
    Section("An entry of `MeterValues`", MeterTemplate, "meterValue"),
    Section("An EV, in the list that `evProfilesFile` names", EvProfile, "ev"),
    Section("A point of `chargingCurve`", CurvePoint, "curve"),
    Section("Options of stations that are added", StationOptions, "options", OPTIONS),
)


def all_keys(cls: type, prefix: str = "") -> Iterator[tuple[str, Key, object]]:
    """Each key with its path and default, those of inner tables behind the table."""
    for name, (field, made) in keys(cls).items():
        yield prefix + name, made, default_of(cls, field)
        if made.inner is not None:
            yield from all_keys(made.inner, f"{prefix}{name}.")


def effective() -> Iterator[str]:
    """Each key that is called effective, by a name that no other has; of tables the keys within."""
    for section in SECTIONS:
        for name, made, _ in all_keys(section.cls):
            if made.fate.kind == "effective" and made.inner is None:
                yield f"{section.short}.{name}" if section.short else name


def page() -> str:
    parts = [INTRODUCTION]
    for section in SECTIONS:
        parts.append(f"## {section.title}\n\n{section.words}{_table(section.cls)}")  # noqa: PERF401 - reads better
    parts.append(f"## Names of old\n\n{_names_of_old()}")
    return "\n".join(parts)


def _table(cls: type) -> str:
    rows = ((_code(name), *_cells(made, default)) for name, made, default in all_keys(cls))
    return _rows(("key", "takes", "default", "what it says", "what becomes of it"), rows)


def _cells(made: Key, default: object) -> tuple[str, ...]:
    usual = "" if made.inner is not None else _default(default)
    older = f" ({_default(made.older)})" if made.has_older else ""
    unit = f", in {made.unit}" if made.unit else ""
    return made.reader.words + unit, usual + older, made.doc, str(made.fate)


def _default(value: object) -> str:
    match value:
        case None | () | "":
            return "none"
        case bool():
            return str(value).lower()
        case dict():
            return "none"
        case int() | float():
            return f"{value:g}"
        case str():
            return _code(value)
    return "must be there" if value is NOTHING else str(value)


def _names_of_old() -> str:
    moved = [(_code(old), _code(new)) for old, new in sorted(MOVED.items())]
    dropped = [(_code(old), f"dropped: {why}") for old, why in sorted(DROPPED.items())]
    templates = [
        (_code(old), f"{_code(new)}, in templates") for old, new in sorted(MOVED_IN_TEMPLATES.items())
    ]
    inner = [("`minimum`", "`minimumValue`, in `MeterValues`"), ("`numberOfStation`", "`numberOfStations`")]
    words = [("`sequential`", "`charging-station-affinity`"), ("`staticPool`", "`fixedPool`")]
    return _rows(("name of old", "today"), [*moved, *dropped, *templates, *inner, *words])


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join(lines) + "\n"


def _code(name: str) -> str:
    """A path of keys stands as it is: in backticks it would look like a name of the code."""
    return name if "." in name else f"`{name}`"
