"""Actors on Trio: mailboxes, lives and the rules between them. Knows nothing of OCPP."""
