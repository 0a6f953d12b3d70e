"""Everything alive: the fleet, its stations and their parts."""
