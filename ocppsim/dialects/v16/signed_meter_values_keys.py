"""The configuration keys of signed meter values (application note of the OCA, 3.3)."""

from ocppsim.dialects.v16.core_keys import measurands
from ocppsim.dialects.v16.key import BadValue, Key, boolean, text
from ocppsim.model.specification import Specification

NEVER, ONCE, EVERY = "Never", "OncePerTransaction", "EveryMeterValue"
"""When the public key goes with a signed value."""


def _inclusion(text: str) -> str:
    if text not in (NEVER, ONCE, EVERY):
        raise BadValue(f"none of {NEVER}, {ONCE}, {EVERY}")
    return text


def _can_sign(specification: Specification, wanted: bool) -> None:
    if wanted and specification.signer is None:
        raise BadValue("the meters do not sign without the package cryptography: install ocppsim[security]")


def public_key(connector: int) -> Key:
    """The key that shows the public key of a connector's meter; empty where that does not sign."""

    def printed(specification: Specification) -> str:
        return "" if specification.signer is None else specification.signer.public_key(connector)

    return Key(f"MeterPublicKey{connector}", "", text, readonly=True, derived=printed)


KEYS = (
    Key("AlignedDataSignReadings", "false", boolean, "sign_aligned", fits=_can_sign),
    Key("AlignedDataSignUpdatedReadings", "false", boolean, "sign_aligned_updated", fits=_can_sign),
    public_key(1),
    Key("PublicKeyWithSignedMeterValue", NEVER, _inclusion, "public_key_told"),
    Key("SampledDataSignReadings", "false", boolean, "sign_sampled", fits=_can_sign),
    Key("SampledDataSignStartedReadings", "false", boolean, "sign_started", fits=_can_sign),
    Key("SampledDataSignUpdatedReadings", "false", boolean, "sign_updated", fits=_can_sign),
    Key("StartTxnSampledData", "", measurands, "start_measurands"),
)
