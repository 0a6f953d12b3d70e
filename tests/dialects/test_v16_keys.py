"""Configuration keys: what is refused, what is told, and that each setting matters to somebody."""

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ocppsim
from ocppsim.dialects.v16 import Dialect16
from ocppsim.dialects.v16.core_keys import MEASURANDS
from ocppsim.dialects.v16.key import LARGEST
from ocppsim.dialects.v16.keys import KEYS, problem
from ocppsim.model.commands import KeyVerdict
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Outlet, Specification
from ocppsim.protocol import schemas, v16
from tests.tables import each

DIALECT = Dialect16()
STATION = Specification("CS-1", outlets={1: Outlet(), 2: Outlet(), 3: Outlet()})
SECRET = sorted(name for name, key in KEYS.items() if key.secret)
READONLY = sorted(name for name, key in KEYS.items() if key.readonly)
WRITABLE = sorted(set(KEYS) - set(READONLY) - set(SECRET))

NOT_INTEGERS = ["", " ", "-1", "+1", "1.0", "1e3", "0x10", "ten", "\u0661", str(LARGEST + 1), "9" * 5_000]
NOT_BOOLEANS = ["", "0", "1", "yes", "truefalse", "null"]
NOT_NAMES = ["x" * 65, "two\nlines"]
NOT_MEASURANDS = ["RPM", "SoC,RPM", "soc", "SoC;Voltage", "SoC,SoC", "Voltage.L4", "SoC.L1"]
NOT_ROTATIONS = ["RST", "1.XYZ", "4.RST", "1.RST,1.RTS", "-1.RST", "1.RST.RST", "1.rst"]
BAD = {bool: NOT_BOOLEANS, int: NOT_INTEGERS, tuple: NOT_MEASURANDS, str: NOT_NAMES}


def bad_values() -> list[tuple[str, str]]:
    """Each key that can be written, with all that is none of its values."""
    pairs = []
    for name in WRITABLE:
        key = KEYS[name]
        bad = NOT_ROTATIONS if name == "ConnectorPhaseRotation" else BAD[type(key.value(key.initial))]
        pairs += [(name, text) for text in bad]
        pairs += [(name, str(key.least - 1))] if key.least else []
        pairs += [(name, str(key.most + 1))] if key.most < LARGEST else []
    return pairs


# -- ChangeConfiguration


@each(("name", "text"), bad_values())
def test_what_is_no_value_of_a_key_is_rejected_and_changes_nothing(name: str, text: str) -> None:
    before = {"ConnectionTimeOut": "5"}
    change = DIALECT.change_key(STATION, before, name, text)
    assert change.verdict is KeyVerdict.REJECTED
    assert change.changed == before
    assert problem(name, text) is not None or KEYS[name].fits is not None


@each("name", READONLY)
def test_what_can_only_be_read_cannot_be_written(name: str) -> None:
    before = DIALECT.report_keys(STATION, {}, (name,)).values[name]
    change = DIALECT.change_key(STATION, {}, name, str(before[0]))
    assert change.verdict is KeyVerdict.REJECTED
    assert before[1]


@each("name", WRITABLE)
@each("spell", [str.upper, str.lower, str.swapcase])
def test_names_are_taken_in_any_case_and_told_in_their_own(name: str, spell: "type[str]") -> None:
    spelled: str = spell(name)
    text = KEYS[name].initial
    change = DIALECT.change_key(STATION, {}, spelled, text)
    assert change.verdict is (KeyVerdict.REBOOT_REQUIRED if KEYS[name].reboot else KeyVerdict.ACCEPTED)
    assert change.changed == {name: text}
    assert set(DIALECT.report_keys(STATION, {}, (spelled,)).values) == {name}


@given(name=st.text(max_size=50), text=st.text(max_size=500))
def test_no_key_and_no_value_breaks_a_station(name: str, text: str) -> None:
    assert DIALECT.change_key(STATION, {}, name, text).verdict in KeyVerdict
    for known in WRITABLE:
        change = DIALECT.change_key(STATION, {}, known, text)
        DIALECT.settings(STATION, change.changed)  # what was accepted can be used


@given(st.lists(st.sampled_from(MEASURANDS), unique=True))
def test_measurands_are_taken_in_the_order_given(names: list[str]) -> None:
    change = DIALECT.change_key(STATION, {}, "MeterValuesSampledData", " , ".join(names))
    assert change.verdict is KeyVerdict.ACCEPTED
    assert DIALECT.settings(STATION, change.changed).measurands == tuple(names)


