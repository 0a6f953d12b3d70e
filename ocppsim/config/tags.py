"""Lists of tags, and of EVs."""

from collections.abc import Iterator
from typing import Any

from ocppsim.config import readers as read
from ocppsim.config.key import key, meaningless, table
from ocppsim.config.problems import Spot
from ocppsim.config.readers import BadValue
from ocppsim.model.habits import Visitor
from ocppsim.model.vehicle import TAPERED, Vehicle
from ocppsim.values import frozen

TAGS = read.several(read.text(1, 20))


@frozen
class CurvePoint:
    """A point of the curve; power is linear between two."""

    soc_percent: float = key(read.number(0, 100), "The state of charge.", unit="%")
    power_fraction: float = key(read.number(0, 1), "The part of the maximum power.")


@frozen
class EvProfile:
    """An EV of an EV profile file."""

    LOOSE = True

    id: str = key(read.NAME, "Its name.", fate=meaningless("for those who read the file"))
    battery_capacity_wh: float = key(read.number(0, above=True), "The battery's capacity.", unit="Wh")
    max_power_w: float = key(read.number(0, above=True), "What the battery takes at most.", unit="W")
    weight: float = key(read.number(0), "How often it comes, among all.", default=1.0)
    initial_soc_percent_min: float = key(
        read.number(0, 100), "The lowest state of charge it comes with.", default=10.0, unit="%"
    )
    initial_soc_percent_max: float = key(read.number(0, 100), "The highest.", default=60.0, unit="%")
    charging_curve: tuple[CurvePoint, ...] = key(
        read.several(table(CurvePoint)), "What it takes at which state of charge.", default=()
    )
    power_factor: float = key(
        read.number(0.5, 1), "The power factor.", default=1.0, fate=meaningless("it is 1")
    )
    ramp_shape: Any = key(
        read.ANYTHING, "How power rises.", default=None, fate=meaningless("it is there within a sample")
    )

    def check(self) -> Iterator[tuple[str, str]]:
        socs = [point.soc_percent for point in self.charging_curve]
        if socs != sorted(set(socs)):
            yield "chargingCurve", "socPercent must rise from point to point"

    def visitor(self) -> Visitor:
        curve = tuple((point.soc_percent / 100, point.power_fraction) for point in self.charging_curve)
        vehicle = Vehicle(self.battery_capacity_wh, self.max_power_w, curve=curve or TAPERED)
        bounds = sorted((self.initial_soc_percent_min / 100, self.initial_soc_percent_max / 100))
        return Visitor(vehicle, self.weight, *bounds)


_PROFILES = read.several(table(EvProfile, loose=True), 1)


def read_tags(content: object, spot: Spot) -> tuple[str, ...]:
    try:
        found: tuple[str, ...] = TAGS.read(content, spot)
    except BadValue as error:
        spot.wrong(str(error))
        return ()
    return found


def read_vehicles(content: object, spot: Spot) -> tuple[Visitor, ...]:
    try:
        found: tuple[EvProfile | None, ...] = _PROFILES.read(content, spot)
    except BadValue as error:
        spot.wrong(str(error))
        return ()
    profiles = [profile for profile in found if profile is not None]
    if profiles and not sum(profile.weight for profile in profiles) > 0:
        spot.wrong("no EV has a weight above 0")
    return tuple(profile.visitor() for profile in profiles)
