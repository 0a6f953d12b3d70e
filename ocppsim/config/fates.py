"""What becomes of the keys that a file uses."""

from collections.abc import Iterator, Mapping

from ocppsim.config.connectors import ConnectorTemplate, EvseTemplate, MeterTemplate
from ocppsim.config.key import Fate, Key, keys
from ocppsim.config.problems import KeyPath
from ocppsim.config.simulator import SimulatorConfiguration, TemplateUse
from ocppsim.config.template import StationTemplate

_ENTRIES: Mapping[type, Mapping[str, type]] = {
    SimulatorConfiguration: {"stationTemplateUrls": TemplateUse},
    StationTemplate: {"Connectors": ConnectorTemplate, "Evses": EvseTemplate},
    EvseTemplate: {"Connectors": ConnectorTemplate, "MeterValues": MeterTemplate},
    ConnectorTemplate: {"MeterValues": MeterTemplate},
}
"""The classes of entries in lists and tables."""


def fates(cls: type, content: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Fate]]:
    """Each key of the content that is known by its name of today, in its order."""
    if not isinstance(content, Mapping):
        return
    known = keys(cls)
    for name, value in content.items():
        if name not in known:
            continue
        made: Key = known[name][1]
        here = (*path, name)
        if made.inner is None:
            yield here, made.fate
            yield from _within(_ENTRIES.get(cls, {}).get(name), value, here)
        else:
            yield from fates(made.inner, value, here)


def _within(cls: type | None, value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Fate]]:
    if cls is None:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from fates(cls, inner, (*path, str(name)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from fates(cls, inner, (*path, index))
