"""What is honoured of OCPP, message by message and key by key, and which tests show it."""
