"""The rows of the table: what the texts have, what the code offers, and what tests show."""

from collections.abc import Iterator, Mapping
from enum import Enum

from ocppsim.dialects.v16.keys import KEYS
from ocppsim.dialects.v16.requests import ROWS
from ocppsim.protocol import schemas, v16, v201
from ocppsim.support import texts
from ocppsim.values import frozen

NEWER = "2.0.1 "

Proofs = Mapping[str, tuple[str, ...]]
"""The tests that show the effect of a message or key, by its name."""

WITHOUT_EFFECT: Mapping[str, str] = {}
"""What can be sent or set, and changes nothing; and why it is offered all the same."""

REMARKS: Mapping[str, str] = {
    "BlinkRepeat": "there are no lights",
    "DataTransfer": "no vendor's messages are known; the station sends none",
    "LightIntensity": "there are no lights",
    "SupportedFeatureProfilesMaxLength": "has no use (err 3.81)",
}
"""How far something goes, or why it is not offered."""


class Support(Enum):
    HONOURED = "honoured"
    WITHOUT_EFFECT = "offered without effect"
    NOT_SUPPORTED = "not supported"


class NoTable(Exception):
    """Texts, code and tests contradict each other; says where."""


@frozen
class Row:
    """`kind` says of a message who sends it, of a key whether it is required."""

    name: str
    profile: str
    kind: str
    support: Support
    remark: str
    tests: tuple[str, ...]


def messages(proofs: Proofs) -> tuple[Row, ...]:
    """Of OCPP 1.6 and the security whitepaper, by profile and name; raises NoTable."""
    _check(proofs)
    return tuple(
        _row(name, fact.profile, _sender(fact), name in _offered_messages(), proofs)
        for name, fact in sorted(texts.MESSAGES.items(), key=lambda item: (item[1].profile, item[0]))
    )


def keys(proofs: Proofs) -> tuple[Row, ...]:
    """The configuration keys, by profile and name; raises NoTable."""
    _check(proofs)
    offered = {_plain(name) for name in KEYS}
    return tuple(
        _row(
            name,
            fact.profile,
            f"{'required' if fact.required else 'optional'} ({fact.text})",
            name in offered,
            proofs,
        )
        for name, fact in sorted(texts.KEYS.items(), key=lambda item: (item[1].profile, item[0]))
    )


def newer(proofs: Proofs) -> tuple[Row, ...]:
    """The messages of OCPP 2.0.1 by name; marks name them with the version before. Raises NoTable."""
    _check(proofs)
    return tuple(
        _row(f"{NEWER}{name}", _block(name), _side(name), name in v201.ACTIONS, proofs)
        for name in sorted(_newer_names())
    )


def _newer_names() -> set[str]:
    return {name.removesuffix("Request") for name in schemas.names("v201") if name.endswith("Request")}


def _block(name: str) -> str:
    return v201.ACTIONS[name].profile if name in v201.ACTIONS else ""


def _side(name: str) -> str:
    return v201.ACTIONS[name].sender.value if name in v201.ACTIONS else ""


def _row(name: str, profile: str, kind: str, offered: bool, proofs: Proofs) -> Row:
    tests, remark = proofs.get(name, ()), REMARKS.get(name, "")
    if not offered:
        return Row(name, profile, kind, Support.NOT_SUPPORTED, remark, ())
    if name in WITHOUT_EFFECT:
        return Row(name, profile, kind, Support.WITHOUT_EFFECT, WITHOUT_EFFECT[name], tests)
    if not tests:
        return Row(name, profile, kind, Support.NOT_SUPPORTED, "no test shows its effect", ())
    return Row(name, profile, kind, Support.HONOURED, remark, tests)


def _sender(fact: texts.Message) -> str:
    if fact.by_station and fact.by_central_system:
        return "both"
    return "station" if fact.by_station else "central system"


def _offered_messages() -> set[str]:
    said = {name for name in v16.ACTIONS if name in texts.MESSAGES and texts.MESSAGES[name].by_station}
    return said | set(ROWS)


def _plain(name: str) -> str:
    """The name that the texts have for a key; some keys have a number for the connector in their names."""
    stem = name.rstrip("0123456789")
    return f"{stem}[ConnectorID]" if stem != name and f"{stem}[ConnectorID]" in texts.KEYS else name


def _check(proofs: Proofs) -> None:
    if problems := list(_problems(proofs)):
        raise NoTable("; ".join(problems))


def _problems(proofs: Proofs) -> Iterator[str]:
    schema_names = {name.removesuffix("Response") for name in schemas.names("v16")}
    for name in sorted(schema_names - set(texts.MESSAGES)):
        yield f"{name} has a schema and no row"
    for name in sorted(set(texts.MESSAGES) - schema_names):
        yield f"{name} has a row and no schema"
    offered_keys = {_plain(name) for name in KEYS}
    for name in sorted(offered_keys - set(texts.KEYS)):
        yield f"{name} is a key of no text"
    newer_names = {f"{NEWER}{name}" for name in _newer_names()}
    known = {*texts.MESSAGES, *texts.KEYS, *newer_names}
    for name in sorted({*WITHOUT_EFFECT, *REMARKS, *proofs} - known):
        yield f"{name} is neither a message nor a key of OCPP"
    offered = {*offered_keys, *_offered_messages(), *(f"{NEWER}{name}" for name in v201.ACTIONS)}
    for name in sorted(set(proofs) & known - offered):
        yield f"{name} has tests and is not offered"
