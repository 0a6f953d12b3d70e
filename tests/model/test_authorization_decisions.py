"""Who may charge, in every constellation, and what the cache remembers (1.6 ed. 2, 3.5)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.authorization import (
    CACHE_SIZE,
    Decision,
    TagInfo,
    Tags,
    TagStatus,
    decide,
    remembered,
)
from ocppsim.model.authorization import known as look_up
from ocppsim.model.settings import Settings
from tests.tables import each

NOW = 1_767_225_600.0
VALID = TagInfo(TagStatus.ACCEPTED)
KNOWN: dict[str, TagInfo | None] = {
    "unknown": None,
    "valid": VALID,
    "expired": TagInfo(TagStatus.ACCEPTED, expires_at=NOW - 1),
    "blocked": TagInfo(TagStatus.BLOCKED),
    "invalid": TagInfo(TagStatus.INVALID),
    "concurrent": TagInfo(TagStatus.CONCURRENT, expires_at=NOW + 1),
}
ACCEPT, REFUSE, ASK = Decision.ACCEPT, Decision.REFUSE, Decision.ASK


def decided(
    known: str,
    *,
    online: bool,
    cache_enabled: bool = True,
    pre_authorize: bool = True,
    authorize_offline: bool = True,
    unknown_offline: bool = False,
) -> Decision:
    settings = Settings(
        cache_enabled=cache_enabled,
        local_pre_authorize=pre_authorize,
        local_authorize_offline=authorize_offline,
        allow_offline_unknown=unknown_offline,
    )
    info = KNOWN[known]
    cache: Tags = {} if info is None else {"tag": info}
    return decide(look_up("TAG", {}, cache, settings), NOW, settings, online=online)


@each(
    ("known", "cache_enabled", "pre_authorize", "expected"),
    [
        ("valid", True, True, ACCEPT),
        ("valid", True, False, ASK),
        ("valid", False, True, ASK),
        ("valid", False, False, ASK),
        *(
            (known, cache_enabled, pre_authorize, ASK)
            for known, cache_enabled, pre_authorize in product(KNOWN, (True, False), (True, False))
            if known != "valid"
        ),
    ],
)
@each("authorize_offline", [True, False])
@each("unknown_offline", [True, False])
def test_online(
    known: str,
    cache_enabled: bool,
    pre_authorize: bool,
    expected: Decision,
    authorize_offline: bool,
    unknown_offline: bool,
) -> None:
    """Only what is known as valid passes without a question; the keys for offline have no say."""
    assert (
        decided(
            known,
            online=True,
            cache_enabled=cache_enabled,
            pre_authorize=pre_authorize,
            authorize_offline=authorize_offline,
            unknown_offline=unknown_offline,
        )
        is expected
    )


@each(
    ("known", "cache_enabled", "authorize_offline", "unknown_offline", "expected"),
    [
        ("valid", True, True, True, ACCEPT),
        ("valid", True, True, False, ACCEPT),
        ("valid", True, False, True, ACCEPT),  # not authorised explicitly, so as good as unknown
        ("valid", True, False, False, REFUSE),
        *(
            (known, True, authorize_offline, unknown_offline, REFUSE)
            for known, authorize_offline, unknown_offline in product(KNOWN, (True, False), (True, False))
            if known not in ("valid", "unknown")
        ),
        *(
            (known, cache_enabled, authorize_offline, unknown_offline, ACCEPT if unknown_offline else REFUSE)
            for known, cache_enabled, authorize_offline, unknown_offline in product(
                KNOWN, (True, False), (True, False), (True, False)
            )
            if known == "unknown" or not cache_enabled
        ),
    ],
)
@each("pre_authorize", [True, False])
def test_offline(
    known: str,
    cache_enabled: bool,
    authorize_offline: bool,
    unknown_offline: bool,
    expected: Decision,
    pre_authorize: bool,
) -> None:
    """What is known as not valid is refused in any case (3.5.4); nothing can be asked."""
    assert (
        decided(
            known,
            online=False,
            cache_enabled=cache_enabled,
            pre_authorize=pre_authorize,
            authorize_offline=authorize_offline,
            unknown_offline=unknown_offline,
        )
        is expected
    )


def test_a_tag_is_valid_until_the_instant_of_its_expiry() -> None:
    info = TagInfo(TagStatus.ACCEPTED, expires_at=NOW)
    assert info.valid(NOW - 1e-3)
    assert not info.valid(NOW)


@pytest.mark.parametrize("status", [status for status in TagStatus if status is not TagStatus.ACCEPTED])
def test_nothing_but_accepted_is_valid(status: TagStatus) -> None:
    assert not TagInfo(status, expires_at=NOW + 1).valid(NOW)


# -- the cache


def filled(valid: int, invalid: int = 0) -> Tags:
    """The valid tags are older."""
    tags = {f"valid-{number}": VALID for number in range(valid)}
    return tags | {f"invalid-{number}": TagInfo(TagStatus.INVALID) for number in range(invalid)}


def test_the_last_word_on_a_tag_counts() -> None:
    cache = remembered({}, "TAG", VALID)
    cache = remembered(cache, "TAG", TagInfo(TagStatus.BLOCKED))
    assert cache == {"tag": TagInfo(TagStatus.BLOCKED)}


def test_when_it_is_full_those_not_accepted_go_first() -> None:
    cache = remembered(filled(valid=CACHE_SIZE - 2, invalid=2), "TAG", VALID)
    assert len(cache) == CACHE_SIZE - 1
    assert "valid-0" in cache
    assert "invalid-0" not in cache


def test_when_it_is_full_of_valid_tags_the_oldest_goes() -> None:
    cache = remembered(filled(valid=CACHE_SIZE), "TAG", VALID)
    assert len(cache) == CACHE_SIZE
    assert "valid-0" not in cache
    assert "valid-1" in cache


def test_a_tag_that_is_in_it_needs_no_room() -> None:
    full = filled(valid=CACHE_SIZE)
    cache = remembered(full, "valid-7", TagInfo(TagStatus.BLOCKED))
    assert cache.keys() == full.keys()


def test_what_was_remembered_before_is_not_touched() -> None:
    before = {"TAG": VALID}
    remembered(before, "OTHER", VALID)
    assert before == {"TAG": VALID}


@given(
    tags=st.lists(st.tuples(st.integers(0, 2 * CACHE_SIZE), st.sampled_from(TagStatus)), max_size=60),
    size=st.integers(CACHE_SIZE - 30, CACHE_SIZE),
)
def test_it_never_grows_beyond_its_size_and_knows_the_last_tag(
    tags: list[tuple[int, TagStatus]], size: int
) -> None:
    cache = filled(valid=size)
    for number, status in tags:
        cache = remembered(cache, f"T-{number}", TagInfo(status))
        assert len(cache) <= CACHE_SIZE
        assert cache[f"t-{number}"].status is status


# -- the list


NOT_VALID = TagInfo(TagStatus.BLOCKED)


@pytest.mark.parametrize(
    ("listed", "cached", "list_enabled", "cache_enabled", "expected"),
    [
        (VALID, NOT_VALID, True, True, VALID),
        (NOT_VALID, VALID, True, True, NOT_VALID),
        (None, VALID, True, True, VALID),
        (NOT_VALID, VALID, False, True, VALID),
        (NOT_VALID, VALID, True, False, NOT_VALID),
        (None, VALID, True, False, None),
        (NOT_VALID, None, False, True, None),
    ],
)
def test_the_list_goes_before_the_cache(
    listed: TagInfo | None,
    cached: TagInfo | None,
    list_enabled: bool,
    cache_enabled: bool,
    expected: TagInfo | None,
) -> None:
    """3.5.3; what is switched off knows nothing."""
    settings = Settings(local_list_enabled=list_enabled, cache_enabled=cache_enabled)
    listed_tags, cache = ({} if info is None else {"tag": info} for info in (listed, cached))
    assert look_up("Tag", listed_tags, cache, settings) is expected


def test_tags_are_compared_without_regard_to_case() -> None:
    """7.28: an idToken is case insensitive."""
    cache = remembered({}, "Tag", VALID)
    assert look_up("TAG", {}, cache, Settings()) is VALID
    assert len(remembered(cache, "tAG", NOT_VALID)) == 1


def test_what_has_expired_makes_room_before_what_is_valid() -> None:
    """3.5.1: not-valid entries go first, and an entry whose date is past is not valid."""
    cache = remembered(filled(valid=CACHE_SIZE - 1), "OLD", TagInfo(TagStatus.ACCEPTED, NOW - 1), NOW)
    cache = remembered(cache, "NEW", VALID, NOW)
    assert "old" not in cache
    assert "valid-0" in cache
