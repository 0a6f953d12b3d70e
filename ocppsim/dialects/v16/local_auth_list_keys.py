"""The configuration keys of the Local Auth List Management profile (1.6 ed. 2, 9.2)."""

from ocppsim.dialects.v16.key import Key, boolean, integer

KEYS = (
    Key("LocalAuthListEnabled", "true", boolean, "local_list_enabled"),
    Key("LocalAuthListMaxLength", "1000", integer, "local_list_length", readonly=True),
    Key("SendLocalListMaxLength", "200", integer, "local_list_update_length", readonly=True),
)
