"""How much hypothesis tries: so many examples in each run, and as many times more as a profile says."""

from typing import Any

from hypothesis import settings

EACH_RUN = 40
"""Examples of a test that says nothing else."""


def tries(number: int, **others: Any) -> settings:
    """`number` examples in each run; a profile that tries more than it multiplies them as all others."""
    return settings(max_examples=number * settings.default.max_examples // EACH_RUN, **others)
