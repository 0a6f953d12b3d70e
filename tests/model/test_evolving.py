"""The model's `evolve` is that of attrs, only quicker."""

import attrs
import pytest

from ocppsim.model.connector import Connector
from ocppsim.model.evolving import evolve
from ocppsim.model.facts import Facts
from ocppsim.model.session import ChargingSession
from ocppsim.model.specification import Outlet
from ocppsim.model.vehicle import Vehicle


@pytest.mark.parametrize(
    ("instance", "changes"),
    [
        (Connector(1), {}),
        (Connector(2, at=5.0), {"at": 7.0, "soc": 0.5, "tag": "A"}),
        (ChargingSession("k", "T", 1.0, 2.0), {"released": False}),
        (Facts(), {"cable": True, "vehicle": Vehicle()}),
    ],
)
def test_it_makes_what_attrs_would_make(instance: attrs.AttrsInstance, changes: dict[str, object]) -> None:
    assert evolve(instance, **changes) == attrs.evolve(instance, **changes)


def test_what_was_evolved_can_be_a_key() -> None:
    outlet = Outlet()
    assert hash(evolve(outlet, max_power_w=5.0)) == hash(Outlet(max_power_w=5.0)) != hash(outlet)


def test_validators_have_their_say() -> None:
    with pytest.raises(ValueError, match="arrival_soc"):
        evolve(Facts(), arrival_soc=2.0)


def test_a_field_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(TypeError, match="unplugged"):
        evolve(Outlet(), unplugged=True)  # type: ignore[call-arg]  # that is the point
    with pytest.raises(AttributeError, match="unplugged"):
        evolve(Connector(1), unplugged=True)  # type: ignore[call-arg]  # that is the point
