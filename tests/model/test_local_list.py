"""Updates of the local authorization list: versions, lengths, and what they leave (1.6 ed. 2, 5.15, 6.41)."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ocppsim.model.authorization import TagInfo, TagStatus, folded
from ocppsim.model.local_list import (
    Change,
    ListVerdict,
    LocalList,
    UpdateList,
    from_json,
    to_json,
    updated,
    version,
)
from ocppsim.model.settings import Settings
from tests.tables import each

VALID, BLOCKED = TagInfo(TagStatus.ACCEPTED), TagInfo(TagStatus.BLOCKED, 1e9, "FAMILY")
THREE = LocalList(3, {"a": VALID, "b": BLOCKED})
SETTINGS = Settings(local_list_length=4, local_list_update_length=3)
ACCEPTED, FAILED, MISMATCH = ListVerdict.ACCEPTED, ListVerdict.FAILED, ListVerdict.VERSION_MISMATCH


def full(number: int, *tags: str) -> UpdateList:
    return UpdateList(number, True, [Change(tag, VALID) for tag in tags])


def differential(number: int, *changes: tuple[str, TagInfo | None]) -> UpdateList:
    return UpdateList(number, False, [Change(tag, info) for tag, info in changes])


@each(
    ("update", "verdict", "number", "tags"),
    [
        (full(7, "x"), ACCEPTED, 7, {"x"}),
        (full(3, "x"), ACCEPTED, 3, {"x"}),
        (full(1, "x"), ACCEPTED, 1, {"x"}),
        (full(7), ACCEPTED, 0, set()),
        (full(0, "x"), FAILED, 3, {"a", "b"}),
        (full(-1, "x"), FAILED, 3, {"a", "b"}),
        (full(7, "x", "y", "z", "u"), FAILED, 3, {"a", "b"}),
        (full(7, "x", "X"), FAILED, 3, {"a", "b"}),
        (UpdateList(7, True, [Change("x", None)]), FAILED, 3, {"a", "b"}),
        (differential(4, ("c", VALID)), ACCEPTED, 4, {"a", "b", "c"}),
        (differential(4, ("A", None)), ACCEPTED, 4, {"b"}),
        (differential(4, ("nobody", None)), ACCEPTED, 4, {"a", "b"}),
        (differential(9), ACCEPTED, 9, {"a", "b"}),
        (differential(4, ("a", None), ("b", None)), ACCEPTED, 0, set()),
        (differential(3, ("c", VALID)), MISMATCH, 3, {"a", "b"}),
        (differential(2), MISMATCH, 3, {"a", "b"}),
        (differential(0), FAILED, 3, {"a", "b"}),
        (differential(4, ("c", VALID), ("c", None)), FAILED, 3, {"a", "b"}),
        (differential(4, ("c", VALID), ("d", VALID), ("e", VALID)), FAILED, 3, {"a", "b"}),
        (differential(4, ("c", VALID), ("a", None), ("e", VALID)), ACCEPTED, 4, {"b", "c", "e"}),
    ],
)
def test_an_update(update: UpdateList, verdict: ListVerdict, number: int, tags: set[str]) -> None:
    said, after = updated(THREE, update, SETTINGS)
    assert (said, after.version, set(after.tags)) == (verdict, number, tags)
    if verdict is not ACCEPTED:
        assert after is THREE


def test_a_list_that_is_switched_off_takes_no_update_and_has_no_version() -> None:
    off = Settings(local_list_enabled=False)
    assert updated(THREE, full(7, "x"), off) == (ListVerdict.NOT_SUPPORTED, THREE)
    assert version(THREE, off) == -1
    assert version(THREE, Settings()) == 3
    assert version(LocalList(), Settings()) == 0


def test_the_last_word_on_a_tag_counts() -> None:
    _, after = updated(THREE, differential(4, ("A", BLOCKED)), SETTINGS)
    assert after.tags == {"a": BLOCKED, "b": BLOCKED}


infos = st.builds(
    TagInfo, st.sampled_from(TagStatus), st.none() | st.floats(0, 1e10), st.none() | st.text(max_size=20)
)
changes = st.lists(st.builds(Change, st.text("aAbBcß", max_size=3), st.none() | infos), max_size=5)
updates = st.lists(st.builds(UpdateList, st.integers(-2, 9), st.booleans(), changes), max_size=9)


@given(updates)
def test_whatever_is_sent_the_list_keeps_its_bounds_and_can_be_kept(sent: list[UpdateList]) -> None:
    known = LocalList()
    for update in sent:
        before = known
        verdict, known = updated(known, update, SETTINGS)
        if verdict is not ACCEPTED:
            assert known is before
        assert len(known.tags) <= SETTINGS.local_list_length
        assert (known.version == 0) == (not known.tags)
        assert known.version >= 0
        assert all(folded(tag) == tag for tag in known.tags)
        assert from_json(json.loads(json.dumps(to_json(known)))) == known
    assert from_json(None) == LocalList()
