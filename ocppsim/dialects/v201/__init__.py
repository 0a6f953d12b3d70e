"""The dialect of OCPP 2.0.1: boot, status, heartbeat and cache so far."""

from ocppsim.dialects.v201.dialect import Dialect201

__all__ = ["Dialect201"]
