"""Connections in memory and in virtual time: order of answers, ends of connections, what is seen."""

import json

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.wire.transport import TransportClosed
from ocppsim.csms.behaviour import Behaviour, Close, Delay, Drop, Garble, Rule, Silent, pending
from ocppsim.csms.central_system import CentralSystem, open_central_system
from ocppsim.csms.channel import ChannelClosed
from ocppsim.csms.events import Connected, Disconnected, Event, FrameSeen
from ocppsim.csms.findings import Breach, Finding
from ocppsim.csms.tags import Tags
from ocppsim.protocol.actions import Sender
from tests.csms.little_station import BOOT, connected, start, stop


async def test_answers_come_in_the_order_of_the_calls_also_when_some_are_late(
    autojump_clock: MockClock,
) -> None:
    behaviour = Behaviour(Rule(Delay(5), actions=["Authorize"]))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms, connected(csms) as station:
        await station.boot()
        began = trio.current_time()
        await station.write(2, "a", "Authorize", {"idTag": "T"})
        await station.write(2, "b", "Heartbeat", {})
        assert [(await station.read())[1] for _ in range(2)] == ["a", "b"]
        assert trio.current_time() - began == 5
        assert [finding.rule for finding in csms.findings] == [Breach.OVERLAP]


async def test_calls_written_without_waiting_are_seen_as_such(autojump_clock: MockClock) -> None:
    async with open_central_system() as csms, connected(csms) as station:
        await station.boot()
        async with trio.open_nursery() as nursery:
            for call_id in "abc":
                nursery.start_soon(station.write, 2, call_id, "Heartbeat", {})
        assert sorted([(await station.read())[1] for _ in range(3)]) == ["a", "b", "c"]
        assert [finding.rule for finding in csms.findings] == [Breach.OVERLAP] * 2
        for _ in range(3):
            await station.call("Heartbeat")
        assert csms.summary().violations == 2


async def test_a_station_may_call_again_after_its_time_out(autojump_clock: MockClock) -> None:
    behaviour = Behaviour(Rule(Delay(60), times=1, actions=["Heartbeat"]))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms, connected(csms) as station:
        await station.boot()
        await station.write(2, "a", "Heartbeat", {})
        await trio.sleep(30)
        await station.write(2, "b", "Heartbeat", {})
        assert [(await station.read())[1] for _ in range(2)] == ["a", "b"]
        assert not csms.findings


async def test_a_late_answer_to_the_first_of_two_with_one_id_lets_a_station_call_again(
    autojump_clock: MockClock,
) -> None:
    behaviour = Behaviour(Rule(Delay(60), times=2, actions=["StartTransaction"]))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms, connected(csms) as station:
        await station.boot()
        await station.write(2, "a", "StartTransaction", start())
        await trio.sleep(31)
        await station.write(2, "a", "StartTransaction", start())
        assert (await station.read())[1] == "a"
        await station.write(2, "b", "Heartbeat", {})
        assert [(await station.read())[1] for _ in range(2)] == ["a", "b"]
        assert not csms.findings


async def test_silence_is_silence(autojump_clock: MockClock) -> None:
    behaviour = Behaviour(Rule(Silent(), actions=["Heartbeat"], times=1))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms, connected(csms) as station:
        await station.boot()
        with trio.move_on_after(3600) as waited:
            await station.call("Heartbeat")
        assert waited.cancelled_caught
        assert "currentTime" in await station.call("Heartbeat")


@pytest.mark.parametrize(("effect", "code"), [(Close(4000, "told so"), 4000), (Drop(), 1006)])
async def test_a_connection_can_end_instead_of_an_answer(
    effect: Close | Drop, code: int, autojump_clock: MockClock
) -> None:
    behaviour = Behaviour(Rule(effect, after=1, times=1))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms, connected(csms) as station:
        await station.boot()
        with pytest.raises(TransportClosed) as closed:
            await station.call("Heartbeat")
        assert closed.value.code == code
        async with connected(csms, prefix="t") as again:
            assert "currentTime" in await again.call("Heartbeat")


async def test_garbled_answers_are_written_as_they_are(autojump_clock: MockClock) -> None:
    behaviour = Behaviour(Rule(Garble("twice"), actions=["Heartbeat"]))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms, connected(csms) as station:
        await station.boot()
        await station.write(2, "a", "Heartbeat", {})
        assert await station.read() == await station.read()


