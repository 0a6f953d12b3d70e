"""Ids, hashes and serial numbers are those that files and clients of others rely on."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.config.identity import hash_id, station_id
from ocppsim.config.loading import _instance
from tests.config.bench import planned, read

KNOWN = [
    (
        {},
        1,
        "CS-00001",
        "47837199c2b3209667ccd1e3ea5858ae2290d2a6aaf9861f86b6544ea1127afaea45e2c46c69bea14c2c1b292c41ca50",
    ),
    (
        {
            "baseName": "CS-KEBA",
            "nameSuffix": "-DEV",
            "chargePointModel": "MD_ZÜ",
            "chargePointVendor": 'V "q"',
            "chargeBoxSerialNumberPrefix": "BOX",
            "chargePointSerialNumberPrefix": "PT",
            "meterSerialNumberPrefix": "MTR",
            "meterType": "kind",
        },
        42,
        "CS-KEBA-00042-DEV",
        "e93307f17c7302715ca929b32170cd92c9317217179c46882dda1df8281c6d876cd6ec5fef6e5b8fe049cc3e691d76ac",
    ),
]
"""Made by other programs: the text of JSON.stringify, and sha384sum."""


@pytest.mark.parametrize(("template", "index", "name", "digest"), KNOWN)
def test_known_answers(
    tmp_path: Path, template: dict[str, object], index: int, name: str, digest: str
) -> None:
    plan = planned(tmp_path, index, **template)
    assert (plan.specification.id, plan.hash_id) == (name, digest)


def test_an_empty_prefix_counts_and_an_absent_one_does_not(tmp_path: Path) -> None:
    source, _ = read(tmp_path, chargePointSerialNumberPrefix="")
    assert hash_id(source.template, "CS-10007") == (
        "80a849cc328a00faedc62d79a67b0370bfe9767a3eb73141755a3d9de1f72c18477a71bd35e1c0d4451153b2f5ca9eb6"
    )


def test_a_fixed_name_is_the_whole_id(tmp_path: Path) -> None:
    assert planned(tmp_path, 7, fixedName=True, nameSuffix="-X").specification.id == "CS"


def test_d27_the_id_grows_where_four_digits_are_too_few(tmp_path: Path) -> None:
    source, _ = read(tmp_path)
    assert [station_id(source.template, index) for index in (1, 9_999, 10_000, 123_456)] == [
        "CS-00001",
        "CS-09999",
        "CS-010000",
        "CS-0123456",
    ]


@given(indexes=st.sets(st.integers(1, 10**6), min_size=2, max_size=2), instance=st.integers(0, 3))
def test_no_two_indexes_make_one_id(
    tmp_path_factory: pytest.TempPathFactory, indexes: set[int], instance: int
) -> None:
    source, _ = read(tmp_path_factory.mktemp("t"))
    assert len({station_id(source.template, index, instance) for index in indexes}) == 2


@pytest.mark.parametrize(("text", "expected"), [("", 0), ("3", 3), ("x", 0), ("-1", 0)])
def test_the_instance_of_a_cloud_is_a_part_of_the_id(tmp_path: Path, text: str, expected: int) -> None:
    instance = _instance({"CF_INSTANCE_INDEX": text} if text else {})
    assert instance == expected
    source, _ = read(tmp_path)
    assert station_id(source.template, 1, instance) == f"CS-{expected}0001"


def test_serial_numbers_share_32_digits_and_come_from_the_seed(tmp_path: Path) -> None:
    prefixes = {"chargePointSerialNumberPrefix": "P-", "meterSerialNumberPrefix": "M-"}
    first, again = (planned(tmp_path, 1, 7, **prefixes).specification for _ in range(2))
    other = planned(tmp_path, 1, 8, **prefixes).specification
    neighbour = planned(tmp_path, 2, 7, **prefixes).specification
    assert first.serial_number is not None
    assert first.meter_serial_number is not None
    assert first.serial_number[2:] == first.meter_serial_number[2:]
    assert set(first.serial_number[2:]) <= set("0123456789ABCDEF")
    assert first.box_serial_number is None
    assert first == again
    assert len({one.serial_number for one in (first, other, neighbour)}) == 3
