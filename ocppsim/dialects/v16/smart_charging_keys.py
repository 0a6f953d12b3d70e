"""The configuration keys of the Smart Charging profile (1.6 ed. 2, 9.4)."""

from ocppsim.dialects.v16.key import BadValue, Key, boolean, integer

QUANTITIES = ("Current", "Power")
"""Current stands for schedules in A, Power for those in W (err 3.88)."""


def _quantities(text: str) -> tuple[str, ...]:
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if not names or len(set(names)) != len(names) or not set(names) <= set(QUANTITIES):
        raise BadValue("neither Current nor Power nor both")
    return names


KEYS = (
    Key("ChargeProfileMaxStackLevel", "9", integer, "profile_levels", readonly=True),
    Key(
        "ChargingScheduleAllowedChargingRateUnit",
        "Current,Power",
        _quantities,
        "profile_units",
        readonly=True,
    ),
    Key("ChargingScheduleMaxPeriods", "48", integer, "profile_periods", readonly=True, least=1),
    Key("ConnectorSwitch3to1PhaseSupported", "true", boolean, "switches_phases", readonly=True),
    Key("MaxChargingProfilesInstalled", "20", integer, "profiles_installed", readonly=True, least=1),
)
