"""From the stations that there are to those that are wanted: the pure part of a reload."""

from collections import ChainMap
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.config.changes import (
    CENTRAL_SYSTEM,
    TAGS,
    VEHICLES,
    Adjust,
    Plans,
    Restart,
    Start,
    Stop,
    applied,
    changes,
)
from ocppsim.config.loading import source_of
from ocppsim.config.problems import Report, Spot
from ocppsim.config.stations import Plan, Source, Surroundings, plan
from ocppsim.model.habits import Visitor
from ocppsim.model.vehicle import Vehicle
from ocppsim.templates import vocabulary
from tests.config.bench import LEAST, URL
from tests.tables import each

PEOPLE = {"AutomaticTransactionGenerator": {"enable": True}}


def source(*, tags: tuple[str, ...] = (), name: str = "test", **template: Any) -> Source:
    path = Path(f"{name}.json")
    found = source_of(path, LEAST | PEOPLE | template, Spot(Report(), str(path)), vocabulary())
    assert found is not None
    return evolve(found, tags=tags)


def stations(*, number: int = 2, url: str = URL, **template: Any) -> dict[str, Plan]:
    made = source(**template)
    plans = [plan(made, index, Surroundings(1, (url,))) for index in range(1, number + 1)]
    return {one.specification.id: one for one in plans}


USUAL = stations()


def test_nothing_follows_from_nothing_new() -> None:
    assert changes(USUAL, USUAL) == ()
    assert changes(USUAL, stations()) == ()


def test_the_number_of_stations_starts_and_stops_the_last_ones() -> None:
    three = stations(number=3)
    assert changes(USUAL, three) == (Start(three["CS-00003"]),)
    assert changes(three, USUAL) == (Stop(three["CS-00003"]),)


@each(
    "template",
    [
        {"power": 11000},
        {"chargePointModel": "Newer"},
        {"Connectors": {"0": {}, "1": {}, "2": {}}},
        {"AutomaticTransactionGenerator": {"enable": False}},
        {"AutomaticTransactionGenerator": {"enable": True, "minDuration": 61}},
        {"resetTime": 5},
        {"stopTransactionsOnStopped": False},
        {"supervisionUrls": "ws://other.example"},
        {"wsOptions": {"headers": {"X": "y"}}},
        {"Configuration": {"configurationKey": [{"key": "HeartbeatInterval", "value": "7"}]}},
    ],
)
def test_a_change_of_the_template_restarts_all_its_stations(template: dict[str, Any]) -> None:
    after = stations(**template)
    assert changes(USUAL, after) == tuple(map(Restart, after.values()))


@pytest.mark.parametrize("words", [{"a comment of people": "x"}, {"$schemaVersion": 1}])
def test_what_means_nothing_restarts_nothing(words: dict[str, Any]) -> None:
    after = stations(**words)
    assert changes(USUAL, after) == tuple(map(Adjust, after.values()))


def test_tags_are_taken_without_a_restart() -> None:
    after = stations(tags=("A", "B"))
    assert changes(USUAL, after) == tuple(Adjust(one, (TAGS,)) for one in after.values())


def test_tags_need_no_restart_even_where_a_connector_began_with_the_first() -> None:
    occupied = {"Connectors": {"0": {}, "1": {"bootStatus": "Charging"}}}
    before, after = stations(tags=("A",), **occupied), stations(tags=("B",), **occupied)
    assert changes(before, after) == tuple(Adjust(one, (TAGS,)) for one in after.values())


def test_evs_are_taken_without_a_restart() -> None:
    made = evolve(source(), visitors=(Visitor(Vehicle()),))
    after = plan(made, 1, Surroundings(1, (URL,)))
    before = {"CS-00001": USUAL["CS-00001"]}
    assert changes(before, {"CS-00001": after}) == (Adjust(after, (VEHICLES,)),)


@pytest.mark.parametrize("as_key", [False, True])
def test_another_central_system_is_for_the_next_connection(as_key: bool) -> None:
    key = {"supervisionUrlOcppConfiguration": True, "supervisionUrlOcppKey": "Url"} if as_key else {}
    before, after = stations(**key), stations(url="ws://other.example", **key)
    assert changes(before, after) == tuple(Adjust(one, (CENTRAL_SYSTEM,)) for one in after.values())


def test_a_file_of_another_name_is_the_same_template() -> None:
    after = stations(name="renamed")
    assert changes(USUAL, after) == tuple(map(Adjust, after.values()))


def test_stops_come_before_all_else() -> None:
    other = stations(baseName="OTHER")
    kinds = [type(one) for one in changes(USUAL, other)]
    assert kinds == [Stop, Stop, Start, Start]


some_stations = st.builds(
    stations,
    number=st.integers(0, 3),
    url=st.sampled_from([URL, "ws://other.example"]),
    tags=st.sampled_from([(), ("A",), ("B", "C")]),
    baseName=st.sampled_from(["CS", "OTHER"]),
    power=st.sampled_from([11000, 22000]),
)
some_plans = st.lists(some_stations, max_size=3).map(lambda many: dict(ChainMap(*many)))


@given(some_plans, some_plans)
def test_the_changes_lead_from_the_one_to_the_other(before: Plans, after: Plans) -> None:
    found = changes(before, after)
    assert applied(found, before) == after
    assert len({one.plan.specification.id for one in found}) == len(found)
    for one in found:
        name = one.plan.specification.id
        match one:
            case Start():
                assert name not in before
            case Stop():
                assert name not in after
            case Restart(plan):
                assert plan.power_w != before[name].power_w
            case Adjust(plan):
                assert plan.power_w == before[name].power_w


@given(some_plans, some_plans)
def test_done_once_there_is_nothing_left_to_do(before: Plans, after: Plans) -> None:
    assert changes(applied(changes(before, after), before), after) == ()
