"""Are the marks true? For each effective key, its tests once more while the key is ignored: one must fail.

python -m tests.audit [KEY ...]

Takes minutes. Left out are keys that must be there, the one that is read before all others, and tests of
`tests/cli`, whose processes load the program by themselves.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

from attrs import NOTHING, fields

from docs.supported import ROOT, marks
from ocppsim.config.key import keys
from ocppsim.config.pages import effective
from tests.ignoring import IGNORED, places

ELSEWHERE = "tests/cli/"
READ_BEFORE = {"sourceVersion"}
"""It decides how the others are read."""


def required(full: str) -> bool:
    ((cls, name),) = ((cls, name) for other, cls, name in places() if other == full)
    return getattr(fields(cls), keys(cls)[name][0]).default is NOTHING


def notices(key: str, tests: Sequence[str]) -> bool:
    """Whether any of the tests fails while the key is ignored."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "tests.ignoring"]
    ended = subprocess.run(
        [*command, *tests], cwd=ROOT, env=os.environ | {IGNORED: key}, capture_output=True, check=False
    )
    return ended.returncode == 1


def main(chosen: Sequence[str]) -> int:
    shown = marks(ROOT / "tests", "effective")
    untrue = 0
    for key in chosen or tuple(effective()):
        tests = [test for test in shown[key] if not test.startswith(ELSEWHERE)]
        if key in READ_BEFORE or required(key) or not tests:
            continue
        if not notices(key, tests):
            untrue += 1
            sys.stdout.write(f"{key}: ignored, and nothing of this fails: {', '.join(tests)}\n")
    return untrue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
