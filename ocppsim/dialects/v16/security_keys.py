"""The configuration keys of the security whitepaper ed. 3 (chapter 7)."""

from ocppsim.dialects.v16.key import BadValue, Key, boolean, integer, text

LONGEST_CHAIN = 10_000
LONGEST_NAME = 64
"""Of an organisation in a certificate (X.520)."""


def _name(value: str) -> str:
    if len(value) > LONGEST_NAME or not value.isprintable():
        raise BadValue(f"not a name of up to {LONGEST_NAME} printable characters")
    return value


def _profile(value: str) -> int:
    if (profile := integer(value)) > 3:
        raise BadValue("not a security profile")
    return profile


def _chain(value: str) -> int:
    if (length := integer(value)) > LONGEST_CHAIN:
        raise BadValue(f"more than {LONGEST_CHAIN}")
    return length


KEYS = (
    Key("AdditionalRootCertificateCheck", "false", boolean, "one_root", readonly=True),
    Key("AuthorizationKey", "", text, secret=True),
    Key("CertificateSignedMaxChainSize", str(LONGEST_CHAIN), _chain, "longest_chain", readonly=True),
    Key("CertificateStoreMaxLength", "10", integer, "most_roots", readonly=True),
    Key("CpoName", "", _name, "operator"),
    Key("SecurityProfile", "0", _profile, "security_profile"),
)
