"""The dialect of OCPP 1.6."""
