"""Signed values of the energy register (application note on signed meter values of the OCA, chapter 3)."""

import base64
import json

from ocppsim.dialects.v16.signed_meter_values_keys import EVERY, ONCE
from ocppsim.model.inputs import Sampled
from ocppsim.model.metering import signed_at_once
from ocppsim.model.session import Context
from ocppsim.model.settings import Settings
from ocppsim.protocol.v16 import core

REGISTER = "Energy.Active.Import.Register"


def at_once(what: Sampled, measurands: tuple[str, ...], settings: Settings) -> bool:
    """Whether a MeterValues has the register signed, too."""
    return what.signed is not None and REGISTER in measurands and signed_at_once(what.context, settings)


def value(
    what: Sampled, context: core.ReadingContext, settings: Settings, *, ends: bool
) -> tuple[core.SampledValue, ...]:
    """The register as the meter signed it, beside the plain one. `ends`: told with the end of the session."""
    if what.signed is None:
        return ()
    shown = settings.public_key_told == EVERY or (
        settings.public_key_told == ONCE and _is_the_once(what, settings, ends=ends)
    )
    text = json.dumps(
        {
            "signedMeterData": base64.b64encode(what.signed.text.encode()).decode(),
            "signingMethod": what.signed.method,
            "encodingMethod": what.signed.encoding,
            "publicKey": what.signed.public_key if shown else "",
        },
        separators=(",", ":"),
    )
    signed = core.SampledValue(
        value=text, context=context, format="SignedData", measurand=REGISTER, location="Outlet", unit="Wh"
    )
    return (signed,)


def _is_the_once(what: Sampled, settings: Settings, *, ends: bool) -> bool:
    """With the first signed value of a transaction: that of its beginning, told at once or with its end."""
    told_first = REGISTER in settings.start_measurands and signed_at_once(Context.BEGIN, settings)
    return what.context is Context.BEGIN and ends is not told_first
