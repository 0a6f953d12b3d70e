"""The ordinary answers of a central system to what stations send (OCPP 1.6 Core)."""

from collections.abc import Callable

from ocppsim.clock import moment
from ocppsim.csms.tags import Tags
from ocppsim.protocol import schemas, v16
from ocppsim.protocol.actions import Message, Sender
from ocppsim.protocol.convert import Unreadable, dump, load
from ocppsim.protocol.errors import Fault, Refusal
from ocppsim.protocol.frames import Call, Payload
from ocppsim.protocol.v16 import core, security
from ocppsim.values import frozen


def read(call: Call) -> Message[object]:
    """The message in a CALL of a station; raises the Refusal to answer with."""
    action = v16.ACTIONS.get(call.action)
    if action is None:
        raise Refusal(Fault.NOT_IMPLEMENTED, f"no action {call.action:.60}")
    if action.sender is Sender.CENTRAL_SYSTEM:
        raise Refusal(Fault.NOT_SUPPORTED, f"{call.action} is sent by central systems")
    if violations := schemas.violations("v16", call.action, call.payload):
        raise Refusal.of(violations)
    try:
        return load(call.payload, action.request)
    except Unreadable as unreadable:
        raise Refusal(Fault.PROPERTY, str(unreadable)) from unreadable


@frozen
class Answers:
    """Gives each message its answer; all that it depends on is an argument."""

    tags: Tags
    heartbeat_interval_s: int
    signs: bool = False  # there is an authority that signs stations' certificates

    def to(
        self, message: Message[object], now: float, new_transaction: Callable[[], int], *, in_use: bool
    ) -> Payload:
        """The answer; `in_use` when the tag in the message has an open transaction."""
        match message:
            case core.BootNotification():
                return {"status": "Accepted", "interval": self.heartbeat_interval_s, **_time(now)}
            case core.Heartbeat():
                return _time(now)
            case core.Authorize(id_tag=tag) | core.StopTransaction(id_tag=str(tag)):
                return {"idTagInfo": dump(self.tags.info(tag, now))}
            case core.StartTransaction(id_tag=tag):
                info = dump(self.tags.info(tag, now, in_use=in_use))
                return {"transactionId": new_transaction(), "idTagInfo": info}
            case security.SignCertificate():
                return {"status": "Accepted" if self.signs else "Rejected"}
            case core.DataTransfer():
                return {"status": "UnknownVendorId"}
            case _:
                return {}


def _time(now: float) -> Payload:
    return dump(core.HeartbeatResponse(moment(now)))
