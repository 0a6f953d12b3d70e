"""OCPP 1.6: its actions and their message classes."""