def test_no_measurand_means_no_samples() -> None:
    change = DIALECT.change_key(STATION, {}, "MeterValuesSampledData", "")
    assert DIALECT.settings(STATION, {}).sample_s == 60
    assert DIALECT.settings(STATION, change.changed).sample_s == 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(300, "300"), (0.2, "1"), (1e12, str(LARGEST)), (86_400.4, "86400")]
)
def test_a_boot_sets_an_interval_that_the_key_could_have(seconds: float, text: str) -> None:
    changed = DIALECT.with_heartbeat_interval({"ConnectionTimeOut": "5"}, seconds)
    assert changed == {"ConnectionTimeOut": "5", "HeartbeatInterval": text}
    assert problem("HeartbeatInterval", text) is None


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_is_neither_shown_nor_kept_with_the_other_keys(name: str) -> None:
    kept = {name: "0123456789abcdef"}
    assert DIALECT.report_keys(STATION, kept, (name,)).values == {name: (None, False)}
    change = DIALECT.change_key(STATION, {}, name, "0123456789abcdef")
    assert (change.verdict, change.changed) == (KeyVerdict.REJECTED, {})
    assert problem(name, "0123456789abcdef") is not None


# -- GetConfiguration


def test_asked_for_nothing_all_keys_are_told_and_valid() -> None:
    report = DIALECT.report_keys(STATION, {}, ())
    assert list(report.values) == list(KEYS)
    assert report.unknown == ()
    response = DIALECT.response("GetConfiguration", report)
    assert schemas.violations("v16", "GetConfigurationResponse", response) == ()


def test_what_is_told_is_what_was_written() -> None:
    changed = {"ConnectionTimeOut": "007"}
    station = Specification("CS-1", keys={"ConnectionTimeOut": "5", "HeartbeatInterval": "6"})
    names = ("ConnectionTimeOut", "HeartbeatInterval", "NoSuchKey", "connectiontimeout")
    report = DIALECT.report_keys(station, changed, names)
    assert report.values == {"ConnectionTimeOut": ("007", False), "HeartbeatInterval": ("6", False)}
    assert report.unknown == ("NoSuchKey",)


def test_the_keys_about_the_station_are_true() -> None:
    names = ("NumberOfConnectors", "GetConfigurationMaxKeys", "SupportedFeatureProfiles")
    values = DIALECT.report_keys(STATION, {}, names).values
    number, most, profiles = (text for text, _ in values.values())
    assert (number, most) == ("3", "50")
    assert set((profiles or "").split(",")) == {action.profile for action in v16.ACTIONS.values()} - {
        "Security"
    }, "the whitepaper's messages belong to no profile"


@pytest.mark.parametrize(
    ("name", "known"), [("HeartbeatInterval", True), ("heartbeatinterval", False), ("X", False)]
)
def test_only_keys_of_this_program_can_have_initial_values(name: str, known: bool) -> None:
    """Spelled as they are: who writes a file can be told so at once."""
    assert (problem(name, "60") is None) is known


# -- settings


@each("name", sorted(set(KEYS) - set(SECRET)))
def test_an_initial_value_is_one(name: str) -> None:
    assert problem(name, KEYS[name].initial) is None


def test_no_two_keys_set_the_same_and_all_set_what_there_is() -> None:
    settings = [key.setting for key in KEYS.values() if key.setting is not None]
    assert len(set(settings)) == len(settings)
    assert set(settings) <= {field.name for field in attrs.fields(Settings)}
    assert {name for name in WRITABLE if KEYS[name].setting is None} == set()


def attributes_read(package: Path) -> Iterator[str]:
    """By all but the keys themselves and the class of the settings."""
    for path in package.rglob("*.py"):
        if path.name not in ("keys.py", "settings.py"):
            nodes = ast.walk(ast.parse(path.read_text()))
            yield from (node.attr for node in nodes if isinstance(node, ast.Attribute))


def test_somebody_reads_each_setting_that_a_key_sets() -> None:
    (package,) = ocppsim.__path__
    read = set(attributes_read(Path(package)))
    assert {key.name for key in KEYS.values() if key.setting is not None and key.setting not in read} == set()
