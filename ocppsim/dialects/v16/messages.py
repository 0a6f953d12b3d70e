"""What a station says in OCPP 1.6: happenings to messages, and what the central system answers to them."""

from collections.abc import Mapping

from ocppsim.clock import moment
from ocppsim.dialects.v16 import signed_values
from ocppsim.dialects.v16.displayed import displayed
from ocppsim.dialects.v16.measurands import Values, measured
from ocppsim.model.connector import Status
from ocppsim.model.drawing import REGISTER
from ocppsim.model.facts import Fault
from ocppsim.model.inputs import Begun, Ended, Sampled
from ocppsim.model.metering import Series, told_at_once, told_at_the_end
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
    Status.RESERVED: "Reserved",
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
    Context.CLOCK: "Sample.Clock",
    Context.BEGIN: "Transaction.Begin",
    Context.END: "Transaction.End",
    Context.INTERRUPTION_BEGIN: "Interruption.Begin",
    Context.INTERRUPTION_END: "Interruption.End",
    Context.TRIGGER: "Trigger",
    Context.OTHER: "Other",
}


# -- what the station says


def boot(specification: Specification) -> core.BootNotification:
    return core.BootNotification(
        charge_point_vendor=specification.vendor,
        charge_point_model=specification.model,
        charge_point_serial_number=specification.serial_number,
        charge_box_serial_number=specification.box_serial_number,
        firmware_version=specification.firmware_version,
        iccid=specification.iccid,
        imsi=specification.imsi,
        meter_type=specification.meter_type,
        meter_serial_number=specification.meter_serial_number,
    )


def status(
    number: int, value: Status, fault: Fault | None, at: float, unplugged: bool = False
) -> core.StatusNotification:
    """A fault that does not stop charging is told as a warning, without the status Faulted (4.9)."""
    code: core.ChargePointErrorCode = "NoError" if fault is None else ERROR_CODE[fault]
    if value is Status.FAULTED and (fault is None or not fault.stops_charging):
        code = "OtherError"  # an emergency stop has no code of its own
    elif fault is Fault.EV_COMMUNICATION and value not in _WITH_EV:
        code = "NoError"
    return core.StatusNotification(
        connector_id=number,
        error_code=code,
        status=STATUS[value],
        info="EV side disconnected" if unplugged else None,
        timestamp=moment(at),
    )


def begun(number: int, what: Begun, offset_s: float) -> core.StartTransaction:
    session = what.session
    return core.StartTransaction(
        connector_id=number,
        id_tag=session.tag,
        meter_start=round(session.start_wh),
        timestamp=moment(session.started_at + offset_s),
        reservation_id=session.reservation,
    )


def ended(what: Ended, settings: Settings, offset_s: float, series: Series) -> core.StopTransaction:
    readings = (_told_at_the_end(reading, settings, offset_s) for reading in series)
    data = tuple(reading for reading in readings if reading.sampled_value)
    return core.StopTransaction(
        meter_stop=round(what.register_wh),
        timestamp=moment(what.at + offset_s),
        transaction_id=0,  # known when it is sent
        id_tag=what.tag,
        reason=REASON[what.reason],
        transaction_data=data or None,
    )


def _told_at_the_end(what: Sampled, settings: Settings, offset_s: float) -> core.MeterValue:
    context = CONTEXT[what.context]
    values = _values(what, told_at_the_end(what.context, settings), context, settings)
    if settings.signs:
        values += signed_values.value(what, context, settings, ends=True)
    return core.MeterValue(moment(what.at + offset_s), values)


def _values(
    what: Sampled, measurands: tuple[str, ...], context: core.ReadingContext, settings: Settings
) -> Values:
    if settings.meter is not None:
        return displayed(what, measurands, context, settings.meter)
    return measured(what, measurands, context)


def sampled(number: int, what: Sampled, settings: Settings, offset_s: float) -> core.MeterValues:
    context = CONTEXT[what.context]
    measurands = told_at_once(what.context, settings)
    values = _values(what, measurands, context, settings)
    if settings.signs and signed_values.at_once(what, measurands, settings):
        values += signed_values.value(what, context, settings, ends=False)
    reading = core.MeterValue(
        moment(what.at + offset_s), values or _values(what, (REGISTER,), context, settings)
    )
    return core.MeterValues(number, (reading,))
