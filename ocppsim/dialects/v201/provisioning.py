"""Block B, provisioning: so far the boot."""

from collections.abc import Callable, Mapping
from typing import Any

from ocppsim.dialects.registration import boot_answer
from ocppsim.model.answers import CallAnswer
from ocppsim.model.registration import BootReason
from ocppsim.model.specification import Specification
from ocppsim.protocol.v201 import provisioning
from ocppsim.protocol.v201.provisioning import BootNotification, ChargingStation, Modem

REASON: Mapping[BootReason, provisioning.BootReason] = {
    BootReason.POWER_UP: "PowerUp",
    BootReason.RESET_BY_ITSELF: "LocalReset",
    BootReason.RESET_REMOTELY: "RemoteReset",
    BootReason.TRIGGERED: "Triggered",
    BootReason.WATCHDOG: "Watchdog",
}


def boot(specification: Specification, reason: BootReason) -> BootNotification:
    iccid, imsi = specification.iccid, specification.imsi
    station = ChargingStation(
        model=specification.model,
        vendor_name=specification.vendor,
        serial_number=specification.serial_number,
        firmware_version=specification.firmware_version,
        modem=Modem(iccid=iccid, imsi=imsi) if iccid or imsi else None,
    )
    return BootNotification(REASON[reason], station)


ANSWERS: Mapping[str, Callable[[Any], CallAnswer]] = {
    "BootNotification": lambda answer: boot_answer(answer.status, answer.interval, answer.current_time),
}
