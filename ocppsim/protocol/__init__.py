"""OCPP-J on the wire, sans I/O: text in, events and text out."""
