"""How fast stations start: as many together as a worker would have, then a pause."""

from collections.abc import Iterator
from random import Random

from ocppsim.config.simulator import Worker

SPREAD = 0.2


def group(worker: Worker, stations: int, processors: int) -> int:
    """How many stations make a group."""
    match worker.elements_per_worker:
        case int() as number:
            return number
        case "all":
            return max(stations, 1)
        case _:
            return max(1, round(stations / (processors * 1.5))) if stations > processors else 1


def pauses(worker: Worker, stations: int, processors: int, chance: Random) -> Iterator[float]:
    """Seconds after each station, spread by a fifth; all is over after the last one."""
    together = group(worker, stations, processors)
    for number in range(1, stations + 1):
        seconds = worker.element_add_delay / 1000
        if number % together == 0 and number < stations:
            seconds += worker.start_delay / 1000
        yield seconds * chance.uniform(1 - SPREAD, 1 + SPREAD)
