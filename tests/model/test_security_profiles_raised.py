"""A security profile is only raised, and only by a station that has all that it needs (A05)."""

import pytest

from ocppsim.model.commands import KeyVerdict
from ocppsim.model.security import Means, Need, raise_profile

PASSWORD, ROOT, CERTIFICATE = Need.PASSWORD, Need.ROOT, Need.CERTIFICATE
ALL = frozenset(Need)


@pytest.mark.parametrize(
    ("wanted", "needs", "tls"),
    [(1, {PASSWORD}, False), (2, {PASSWORD, ROOT}, True), (3, {ROOT, CERTIFICATE}, True)],
)
def test_what_each_profile_needs(wanted: int, needs: set[Need], tls: bool) -> None:
    def verdict(has: frozenset[Need], *, plain: bool = not tls, secure: bool = tls) -> KeyVerdict:
        return raise_profile(0, wanted, Means(has, plain, secure))

    assert verdict(frozenset(needs)) is KeyVerdict.ACCEPTED
    for need in Need:
        accepted = verdict(ALL - {need}) is KeyVerdict.ACCEPTED
        assert accepted is (need not in needs)
    assert verdict(ALL, plain=tls, secure=not tls) is KeyVerdict.REJECTED


@pytest.mark.parametrize(("present", "wanted"), [(1, 1), (2, 1), (3, 3), (3, 4), (0, 0)])
def test_a_profile_that_is_no_higher_or_none_at_all_is_rejected(present: int, wanted: int) -> None:
    assert raise_profile(present, wanted, Means(ALL, plain=True, secure=True)) is KeyVerdict.REJECTED
