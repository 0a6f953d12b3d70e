"""What is written of a memory is what is read, whatever was in it; and for others it says the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.actors import journal
from ocppsim.actors.journal import Kept
from ocppsim.config.problems import Report, Spot
from ocppsim.config.station_file import OURS, read_station
from ocppsim.config.stations import Plan
from ocppsim.dialects.v16 import Dialect16
from ocppsim.model.authorization import TagInfo, TagStatus, folded
from ocppsim.model.connector import Connector
from ocppsim.model.outbox import Outbox
from ocppsim.model.reservation import Reservation
from ocppsim.model.session import ChargingSession
from ocppsim.model.visits import Visits
from ocppsim.persistence.bringing import brought, usable
from ocppsim.persistence.shape import content
from ocppsim.persistence.snapshot import Snapshot
from ocppsim.templates import vocabulary
from tests.config.bench import planned
from tests.persistence.peer_files import EVSES, TEMPLATE

INSTANTS = st.integers(1_600_000_000, 1_900_000_000).map(float)
WH = st.floats(0, 1e7)
TAGS = st.text(min_size=1, max_size=20)
COUNTS = st.integers(0, 1000)
TAG_INFOS = st.builds(TagInfo, st.sampled_from(TagStatus), st.none() | INSTANTS, st.none() | TAGS)
KEYS = st.fixed_dictionaries(
    {},
    optional={
        "MeterValueSampleInterval": COUNTS.map(str),
        "LocalPreAuthorize": st.sampled_from(["true", "false"]),
        "Vendor.Colour": st.text(max_size=20),
        "HeartbeatInterval": st.integers(1, 1000).map(str),
    },
)
VISITS = st.builds(
    Visits, st.booleans(), INSTANTS, st.none() | INSTANTS, st.none() | INSTANTS, asked=COUNTS, started=COUNTS
)


@st.composite
def connectors(draw: st.DrawFn, number: int) -> tuple[Connector, int | None]:
    """With a session or without; and the id of its transaction."""
    register_wh, at, session, transaction = draw(WH), draw(INSTANTS), None, None
    if draw(st.booleans()):
        start_wh = register_wh * draw(st.floats(0, 1))
        session = ChargingSession(f"{number}-1", draw(TAGS), start_wh, at - 60)
        transaction = draw(st.integers(1, 10**6))
    reservation = draw(st.none() | st.builds(Reservation, COUNTS, TAGS, INSTANTS, st.none() | TAGS))
    made = Connector(
        number,
        operative=draw(st.booleans()),
        scheduled=draw(st.none() | st.booleans()),
        session=session,
        begun=1,
        register_wh=register_wh,
        reservation=reservation,
        at=at,
    )
    return made, transaction


@st.composite
def memories(draw: st.DrawFn) -> Kept:
    drawn = [draw(connectors(number)) for number in (1, 2)]
    ids = {c.session.key: known for c, known in drawn if c.session is not None and known is not None}
    return Kept(
        draw(st.integers(1, 2**24)),
        draw(KEYS),
        draw(st.booleans()),
        draw(st.none() | st.booleans()),
        draw(st.dictionaries(TAGS.map(folded), TAG_INFOS, max_size=3)),
        {c.number: c for c, _ in drawn},
        Outbox([], ids, {1: draw(COUNTS)}, draw(COUNTS)),
        blocks={"local list": {"version": 1, "tags": {}}, "other": draw(st.lists(COUNTS, max_size=2))},
    )


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> list[Plan]:
    folders: list[Path] = [tmp_path_factory.mktemp("plans") for _ in range(2)]
    return [planned(folder, **template) for folder, template in zip(folders, (TEMPLATE, EVSES), strict=True)]


@given(kept=memories(), visits=st.dictionaries(st.integers(1, 2), VISITS), which=st.integers(0, 1))
def test_what_is_written_is_read(
    plans: list[Plan], kept: Kept, visits: dict[int, Visits], which: int
) -> None:
    plan = plans[which]
    snapshot = Snapshot(plan, plan.specification, Dialect16(), kept, visits)
    file: dict[str, Any] = json.loads(json.dumps(content(snapshot)))

    report = Report()
    stored = read_station(file, Spot(report, "file"))
    assert report.problems == []
    assert stored is not None
    assert not stored.foreign
    assert {number: one for number, one in stored.visits.items() if one != Visits()} == {
        number: one for number, one in visits.items() if one != Visits()
    }
    left_out: list[str] = []
    ours = brought(plan, stored, None, 0.0, left_out)
    assert ours is not None
    assert journal.records(ours) == journal.records(kept)

    del file[OURS]  # and to somebody who knows nothing of us
    theirs = read_station(file, Spot(report, "file"))
    assert theirs is not None
    assert theirs.foreign
    taken = brought(plan, usable(theirs, vocabulary()), None, 2e9, left_out)
    assert taken is not None
    for number, one in kept.connectors.items():
        other = taken.connectors[number]
        assert (other.operative, other.register_wh) == (one.operative, one.register_wh)
        assert (other.session is None) == (one.session is None)
        if one.session is not None and other.session is not None:
            assert other.session.tag == one.session.tag
            assert other.session.start_wh == pytest.approx(one.session.start_wh, abs=1e-6)
            assert (
                taken.outbox.transaction_ids[other.session.key]
                == kept.outbox.transaction_ids[one.session.key]
            )
    assert {name: taken.changed[name] for name in kept.changed if name in taken.changed} == {
        name: text for name, text in kept.changed.items() if name in taken.changed
    }
    assert taken.operative == kept.operative
    assert left_out == []
