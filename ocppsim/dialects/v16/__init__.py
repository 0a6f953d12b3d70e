"""The dialect of OCPP 1.6."""

from ocppsim.dialects.v16.dialect import Dialect16

__all__ = ["Dialect16"]
