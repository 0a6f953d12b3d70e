"""The plans of stations, from their templates and what earlier runs left of them."""

from collections.abc import Callable, Mapping

from attrs import define, evolve, field

from ocppsim.actors.fleet import NOBODY
from ocppsim.actors.memory import PASSWORD, Memory
from ocppsim.actors.store import Store
from ocppsim.config.identity import hash_id, station_id
from ocppsim.config.problems import Report, Spot
from ocppsim.config.station_file import AUTHORIZATION, SUPERVISION, StoredStation
from ocppsim.config.stations import Plan, Source, Surroundings
from ocppsim.config.vocabulary import Vocabulary
from ocppsim.model.visits import Visits
from ocppsim.persistence.preparing import Left, Prepared, afresh, prepare
from ocppsim.persistence.shelf import Shelf
from ocppsim.persistence.snapshot import remembered


@define(eq=False)
class StationFiles:
    """What earlier runs left; `tell` hears what people should know of a file."""

    shelf: Shelf
    store: Store
    vocabulary: Vocabulary
    tell: Callable[[str], None] = field(default=lambda _: None)

    def plan(self, source: Source, index: int, around: Surroundings) -> Plan:
        """The station of this index: its file goes before the template. The store is told what that brings.

        A file that cannot be used is set aside, and the station begins as its template has it.
        """
        name = station_id(source.template, index, around.instance)
        hashed = hash_id(source.template, name)
        report = Report()
        left = Left(self.store.known(name), self.store.secrets(name), self.shelf.written_at(hashed))
        stored = self.shelf.read(hashed, report)
        prepared = None
        if stored is not None:
            spot = self._spot(source, hashed, report)
            prepared = prepare(source, index, around, stored, left, spot, self.vocabulary)
        if report.problems:
            self._set_aside(hashed, report)
        if stored is None or prepared is None:
            return self._outranked(afresh(source, index, around, left))
        self._take(hashed, prepared)
        if stored.secrets:
            self._move_secrets(hashed, name, stored)
        return self._outranked(prepared.plan)

    def _outranked(self, made: Plan) -> Plan:
        """Where the URL is a key, an option goes before what the key was set to in an earlier run."""
        name, known = made.specification.id, self.store.known(made.specification.id)
        said = made.source is not None and made.source.options.supervision_urls is not None
        if said and known is not None and made.url_key in known.changed:
            changed = {key: value for key, value in known.changed.items() if key != made.url_key}
            self.store.bring(name, evolve(known, changed=changed))
        return made

    def again(
        self,
        source: Source,
        index: int,
        around: Surroundings,
        memory: Memory,
        visits: Mapping[int, Visits] = NOBODY,
    ) -> Plan:
        """The same of a station that lives, after another template: what it remembers is as it is.

        Nothing is written or set aside; a file that cannot be read is passed over.
        """
        name = station_id(source.template, index, around.instance)
        hashed = hash_id(source.template, name)
        report = Report()
        left = Left(remembered(memory), memory.vault)
        stored = self.shelf.read(hashed, report)
        prepared = None
        if stored is not None:
            spot = self._spot(source, hashed, report)
            prepared = prepare(source, index, around, stored, left, spot, self.vocabulary)
        made = afresh(source, index, around, left) if prepared is None else prepared.plan
        keeps = source.template.automatic_transaction_generator_persistent_configuration
        return evolve(made, visits=visits if keeps else {})

    def _spot(self, source: Source, hashed: str, report: Report) -> Spot:
        return Spot(report, str(self.shelf.path(hashed)), older=source.older, folder=source.folder)

    def _take(self, hashed: str, prepared: Prepared) -> None:
        if prepared.kept is None:
            return
        self.store.bring(prepared.plan.specification.id, prepared.kept)
        for words in prepared.left_out:
            self.tell(f"{self.shelf.path(hashed)}: {words}")

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


_VAULT = {SUPERVISION: SUPERVISION, AUTHORIZATION: PASSWORD}
"""Under which names the store has them."""
