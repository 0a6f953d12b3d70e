"""The station's world as pure functions and frozen classes: no I/O, no clock, no randomness of its own."""
