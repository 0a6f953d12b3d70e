"""What a fleet costs: the load, the central system that takes it, and the peers it is compared with."""
