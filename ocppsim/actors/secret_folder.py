"""The secrets of a fleet's stations in a folder, whose disk may refuse for a while."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from ocppsim.actors import secret_files

log = logging.getLogger(__name__)


@define(eq=False)
class SecretFolder:
    """What cannot be written is withheld for another attempt: the newest of each station."""

    path: Path
    trouble: str = ""  # why secrets are not kept; empty while they are
    refusals: int = 0
    withheld: dict[str, Mapping[str, Any]] = field(factory=dict, repr=False)

    def read(self, station: str) -> Mapping[str, Any]:
        """Those that the next process will find."""
        return secret_files.read(self.path, station)

    def keep(self, station: str, secrets: Mapping[str, Any]) -> None:
        """In place of the older ones."""
        try:
            secret_files.write(self.path, station, secrets)
        except OSError as error:
            self.withheld[station] = secrets
            self.refusals += 1
            if not self.trouble:
                self.trouble = f"{self.path}: {error.strerror or error}"
                log.error("passwords and keys are not kept until the disk takes them: %s", self.trouble)
            return
        self.withheld.pop(station, None)
        if self.trouble and not self.withheld:
            self.trouble = ""
            log.warning("passwords and keys are kept again")

    def try_again(self) -> None:
        for station, secrets in list(self.withheld.items()):
            self.keep(station, secrets)
