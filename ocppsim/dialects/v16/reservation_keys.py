"""The configuration key of the Reservation profile (1.6 ed. 2, 9.3)."""

from ocppsim.dialects.v16.key import Key, boolean

KEYS = (Key("ReserveConnectorZeroSupported", "true", boolean, "reserve_any", readonly=True),)