async def test_a_resend_on_a_new_connection_counts_once(autojump_clock: MockClock) -> None:
    behaviour = Behaviour(Rule(Drop(processed=True), actions=["StartTransaction"], times=1))
    async with open_central_system(CentralSystem(behaviour=behaviour)) as csms:
        async with connected(csms) as station:
            await station.boot()
            with pytest.raises(TransportClosed):
                await station.call("StartTransaction", start(), "a")
        async with connected(csms, prefix="t") as station:
            answer = await station.call("StartTransaction", start(), "a")
            await station.call("StopTransaction", stop(answer["transactionId"]))
        summary = csms.summary()
        assert (summary.sessions_started, summary.sessions_completed, summary.resent) == (1, 1, 1)
        assert not csms.findings


async def test_a_new_connection_replaces_the_old_one(autojump_clock: MockClock) -> None:
    async with open_central_system() as csms, connected(csms) as old:
        await old.boot()
        async with connected(csms) as new:
            with pytest.raises(TransportClosed) as closed:
                await old.read()
            assert closed.value.code == 1006
            await wait_all_tasks_blocked()
            assert list(csms.peers) == ["CS-1"]
            assert "currentTime" in await new.call("Heartbeat")
        await wait_all_tasks_blocked()
        assert dict(csms.peers) == {}


async def test_a_station_that_comes_back_may_have_restarted(autojump_clock: MockClock) -> None:
    """It boots at once, whatever interval its last life was told."""
    async with open_central_system(CentralSystem(behaviour=Behaviour(pending(300)))) as csms:
        for prefix in "st":
            async with connected(csms, prefix=prefix) as station:
                await station.call("BootNotification", BOOT)
        assert not csms.findings


async def test_close_drop_and_down_end_connections_in_their_ways(autojump_clock: MockClock) -> None:
    codes = []
    async with open_central_system() as csms:
        for ending in ("close", "drop", "down"):
            async with connected(csms) as station:
                await station.boot()
                if ending == "close":
                    await csms.close("CS-1", 1001, "so long")
                elif ending == "drop":
                    csms.drop("CS-1")
                else:
                    csms.go_down()
                with pytest.raises(TransportClosed) as closed:
                    await station.read()
                codes.append(closed.value.code)
        await csms.close("nobody")
        csms.drop("nobody")
    assert codes == [1001, 1006, 1006]


async def test_at_its_end_the_central_system_says_that_it_goes_away(autojump_clock: MockClock) -> None:
    codes: list[int] = []

    async def station(central_system: CentralSystem) -> None:
        async with connected(central_system) as little:
            await little.boot()
            try:
                await little.read()
            except TransportClosed as closed:
                codes.append(closed.code)

    async with trio.open_nursery() as nursery, open_central_system() as csms:
        nursery.start_soon(station, csms)
        await csms.until(lambda: csms.summary().boots == 1)
        await wait_all_tasks_blocked()
    assert codes == [1001]


async def test_listeners_are_told_of_all_that_passes(autojump_clock: MockClock) -> None:
    seen: list[Event] = []
    async with open_central_system() as csms:
        csms.listeners.append(seen.append)
        async with connected(csms) as station:
            await station.call("Heartbeat")
        await wait_all_tasks_blocked()
    kinds = [type(event) for event in seen]
    assert kinds == [Connected, FrameSeen, Finding, FrameSeen, Disconnected]
    senders = [event.sender for event in seen if isinstance(event, FrameSeen)]
    assert senders == [Sender.STATION, Sender.CENTRAL_SYSTEM]


async def test_one_can_wait_for_what_is_seen(autojump_clock: MockClock) -> None:
    async with open_central_system() as csms, trio.open_nursery() as nursery:

        async def boot_later() -> None:
            await trio.sleep(100)
            async with connected(csms) as station:
                await station.boot()

        nursery.start_soon(boot_later)
        await csms.until(lambda: csms.summary().boots == 1)
        assert trio.current_time() == 100


