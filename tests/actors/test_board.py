"""The board in virtual time: people see what a round leaves, not what it passes through."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ocppsim.actors.board import Board, ConnectorView, LinkView
from ocppsim.actors.runtime import System, open_system
from ocppsim.model.outbox import Entry, Outbox, Place
from ocppsim.model.registration import Registration, Standing

ACCEPTED, UNKNOWN = Registration(Standing.ACCEPTED), Registration()
ONLINE, OFFLINE = LinkView(online=True), LinkView()
UP_FIRST, DOWN_FIRST = (0, 1), (1, 0)


def welcoming(board: Board) -> bool:
    return board.online and board.registration.accepted


async def board_in_rounds(system: System) -> Board:
    """A board in its second round: from then on there is something to see."""
    board = Board("CS-1", Outbox(), rounds=system.rounds)
    board.changed()
    await trio.lowlevel.checkpoint()
    return board


async def somebody_comes(order: tuple[int, int], *, ordered: bool) -> bool:
    """Whether somebody came while, in one round, the link came up and the registration went."""
    came = trio.Event()
    async with open_system(ordered=ordered) as system, trio.open_nursery() as nursery:
        board = Board("CS-1", Outbox(), registration=ACCEPTED, rounds=system.rounds)
        board.changed()

        async def come() -> None:
            await board.until(welcoming)
            came.set()

        nursery.start_soon(come)
        await wait_all_tasks_blocked()
        changes = (lambda: board.show_link(ONLINE), lambda: board.show_registration(UNKNOWN))
        for which in order:  # as if by two tasks
            changes[which]()
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    return came.is_set()


@pytest.mark.parametrize(("order", "in_real_time"), [(UP_FIRST, True), (DOWN_FIRST, False)])
def test_who_was_quicker_in_a_round_does_not_matter(order: tuple[int, int], in_real_time: bool) -> None:
    def run(*, ordered: bool) -> bool:
        async def main() -> bool:
            return await somebody_comes(order, ordered=ordered)

        return trio.run(main, clock=MockClock(autojump_threshold=0))

    assert not run(ordered=True)
    assert run(ordered=False) is in_real_time


async def test_what_comes_true_in_a_round_is_seen_in_the_next(autojump_clock: MockClock) -> None:
    del autojump_clock
    async with open_system(ordered=True) as system:
        board = await board_in_rounds(system)
        board.show_link(ONLINE)
        assert not board.seen.online
        await board.until(lambda board: board.online)
        assert board.seen.online
        board.show_link(OFFLINE)
        assert board.seen.online
        await trio.lowlevel.checkpoint()
        assert not board.seen.online


async def test_counts_are_seen_as_a_round_leaves_them(autojump_clock: MockClock) -> None:
    del autojump_clock
    async with open_system(ordered=True) as system:
        board = await board_in_rounds(system)
        board.tally.calls += 1
        board.changed()
        assert board.seen.tally.calls == 0
        await trio.lowlevel.checkpoint()
        assert board.seen.tally.calls == 1


async def test_connectors_and_what_is_unsent_are_seen_so_too(autojump_clock: MockClock) -> None:
    del autojump_clock
    async with open_system(ordered=True) as system:
        board = await board_in_rounds(system)
        board.show_connector(1, ConnectorView())
        board.outbox.add(Entry(1, 1, 0.0, "id", "StartTransaction", {}, "1-1", Place.OPENS))
        assert (dict(board.seen.connectors), board.seen.unsent) == ({}, 0)
        await trio.lowlevel.checkpoint()
        assert (dict(board.seen.connectors), board.seen.unsent) == ({1: ConnectorView()}, 1)
        board.show_connector(1, ConnectorView(busy=True))
        board.outbox.done(board.outbox.entries[0])
        assert not board.seen.connectors[1].busy
        assert board.seen.unsent == 1


async def test_a_change_that_nobody_told_of_is_seen_too(autojump_clock: MockClock) -> None:
    del autojump_clock
    async with open_system(ordered=True) as system:
        board = await board_in_rounds(system)
        board.ended = True
        with trio.fail_after(1):
            await board.until(lambda board: board.ended)
