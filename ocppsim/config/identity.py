"""What a station is called: its id, its hash, its serial numbers. Others rely on the rules."""

import json
from hashlib import sha384
from random import Random

from ocppsim.config.template import StationTemplate
from ocppsim.values import frozen


@frozen
class SerialNumbers:
    """One suffix for all; None where the template has no prefix."""

    point: str | None = None
    box: str | None = None
    meter: str | None = None

    @property
    def suffix(self) -> str | None:
        """What all of them end in."""
        known = self.point or self.box or self.meter
        return None if known is None else known[-DIGITS:]


NO_NUMBERS = SerialNumbers()
DIGITS = 32
"""In hexadecimal, behind the prefix."""


def station_id(template: StationTemplate, index: int, instance: int = 0) -> str:
    """The id of the station of this index, from 1 on; `instance` is that of the process in a cloud.

    The index has four digits, or as many as it needs.
    """
    if template.fixed_name:
        return template.base_name
    return f"{template.base_name}-{instance}{index:04}{template.name_suffix}"


def hash_id(template: StationTemplate, station: str) -> str:
    """The name of the station's files, made of what the template says and the station's id."""
    optional = {
        "chargeBoxSerialNumber": template.charge_box_serial_number_prefix,
        "chargePointSerialNumber": template.charge_point_serial_number_prefix,
        "meterSerialNumber": template.meter_serial_number_prefix,
        "meterType": template.meter_type,
    }
    what = {
        "chargePointModel": template.charge_point_model,
        "chargePointVendor": template.charge_point_vendor,
        **{name: value for name, value in optional.items() if value is not None},
    }
    text = json.dumps(what, ensure_ascii=False, separators=(",", ":")) + station
    return sha384(text.encode()).hexdigest()


def serial_numbers(template: StationTemplate, chance: Random, suffix: str | None = None) -> SerialNumbers:
    """Drawn even where no number is needed, so that a prefix more changes no other draw."""
    drawn = f"{chance.getrandbits(128):0{DIGITS}X}"
    suffix = suffix or drawn

    def made(prefix: str | None) -> str | None:
        return None if prefix is None else prefix + suffix

    return SerialNumbers(
        made(template.charge_point_serial_number_prefix),
        made(template.charge_box_serial_number_prefix),
        made(template.meter_serial_number_prefix),
    )


def kept_or_drawn(template: StationTemplate, kept: SerialNumbers, chance: Random) -> SerialNumbers:
    """Those that were kept, where the template still has a number there; others with the same suffix."""
    drawn = serial_numbers(template, chance, kept.suffix)

    def chosen(old: str | None, new: str | None) -> str | None:
        return new if new is None or old is None else old

    return SerialNumbers(
        chosen(kept.point, drawn.point), chosen(kept.box, drawn.box), chosen(kept.meter, drawn.meter)
    )
