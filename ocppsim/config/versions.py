"""What a template is told of the version of OCPP that it asks for, where stations of that cannot do all."""

from collections.abc import Mapping

from ocppsim.config.problems import Spot
from ocppsim.config.template import StationTemplate
from ocppsim.config.vocabulary import Vocabulary

_IDLE = (
    "amperageLimitationOcppKey",
    "AutomaticTransactionGenerator",
    "beginEndMeterValues",
    "chargeBoxSerialNumberPrefix",
    "coherentMeterValues",
    "Configuration",
    "customValueLimitationMeterValues",
    "firmwareUpgrade",
    "firmwareVersionPattern",
    "forceTransactionOnInvalidIdToken",
    "mainVoltageMeterValues",
    "messageTriggerSupport",
    "meterSerialNumberPrefix",
    "meterType",
    "outOfOrderEndMeterValues",
    "phaseLineToLineVoltageMeterValues",
    "postTransactionDelay",
    "remoteAuthorization",
    "stopTransactionsOnStopped",
    "transactionDataMeterValues",
)
"""Keys of a template that say nothing to a station without sessions and configuration keys."""


def say_limits(
    template: StationTemplate, content: Mapping[str, object], spot: Spot, vocabulary: Vocabulary
) -> None:
    """Once for each template: nobody is to find out by waiting."""
    if not vocabulary.limits:
        return
    here = spot.at("ocppVersion")
    here.note(f"{template.ocpp_version}: {vocabulary.limits}")
    if idle := [name for name in _IDLE if name in content]:
        here.note(f"{template.ocpp_version}: without effect so far: {', '.join(idle)}")
    evses = template.evses or {}
    if any(number and len(evse.connectors) > 1 for number, evse in evses.items()):
        here.note(
            f"{template.ocpp_version}: each connector is told as an EVSE of its own, numbered through all"
        )
