"""A fleet in a hostile world, and what must be true when calm returns."""

import json
from collections.abc import Iterator

import trio
from attrs import define, field

from ocppsim import chance
from ocppsim.actors.generator import Habits
from ocppsim.actors.trace import TraceEntry, Way
from ocppsim.csms.behaviour import Close, Delay, Drop, Garble, Refuse, Rule, Silent
from ocppsim.csms.calls import CallFailed, NotConnected
from ocppsim.model.facts import Fault
from ocppsim.model.meter import Draws, Meter
from ocppsim.model.specification import Outlet, Specification
from ocppsim.testing.rig import Rig

STATIONS = 25
STORM_S = 900.0
CALM_S = 1800.0
MOMENT_S = 0.001

HABITS = Habits(
    least_delay_s=5, most_delay_s=40, least_stay_s=30, most_stay_s=200, stop_after_s=STORM_S, tags=("A", "B")
)
WEATHER = (
    Rule(Delay(0.0, 8.0), chance=0.2),
    Rule(Silent(), chance=0.02),
    Rule(Silent(processed=True), chance=0.02),
    Rule(Refuse(), chance=0.02),
    Rule(Drop(), chance=0.01),
    Rule(Drop(processed=True), chance=0.01),
    Rule(Close(), chance=0.01),
    Rule(Garble("not JSON"), chance=0.005),
    Rule(Garble("wrong id"), chance=0.005),
    Rule(Garble("twice"), chance=0.01),
)
GARBAGE = (
    "",
    "{}",
    "[]",
    "[2]",
    '[2,"x"]',
    '[9,"x",{}]',
    '[2,"g1","Nothing",{}]',
    '[2,"g2","Reset",[]]',
    "\x00",
    '[3,"?",{}]',
)


@define(eq=False)
class Storm:
    """What goes on at one station while the storm lasts."""

    rig: Rig
    station: str
    seed: int
    orderly: bool = False  # no crashes, and no two requests at one instant: what those do has no order
    answered: int = 0
    lost: int = 0

    async def rage(self) -> None:
        draw = chance.stream(self.seed, self.station, "storm")
        async with trio.open_nursery() as nursery:
            while True:
                await trio.sleep(draw.expovariate(1 / 45))
                for place in range(draw.choice((1, 1, 1, 4, 8))):
                    self._strike(draw.randrange(16), draw, nursery, place * MOMENT_S if self.orderly else 0.0)

    def _strike(self, what: int, draw: "chance.Random", nursery: trio.Nursery, after_s: float) -> None:
        rig, station = self.rig, self.rig.fleet.stations[self.station]
        number = draw.randint(1, 2)
        match what:
            case 0:
                station.cut_power()
            case 1:
                rig.drop(self.station)
            case 2:
                rig.freeze(self.station)
            case 3 if self.orderly:
                pass
            case 3:
                self._crash(
                    draw.choice(
                        (station.context.station, station.context.link, station.context.connectors[number])
                    )
                )
            case 4:
                nursery.start_soon(self._raw, after_s, draw.choice(GARBAGE), name=f"garbage {self.station}")
            case 5:
                station.world.set_fault(number, draw.choice((None, None, Fault.GROUND, Fault.READER)))
            case _:
                action, payload = draw.choice(list(requests(draw)))
                nursery.start_soon(
                    self._call, after_s, action, payload, name=f"storm {self.station} {action}"
                )

    def _crash(self, actor: "object") -> None:
        actor.tell(object())  # type: ignore[attr-defined]  # nobody understands this message: a bug, injected

    async def _raw(self, after_s: float, text: str) -> None:
        await trio.sleep(after_s)
        try:
            await self.rig.csms.send_raw(self.station, text)
        except NotConnected:
            self.lost += 1

    async def _call(self, after_s: float, action: str, payload: dict[str, object]) -> None:
        await trio.sleep(after_s)
        try:
            await self.rig.csms.call(self.station, action, payload)
            self.answered += 1
        except CallFailed:
            self.lost += 1


