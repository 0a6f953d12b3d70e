"""Makes docs/table.svg: the live table of a fleet after some minutes of virtual time.

python docs/picture.py
"""

from itertools import cycle, islice
from math import inf
from pathlib import Path

import trio
from trio.testing import MockClock

from ocppsim import clock, templates
from ocppsim.actors.generator import Habits
from ocppsim.cli.demo import MIX
from ocppsim.csms.behaviour import Delay, Rule
from ocppsim.model.facts import Fault
from ocppsim.terminal.header import Header
from ocppsim.terminal.page import Frame, lay_out
from ocppsim.terminal.picture import as_svg
from ocppsim.terminal.totals import summarise
from ocppsim.terminal.view import View
from ocppsim.testing.rig import open_rig

WIDTH, HEIGHT = 132, 24
SEED = 7
STATIONS = 12
MINUTES = 42
HABITS = Habits(60, 600, 600, 3600, stop_after_s=inf, tags=("TAG-1", "TAG-2"), least_soc=0.1, most_soc=0.7)


async def picture() -> str:
    async with open_rig(SEED) as rig:
        rig.csms.behaviour.add(Rule(Delay(0.004, 0.03)))
        for number, name in enumerate(islice(cycle(MIX), STATIONS), 1):
            rig.add(templates.specification(name, f"CS-{number:05}"), habits=HABITS)
        header = Header("ws://csms.example/ocpp", SEED, 1.0, clock.now())
        powers = []
        for _ in range(MINUTES):
            await trio.sleep(60)
            powers.append(summarise(rig.fleet).power_w)
        rig.fleet.stations["CS-00006"].cut_power()
        rig.fleet.stations["CS-00009"].world.set_fault(1, Fault.GROUND)
        rig.drop("CS-00011")
        await trio.sleep(0.5)
        frame = Frame(header, summarise(rig.fleet), powers, "", True)
        return as_svg(lay_out(rig.fleet, frame, View(), WIDTH, HEIGHT).lines, width=WIDTH)


if __name__ == "__main__":
    svg = trio.run(picture, clock=MockClock(autojump_threshold=0))
    Path(__file__).with_name("table.svg").write_text(svg)
