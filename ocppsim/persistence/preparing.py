"""From a template, and what earlier runs left of a station, to the plan of it: what is pure of that."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field

from ocppsim.actors.journal import Kept
from ocppsim.config.inheritance import Heir, inherit
from ocppsim.config.problems import Spot
from ocppsim.config.station_file import AUTHORIZATION, SUPERVISION, StoredStation
from ocppsim.config.stations import Inherited, Plan, Source, Surroundings, plan
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.persistence.bringing import brought, usable, with_keys
from ocppsim.persistence.drawn import DRAWN, drawn_before
from ocppsim.values import frozen


@frozen
class Left:
    """What earlier runs left of a station, besides its file: what the journal knows, and its secrets."""

    known: Kept | None = None
    secrets: Mapping[str, Any] = field(factory=dict, repr=False)
    written_at: float = 0.0  # the file


@frozen
class Prepared:
    """`kept` is what the memory is to begin with in place of what is known; None leaves that."""

    plan: Plan
    kept: Kept | None = None
    left_out: tuple[str, ...] = ()  # of the file, in words


def afresh(source: Source, index: int, around: Surroundings, left: Left) -> Plan:
    """Without a file."""
    return plan(source, index, around, _with_drawn(source, left, Inherited()))


def prepare(
    source: Source,
    index: int,
    around: Surroundings,
    stored: StoredStation,
    left: Left,
    spot: Spot,
    vocabulary: Vocabulary,
) -> Prepared | None:
    """None with what is wrong with the file, which is at `spot`, reported."""
    if (heir := inherit(source, stored, spot, vocabulary)) is None:
        return None
    vocabulary = vocabulary.of(heir.source.template.ocpp_version)
    inherited = heir.inherited if heir.same else _with_drawn(source, left, heir.inherited)
    made = plan(_with_password(heir, left, stored), index, around, inherited)
    if not source.template.ocpp_persistent_configuration:
        stored = evolve(stored, keys=())
    made, left_out = with_keys(made, stored, vocabulary)
    why = vocabulary.station_problem(made.specification) if stored.foreign else None
    if why is not None:
        spot.wrong(why)
        return None
    try:
        stored = usable(stored, vocabulary) if stored.foreign else stored
        kept = brought(made, stored, left.known, left.written_at, left_out)
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # of JSON that somebody changed
        spot.at("ocppsim").wrong(f"cannot be read: {error}")
        return None
    return Prepared(_with_authorization_key(made, stored), kept, tuple(left_out))


def _with_drawn(source: Source, left: Left, inherited: Inherited) -> Inherited:
    """And with what the journal knows, where no file does."""
    known = left.known
    return inherited if known is None else drawn_before(source, known.blocks.get(DRAWN), inherited)


def _with_password(heir: Heir, left: Left, stored: StoredStation) -> Source:
    """The template with the password that its stations' central system has for this one."""
    kept = stored.secrets.get(SUPERVISION) or left.secrets.get(SUPERVISION)
    said = heir.source.options.supervision_password is not None
    if said or not (heir.same and isinstance(kept, str)):
        return heir.source
    return evolve(heir.source, template=evolve(heir.source.template, supervision_password=kept))


def _with_authorization_key(made: Plan, stored: StoredStation) -> Plan:
    """It is in the store too, where that can be written; a later change goes before it."""
    if (own := stored.secrets.get(AUTHORIZATION)) is None:
        return made
    specification = made.specification
    credentials = evolve(specification.credentials, password=own)
    return evolve(made, specification=evolve(specification, credentials=credentials))
