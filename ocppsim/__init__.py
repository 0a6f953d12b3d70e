"""ocppsim: fleets of EV charging stations that speak OCPP-J to a central system."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocppsim.embedding import ConnectorHandle, Simulator, StationHandle, open_simulator

__all__ = ["ConnectorHandle", "Simulator", "StationHandle", "open_simulator"]


def __getattr__(name: str) -> object:
    """Load the embedding API when it is used: parts of the package stay light without it."""
    if name in __all__:
        return getattr(import_module("ocppsim.embedding"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
