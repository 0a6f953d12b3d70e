"""Configuration keys that are not of the standard: a station has those of its template."""

from collections.abc import Container, Mapping
from math import inf, isfinite

from ocppsim.dialects.dialect import KeyChange
from ocppsim.model.commands import KeyVerdict
from ocppsim.model.specification import KeyTraits, Specification

LONGEST = 500
"""A value in OCPP 1.6 has so many characters at most (7.29)."""

Values = Mapping[str, tuple[str | None, bool]]

_USUAL = KeyTraits()


def values(specification: Specification, changed: Mapping[str, str], usual: Container[str]) -> Values:
    """Those beside the `usual` ones that can be seen: their texts, and whether they are read-only."""
    found: dict[str, tuple[str | None, bool]] = {}
    for name, initial in specification.keys.items():
        traits = specification.key_traits.get(name, _USUAL)
        if name not in usual and traits.visible:
            found[name] = changed.get(name, initial), traits.readonly
    if specification.signer is not None:  # that of the first connector is among the usual ones
        for number in specification.outlets:
            if (name := f"MeterPublicKey{number}") not in usual:
                found[name] = specification.signer.public_key(number), True
    return found


def found(own: Values, name: str) -> str | None:
    """The key of this name, in any case."""
    if name in own:
        return name
    return next((mine for mine in own if mine.lower() == name.lower()), None)


def change(
    specification: Specification,
    changed: Mapping[str, str],
    name: str,
    text: str,
    usual: Container[str],
) -> KeyChange:
    """ChangeConfiguration (1.6 ed. 2, 5.3)."""
    known = values(specification, changed, usual)
    own = found(known, name)
    if own is None:
        return KeyChange(KeyVerdict.NOT_SUPPORTED, changed)
    traits = specification.key_traits.get(own, _USUAL)
    if known[own][1] or len(text) > LONGEST or not _fits(specification, own, traits, text):
        return KeyChange(KeyVerdict.REJECTED, changed)
    verdict = KeyVerdict.REBOOT_REQUIRED if traits.reboot else KeyVerdict.ACCEPTED
    return KeyChange(verdict, {**changed, own: text})


def current_limit_a(specification: Specification, changed: Mapping[str, str]) -> float:
    """What the key that bounds the current says, in ampere; inf where it says nothing."""
    name = specification.current_limit_key or ""
    number = _number(changed.get(name, specification.keys.get(name, "")))
    limit_a = inf if number is None else number / specification.current_limit_divider
    return limit_a if limit_a < specification.current_limit_most_a else inf


def _fits(specification: Specification, name: str, traits: KeyTraits, text: str) -> bool:
    if traits.address:
        return text.partition("://")[0].lower() in ("ws", "wss") and text.isprintable() and " " not in text
    return name != specification.current_limit_key or _number(text) is not None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
