"""Whatever is in a station's file: it is used, or set aside with a reason, and there is a station."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ocppsim.actors.store import Forgetful
from ocppsim.config.problems import Report, Spot
from ocppsim.config.station_file import PARTS, content_hash, read_station
from tests.effort import tries
from tests.persistence.keeping_stage import Home
from tests.persistence.peer_files import TEMPLATE, file_2024, file_now, file_of_evses

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FILES = st.sampled_from([file_2024, file_now, file_of_evses])


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A file of somebody's, with something else in a place or two."""
    content = draw(FILES)()
    for _ in range(draw(st.integers(1, 2))):
        place: Any = content
        while True:
            steps = list(place) if isinstance(place, dict) else list(range(len(place)))
            step = draw(st.sampled_from(steps))
            if isinstance(place[step], dict | list) and place[step] and draw(st.booleans()):
                place = place[step]
                continue
            place[step] = draw(JSON)
            break
    return content


@tries(200)
@given(content=spoilt() | st.fixed_dictionaries({}, optional=dict.fromkeys((*PARTS, "ocppsim"), JSON)) | JSON)
def test_there_is_always_a_station(tmp_path_factory: Any, content: Any) -> None:
    home = Home(_folder(tmp_path_factory), TEMPLATE)
    home.told.clear()
    plan = home.plan(Forgetful())
    home.write(plan, content)
    made = home.plan(Forgetful())
    assert made.specification.id == plan.specification.id
    path = home.shelf.path(plan.hash_id)
    if path.exists():  # used
        path.unlink()
        assert not any("set aside" in words for words in home.told)
    else:
        [words] = [one for one in home.told if "set aside" in one]
        assert words.startswith(f"{path}: ")
        for aside in home.shelf.folder.glob("*.damaged*"):
            aside.unlink()


_FOLDERS: list[Path] = []


def _folder(factory: Any) -> Path:
    if not _FOLDERS:
        _FOLDERS.append(factory.mktemp("files"))
    return _FOLDERS[0]


@given(made=FILES)
def test_the_same_content_has_the_same_hash_and_is_foreign(made: Any) -> None:
    stored = read_station(made(), Spot(Report(), "file"))
    assert stored is not None
    assert stored.foreign
    assert stored.hash == content_hash(made())
