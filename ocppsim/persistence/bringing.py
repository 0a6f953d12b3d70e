"""What a station's file brings into its memory, where the journal does not know better.

The journal knows all that this program ever did. The file goes before it in two cases: the journal has
nothing of the station, or somebody else has written the file since.
"""

import re

from attrs import evolve

from ocppsim.actors import journal
from ocppsim.actors.journal import Kept
from ocppsim.actors.memory import LOCAL_LIST, RESERVATIONS
from ocppsim.config.station_file import StoredStation
from ocppsim.config.station_parts import StoredConnector
from ocppsim.config.stations import Plan
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.model import local_list, reserving
from ocppsim.model.connector import Connector
from ocppsim.model.session import ChargingSession
from ocppsim.model.specification import KeyTraits, Specification
from ocppsim.persistence.promises import take_promises

TAKEN = "station file"
"""Under this name the memory keeps which file of somebody else's it has taken, so that it is taken once."""


def brought(
    plan: Plan, stored: StoredStation, known: Kept | None, written_at: float, left_out: list[str]
) -> Kept | None:
    """What the memory is to begin with in place of what the journal knows; None where that is to stay.

    `left_out` hears what cannot be taken.
    """
    if stored.foreign and (known is None or known.blocks.get(TAKEN) != stored.hash):
        kept = known or _ours(stored)
        kept.blocks[TAKEN] = stored.hash
        if kept.start == 0:
            kept.start = int(written_at)  # so that another file begins with other message ids
        _take_keys(kept, plan.specification, stored)
        ours = set(_ours(stored).outbox.transaction_ids.values())
        for number, one in stored.connectors.items():
            if one.running is not None and one.running.id in ours:
                one = evolve(one, running=None)  # the memory knows what became of it
            _take_connector(kept, plan.specification, number, one, written_at)
            if number == 0 or number in plan.specification.outlets:
                left_out += take_promises(kept, number, one, written_at)
        return kept
    return _ours(stored) if known is None and stored.records else None


def _ours(stored: StoredStation) -> Kept:
    """Raises ValueError for what is no record."""
    kept = Kept()
    for record in stored.records:
        journal.apply(kept, dict(record))
    _check(kept)
    for number, connector in kept.connectors.items():
        session = connector.session
        if session is not None and session.key not in kept.outbox.transaction_ids:
            # whether it ever began, nobody can tell without the journal
            kept.connectors[number] = evolve(connector, session=None)
    return kept


def _check(kept: Kept) -> None:
    """Raises what reading raises: somebody may have written it by hand."""
    if type(kept.start) is not int or not all(isinstance(text, str) for text in kept.changed.values()):
        raise ValueError("no record of this program")
    local_list.from_json(kept.blocks.get(LOCAL_LIST))
    reserving.from_json(kept.blocks.get(RESERVATIONS))


def _take_keys(kept: Kept, specification: Specification, stored: StoredStation) -> None:
    """Those that are not as the station has them from its template."""
    kept.changed = {
        one.name: one.value
        for one in stored.keys
        if one.value is not None and specification.keys.get(one.name) != one.value
    }


def _take_connector(
    kept: Kept, specification: Specification, number: int, one: StoredConnector, written_at: float
) -> None:
    if number == 0:
        kept.operative = one.operative
        return
    if number not in specification.outlets:
        return
    before = kept.connectors.get(number, Connector(number))
    register_wh = max(before.register_wh, one.register_wh)  # a meter never goes back
    after = evolve(before, operative=one.operative, register_wh=register_wh, at=max(before.at, written_at))
    if one.running is not None and before.session is None:
        running, key = one.running, f"{number}-{before.begun + 1}"
        session = ChargingSession(
            key,
            running.tag,
            register_wh - running.energy_wh,
            written_at if running.started_at is None else running.started_at,
            interrupted_at=written_at,
        )
        after = evolve(after, session=session, begun=before.begun + 1)
        kept.outbox.transaction_ids[key] = running.id
    kept.connectors[number] = after


def with_keys(plan: Plan, stored: StoredStation, vocabulary: Vocabulary) -> tuple[Plan, list[str]]:
    """The plan with the keys that only the file knows; and what cannot be taken of it, in words."""
    specification = plan.specification
    words: list[str] = []
    keys, traits = dict(specification.keys), dict(specification.key_traits)
    for one in stored.keys:
        if vocabulary.knows_key(one.name):
            if (
                stored.foreign
                and one.value is not None
                and (why := vocabulary.key_problem(one.name, one.value)) is not None
            ):
                words.append(f"configurationKey: {one.name}: {why}; the key is left out")
        elif one.name not in keys and not _ALIASES.fullmatch(one.name):
            keys[one.name] = one.value or ""
            traits[one.name] = KeyTraits(one.readonly, one.visible, one.reboot)
    return evolve(plan, specification=evolve(specification, keys=keys, key_traits=traits)), words


_ALIASES = re.compile(r"HeartBeatInterval|MeterPublicKey\d+")
"""Keys that another program has for itself, and those that follow from what the station is."""


def usable(stored: StoredStation, vocabulary: Vocabulary) -> StoredStation:
    """Without the keys that mean nothing here."""

    def takes(name: str, value: str | None) -> bool:
        if value is None or _ALIASES.fullmatch(name):
            return False
        return not vocabulary.knows_key(name) or vocabulary.key_problem(name, value) is None

    return evolve(stored, keys=tuple(one for one in stored.keys if takes(one.name, one.value)))
