"""Files from and to other machines: one port with two makers, `pretended` and `real`."""

from ocppsim.actors.transfer.port import Failure, MakeTransfers, TransferFailed, Transfers
from ocppsim.actors.transfer.pretended import PRETENDED_FIRMWARE, pretended

__all__ = ["PRETENDED_FIRMWARE", "Failure", "MakeTransfers", "TransferFailed", "Transfers", "pretended"]
