"""The tests that show what is honoured, as they are shipped: the tests themselves stay at home."""

import json
from functools import cache
from importlib.resources import files

from ocppsim.support.rows import Proofs

FILE = "supported.json"


@cache
def proofs() -> Proofs:
    found = json.loads((files("ocppsim") / "assets" / FILE).read_text("utf-8"))
    return {name: tuple(tests) for name, tests in found.items()}