async def test_the_summary_adds_up_over_stations(autojump_clock: MockClock) -> None:
    async with open_central_system() as csms:
        for number in range(3):
            async with connected(csms, f"CS-{number}") as station:
                await station.boot()
                answer = await station.call("StartTransaction", start(meter=100))
                if number:
                    await station.call("StopTransaction", stop(answer["transactionId"], meter=350))
                await station.call("Nonsense")
        summary = csms.summary()
        assert (summary.stations, summary.connections, summary.boots) == (3, 3, 3)
        assert (summary.sessions_started, summary.sessions_completed, summary.energy_wh) == (3, 2, 500)
        assert summary.calls == {
            "(unknown)": 3,
            "BootNotification": 3,
            "StartTransaction": 3,
            "StopTransaction": 2,
        }
        assert summary.violations == 3
        assert summary.breaches == {Breach.WRONG_ACTION: 3}
        assert {finding.identity for finding in csms.findings} == {"CS-0", "CS-1", "CS-2"}
        assert len(csms.ledger("CS-1").transactions) == 1
        assert csms.ledger("never seen").transactions == {}


async def test_a_tag_is_in_use_wherever_its_transaction_runs(autojump_clock: MockClock) -> None:
    central_system = CentralSystem(tags=Tags(single_use=True))
    async with (
        open_central_system(central_system) as csms,
        connected(csms, "CS-1") as one,
        connected(csms, "CS-2") as two,
    ):
        await one.boot()
        await two.boot()
        first = await one.call("StartTransaction", start(tag="Tag"))
        second = await two.call("StartTransaction", start(tag="TAG"))
        await one.call("StopTransaction", stop(first["transactionId"]))
        third = await two.call("StartTransaction", start(2, tag="other"))
    statuses = [answer["idTagInfo"]["status"] for answer in (first, second, third)]
    assert statuses == ["Accepted", "ConcurrentTx", "Accepted"]


def test_the_same_seed_gives_the_same_run() -> None:
    async def run(seed: int) -> list[Event]:
        seen: list[Event] = []
        behaviour = Behaviour(Rule(Delay(0.1, jitter_s=3)), Rule(Silent(), actions=["Heartbeat"], chance=0.3))
        async with open_central_system(CentralSystem(seed=seed, behaviour=behaviour)) as csms:
            csms.listeners.append(seen.append)

            async def station(identity: str) -> None:
                async with connected(csms, identity) as little:
                    await little.call("BootNotification", BOOT)
                    for _ in range(10):
                        with trio.move_on_after(7):
                            await little.call("Heartbeat")
                    await little.call("StartTransaction", start())

            async with trio.open_nursery() as nursery:
                for number in range(5):
                    nursery.start_soon(station, f"CS-{number}")
        return sorted(seen, key=lambda event: (event.time, getattr(event, "identity", "")))

    def run_once(seed: int) -> list[Event]:
        return trio.run(run, seed, clock=MockClock(autojump_threshold=0))

    assert run_once(1) == run_once(1)
    assert run_once(1) != run_once(2)
    assert any(isinstance(event, Disconnected) for event in run_once(1))


class CutWhileWriting:
    """A connection that ends while the first answer is written, with something that was not read yet."""

    def __init__(self) -> None:
        self.frames = ['[2, "a", "Heartbeat", {}]']
        self.written: list[str] = []
        self.over = False

    async def send(self, text: str) -> None:
        await trio.lowlevel.checkpoint()
        self.written.append(text)
        if text.startswith("[2"):
            return
        call_id = json.loads(self.written[0])[1]
        self.frames.append(f'[3, "{call_id}", {{"status": "Accepted"}}]')
        self.over = True
        raise ChannelClosed(1000)

    async def receive(self) -> str | bytes:
        await trio.lowlevel.checkpoint()
        while not (self.frames and self.written):  # the request of the central system comes first
            await trio.sleep(1)
            if self.over:
                raise ChannelClosed(1000)
        return self.frames.pop(0)

    def unread(self) -> bool:
        return bool(self.frames and self.written)

    async def close(self, code: int = 1000, reason: str = "") -> None: ...

    def drop(self) -> None: ...


async def test_an_answer_that_came_before_the_end_counts_also_if_the_end_was_seen_in_writing(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async with open_central_system() as csms:
        nursery.start_soon(csms.serve, CutWhileWriting(), "CS-1")
        await wait_all_tasks_blocked()
        assert await csms.call("CS-1", "ClearCache", {}) == {"status": "Accepted"}
        assert not csms.peers