def requests(draw: "chance.Random") -> Iterator[tuple[str, dict[str, object]]]:
    connector = draw.randint(0, 3)
    yield "RemoteStartTransaction", {"idTag": "R", "connectorId": draw.randint(1, 2)}
    yield "RemoteStartTransaction", {"idTag": "R"}
    yield "RemoteStopTransaction", {"transactionId": draw.randint(1, 99)}
    yield "Reset", {"type": draw.choice(["Hard", "Soft"])}
    yield "ChangeAvailability", {"connectorId": connector, "type": draw.choice(["Operative", "Inoperative"])}
    yield "UnlockConnector", {"connectorId": connector}
    yield "ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": str(draw.randint(0, 90))}
    yield "GetConfiguration", {}
    yield "ClearCache", {}
    yield "DataTransfer", {"vendorId": "x"}
    for message in (
        "BootNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
        "FirmwareStatusNotification",
    ):
        yield "TriggerMessage", {"requestedMessage": message}


async def hunt(
    rig: Rig,
    seed: int,
    stations: int = STATIONS,
    storm_s: float = STORM_S,
    calm_s: float = CALM_S,
    *,
    orderly: bool = False,
) -> None:
    """The storm, then calm: long enough for everybody to be well."""
    rig.csms.behaviour.clear()
    for rule in WEATHER:
        rig.csms.behaviour.add(rule)
    async with trio.open_nursery() as nursery:
        for number in range(1, stations + 1):
            station = f"CS-{number:02}"
            rig.add(_drawing(station, number) if number % 3 == 0 else station, connectors=2, habits=HABITS)
            nursery.start_soon(Storm(rig, station, seed, orderly).rage, name=f"storm {station}")
        await trio.sleep(storm_s)
        nursery.cancel_scope.cancel()
    rig.csms.behaviour.clear()
    for station in rig.fleet.stations.values():
        for number in station.context.connectors:
            station.world.set_fault(number, None)
    await trio.sleep(calm_s)


def _drawing(station: str, seed: int) -> Specification:
    """One whose meters draw each value by itself."""
    meter = Meter(main_voltage=True, draws=Draws(seed, chance.stream))
    return Specification(station, outlets={number: Outlet(meter=meter) for number in (1, 2)})


# -- what must be true of every trace


@define
class _Open:
    action: str
    payload: dict[str, object]
    since: int = field(default=0)


def consequences_before_answers(entries: list[TraceEntry]) -> list[str]:
    """Messages that follow from a request and yet left before its answer."""
    found = []
    requested: dict[str, dict[str, _Open]] = {}
    for entry in entries:
        frame = _decoded(entry.text)
        waiting = requested.setdefault(entry.station, {})
        match entry.way, frame:
            case Way.IN, [2, str(call_id), str(action), dict(payload)]:
                waiting[call_id] = _Open(action, payload)
            case Way.OUT, [3 | 4, str(call_id), *_]:
                waiting.pop(call_id, None)
            case Way.OUT, [2, _, str(action), dict(payload)]:
                found += [
                    f"{entry.at} {entry.station} {request.action} before its answer: {entry.text}"
                    for request in waiting.values()
                    if _follows(request, action, payload)
                ]
            case Way.NOTE, _ if "closed" in entry.text or "connected" in entry.text:
                waiting.clear()
    return found


def _follows(request: _Open, action: str, payload: dict[str, object]) -> bool:
    match request.action, action:
        case "Reset", "StopTransaction":
            return payload.get("reason") == "SoftReset"
        case "UnlockConnector", "StopTransaction":
            return payload.get("reason") == "UnlockCommand"
        case "RemoteStopTransaction", "StopTransaction":
            return (
                payload.get("reason") == "Remote"
                and payload["transactionId"] == request.payload["transactionId"]
            )
    return False


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
