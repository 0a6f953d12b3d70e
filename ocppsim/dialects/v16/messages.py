"""What a station says in OCPP 1.6: happenings to messages, and what the central system answers to them."""

from collections.abc import Callable, Mapping

from ocppsim.clock import moment
from ocppsim.model.connector import Status
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.session import Context, StopReason
from ocppsim.model.settings import Settings
from ocppsim.model.specification import Specification
from ocppsim.protocol.v16 import core

STATUS: Mapping[Status, core.ChargePointStatus] = {
    Status.AVAILABLE: "Available",
    Status.PREPARING: "Preparing",
    Status.CHARGING: "Charging",
    Status.SUSPENDED_EV: "SuspendedEV",
    Status.SUSPENDED_EVSE: "SuspendedEVSE",
    Status.FINISHING: "Finishing",
    Status.UNAVAILABLE: "Unavailable",
    Status.FAULTED: "Faulted",
}
ERROR_CODE: Mapping[Fault, core.ChargePointErrorCode] = {
    Fault.CONNECTOR_LOCK: "ConnectorLockFailure",
    Fault.EV_COMMUNICATION: "EVCommunicationError",
    Fault.GROUND: "GroundFailure",
    Fault.HIGH_TEMPERATURE: "HighTemperature",
    Fault.INTERNAL: "InternalError",
    Fault.OTHER: "OtherError",
    Fault.OVER_CURRENT: "OverCurrentFailure",
    Fault.OVER_VOLTAGE: "OverVoltage",
    Fault.POWER_METER: "PowerMeterFailure",
    Fault.POWER_SWITCH: "PowerSwitchFailure",
    Fault.READER: "ReaderFailure",
    Fault.RESET: "ResetFailure",
    Fault.UNDER_VOLTAGE: "UnderVoltage",
    Fault.WEAK_SIGNAL: "WeakSignal",
}
REASON: Mapping[StopReason, core.StopReason] = {
    StopReason.DEAUTHORIZED: "DeAuthorized",
    StopReason.EMERGENCY_STOP: "EmergencyStop",
    StopReason.EV_DISCONNECTED: "EVDisconnected",
    StopReason.HARD_RESET: "HardReset",
    StopReason.LOCAL: "Local",
    StopReason.OTHER: "Other",
    StopReason.POWER_LOSS: "PowerLoss",
    StopReason.REBOOT: "Reboot",
    StopReason.REMOTE: "Remote",
    StopReason.SOFT_RESET: "SoftReset",
    StopReason.UNLOCK_COMMAND: "UnlockCommand",
}
_WITH_EV = frozenset({Status.PREPARING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE, Status.FINISHING})
"""The statuses that go with a failure to talk to the EV (4.9)."""

CONTEXT: Mapping[Context, core.ReadingContext] = {
    Context.PERIODIC: "Sample.Periodic",
    Context.TRIGGER: "Trigger",
}


# -- what the station says


def boot(specification: Specification) -> core.BootNotification:
    return core.BootNotification(
        charge_point_vendor=specification.vendor,
        charge_point_model=specification.model,
        charge_point_serial_number=specification.serial_number,
        firmware_version=specification.firmware_version,
        meter_type=specification.meter_type,
        meter_serial_number=specification.meter_serial_number,
    )


def status(number: int, value: Status, fault: Fault | None, at: float) -> core.StatusNotification:
    """A fault that does not stop charging is told as a warning, without the status Faulted (4.9)."""
    code: core.ChargePointErrorCode = "NoError" if fault is None else ERROR_CODE[fault]
    if value is Status.FAULTED and (fault is None or not fault.stops_charging):
        code = "OtherError"  # an emergency stop has no code of its own
    elif fault is Fault.EV_COMMUNICATION and value not in _WITH_EV:
        code = "NoError"
    return core.StatusNotification(
        connector_id=number, error_code=code, status=STATUS[value], timestamp=moment(at)
    )


def begun(number: int, what: Begun, offset_s: float) -> core.StartTransaction:
    session = what.session
    return core.StartTransaction(
        connector_id=number,
        id_tag=session.tag,
        meter_start=round(session.start_wh),
        timestamp=moment(session.started_at + offset_s),
    )


def ended(what: Ended, offset_s: float) -> core.StopTransaction:
    return core.StopTransaction(
        meter_stop=round(what.register_wh),
        timestamp=moment(what.at + offset_s),
        transaction_id=0,  # known when it is sent
        id_tag=what.tag,
        reason=REASON[what.reason],
    )


def sampled(number: int, what: Sampled, settings: Settings, offset_s: float) -> core.MeterValues:
    context = CONTEXT[what.context]
    values = tuple(
        value for measurand in settings.measurands for value in _MEASURED[measurand](what, context)
    )
    reading = core.MeterValue(moment(what.at + offset_s), values or _register(what, context))
    return core.MeterValues(number, (reading,))


def _value(
    text: str,
    context: core.ReadingContext,
    measurand: str,
    unit: str,
    phase: str | None = None,
) -> core.SampledValue:
    return core.SampledValue(value=text, context=context, measurand=measurand, phase=phase, unit=unit)


Values = tuple[core.SampledValue, ...]


def _register(what: Sampled, context: core.ReadingContext) -> Values:
    """Whole Wh, rounded as StopTransaction rounds, so that no later reading is below an earlier one."""
    return (_value(str(round(what.register_wh)), context, "Energy.Active.Import.Register", "Wh"),)


def _power(what: Sampled, context: core.ReadingContext) -> Values:
    return (_value(f"{what.reading.power_w:.1f}", context, "Power.Active.Import", "W"),)


def _per_phase(
    text: str, context: core.ReadingContext, measurand: str, unit: str, phases: int, of: str
) -> Values:
    if phases <= 1:
        return (_value(text, context, measurand, unit),)
    return tuple(_value(text, context, measurand, unit, f"L{n}{of}") for n in range(1, phases + 1))


def _current(what: Sampled, context: core.ReadingContext) -> Values:
    reading = what.reading
    return _per_phase(f"{reading.current_a:.2f}", context, "Current.Import", "A", reading.phases, "")


def _voltage(what: Sampled, context: core.ReadingContext) -> Values:
    reading = what.reading
    return _per_phase(f"{reading.voltage_v:.1f}", context, "Voltage", "V", reading.phases, "-N")


def _soc(what: Sampled, context: core.ReadingContext) -> Values:
    if what.reading.soc_percent is None:
        return ()
    text = f"{what.reading.soc_percent:.1f}"
    value = core.SampledValue(value=text, context=context, measurand="SoC", location="EV", unit="Percent")
    return (value,)


_MEASURED: Mapping[str, Callable[[Sampled, core.ReadingContext], Values]] = {
    "Energy.Active.Import.Register": _register,
    "Power.Active.Import": _power,
    "Current.Import": _current,
    "Voltage": _voltage,
    "SoC": _soc,
}
