"""The embedded central system: the default peer of the demo, of tests and of scenarios."""
