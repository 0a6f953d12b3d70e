"""From a template, and what earlier runs left of a station, to the plan of it."""

from collections.abc import Callable
from pathlib import Path

from attrs import define, evolve, field

from ocppsim.actors.memory import PASSWORD
from ocppsim.actors.store import Store
from ocppsim.config.identity import hash_id, station_id
from ocppsim.config.inheritance import Heir, inherit
from ocppsim.config.problems import Report, Spot
from ocppsim.config.station_file import AUTHORIZATION, SUPERVISION, StoredStation
from ocppsim.config.stations import Inherited, Plan, Source, Surroundings, plan
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.persistence.bringing import brought, usable, with_keys
from ocppsim.persistence.drawn import DRAWN, drawn_before
from ocppsim.persistence.shelf import Shelf


def _nobody(words: str) -> None:
    del words


@define(eq=False)
class StationFiles:
    """What earlier runs left; `tell` hears what people should know of a file."""

    shelf: Shelf
    store: Store
    vocabulary: Vocabulary
    tell: Callable[[str], None] = field(default=_nobody)

    def plan(self, source: Source, index: int, around: Surroundings) -> Plan:
        """The station of this index: its file goes before the template. The store is told what that brings.

        A file that cannot be used is set aside, and the station begins as its template has it.
        """
        name = station_id(source.template, index, around.instance)
        hashed = hash_id(source.template, name)
        report = Report()
        stored = self.shelf.read(hashed, report)
        made = None if stored is None else self._made(source, index, around, name, stored, report)
        if report.problems:
            self._set_aside(hashed, report)
        if made is None:
            made = plan(source, index, around, self._with_drawn(source, name, Inherited()))
        return made

    def _made(
        self,
        source: Source,
        index: int,
        around: Surroundings,
        name: str,
        stored: StoredStation,
        report: Report,
    ) -> Plan | None:
        """None with what is wrong with the file reported."""
        hashed = hash_id(source.template, name)
        path = self.shelf.path(hashed)
        spot = Spot(report, str(path), older=source.older, folder=source.folder)
        if (heir := inherit(source, stored, spot, self.vocabulary)) is None:
            return None
        inherited = heir.inherited if heir.same else self._with_drawn(source, name, heir.inherited)
        made = plan(self._with_password(heir, name, stored), index, around, inherited)
        if not source.template.ocpp_persistent_configuration:
            stored = evolve(stored, keys=())
        made, left_out = with_keys(made, stored, self.vocabulary)
        if (why := self.vocabulary.station_problem(made.specification)) is not None:
            spot.wrong(why)
            return None
        store, station = self.store, made.specification.id
        try:
            kept = brought(made, usable(stored, self.vocabulary), store.known(station), _written_at(path))
        except (ValueError, KeyError, TypeError) as error:
            spot.at("ocppsim").wrong(f"cannot be read: {error}")
            return None
        if kept is not None:
            store.bring(station, kept)
            for words in left_out:
                self.tell(f"{path}: configurationKey: {words}; the key is left out")
        if stored.secrets:
            self._move_secrets(hashed, station, stored)
        return _with_authorization_key(made, stored)

    def _with_drawn(self, source: Source, name: str, inherited: Inherited) -> Inherited:
        """And with what the journal knows, where no file does."""
        kept = self.store.known(name)
        return inherited if kept is None else drawn_before(source, kept.blocks.get(DRAWN), inherited)

    def _set_aside(self, hashed: str, report: Report) -> None:
        why = "; ".join(map(str, report.problems))
        try:
            aside = self.shelf.set_aside(hashed)
        except OSError as error:
            self.tell(f"{why}; it is not used, and cannot be set aside: {error.strerror or error}")
        else:
            self.tell(
                f"{why}; it is set aside as {aside.name}, and the station begins as its template has it"
            )

    # -- secrets

    def _move_secrets(self, hashed: str, station: str, stored: StoredStation) -> None:
        """Out of a file that anybody may read, and of which copies are made."""
        path, names = self.shelf.path(hashed), " and ".join(sorted(stored.secrets))
        vault = dict(self.store.secrets(station))
        vault |= {_VAULT[name]: value for name, value in stored.secrets.items()}
        self.store.keep_secrets(station, vault)
        if self.store.secrets(station) != vault:
            self.tell(f"{path}: {names} is used; it stays there, for no other place can be written")
            return
        try:
            self.shelf.write(hashed, stored.content)
        except OSError as error:
            self.tell(
                f"{path}: {names} is used; the file cannot be written without: {error.strerror or error}"
            )
        else:
            self.tell(f"{path}: {names} is used, and moved to {self.shelf.folder.name}/secrets")

    def _with_password(self, heir: Heir, station: str, stored: StoredStation) -> Source:
        """The template with the password that its stations' central system has for this one."""
        kept = stored.secrets.get(SUPERVISION) or self.store.secrets(station).get(_VAULT[SUPERVISION])
        if not (heir.same and isinstance(kept, str)):
            return heir.source
        return evolve(heir.source, template=evolve(heir.source.template, supervision_password=kept))


def _with_authorization_key(made: Plan, stored: StoredStation) -> Plan:
    """It is in the store too, where that can be written; a later change goes before it."""
    if (own := stored.secrets.get(AUTHORIZATION)) is None:
        return made
    specification = made.specification
    credentials = evolve(specification.credentials, password=own)
    return evolve(made, specification=evolve(specification, credentials=credentials))


_VAULT = {SUPERVISION: SUPERVISION, AUTHORIZATION: PASSWORD}
"""Under which names the store has them."""


def _written_at(path: Path) -> float:
    return path.stat().st_mtime
