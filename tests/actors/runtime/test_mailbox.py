"""Mailboxes without actors: order, bound, topics, back-pressure, and readers that are cancelled."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from ocppsim.actors.runtime.mailbox import BUDGET, Mailbox, MailboxFull, PlainMailbox
from ocppsim.actors.runtime.rounds import OrderedMailbox, Rounds

Box = Mailbox[str]


@pytest.fixture(params=["plain", "ordered"])
async def mailbox(request: pytest.FixtureRequest) -> AsyncIterator[Box]:
    """One of size 4, of either kind."""
    if request.param == "plain":
        yield PlainMailbox(4)
        return
    rounds = Rounds()
    trio.lowlevel.add_instrument(rounds)
    yield OrderedMailbox(4, rounds)
    trio.lowlevel.remove_instrument(rounds)


async def all_of(mailbox: Box) -> list[str]:
    items = []
    while len(mailbox):
        items.append(await mailbox.get())
    return items


async def test_first_in_first_out(mailbox: Box) -> None:
    for item in "abc":
        mailbox.put(item)
    assert await all_of(mailbox) == ["a", "b", "c"]


async def test_full_mailbox_takes_nothing_more(mailbox: Box) -> None:
    for item in "abcd":
        mailbox.put(item)
    with pytest.raises(MailboxFull, match="4 messages wait"):
        mailbox.put("e")
    assert mailbox.high == 4
    assert await all_of(mailbox) == ["a", "b", "c", "d"]


# -- state


async def test_newest_of_a_topic_stands_at_the_place_of_the_first(mailbox: Box) -> None:
    mailbox.put("limit 1", topic="limit")
    mailbox.put("a")
    mailbox.put("demand 1", topic="demand")
    mailbox.put("limit 2", topic="limit")
    mailbox.put("demand 2", topic="demand")
    assert len(mailbox) == 3
    assert await all_of(mailbox) == ["limit 2", "a", "demand 2"]


async def test_newest_of_a_topic_counts_also_when_rounds_lie_between(mailbox: Box) -> None:
    for number in range(20):
        mailbox.put(f"limit {number}", topic="limit")
        await trio.lowlevel.checkpoint()
        assert len(mailbox) <= 2, "does not grow while nobody reads"
    assert await mailbox.get() == "limit 19"
    assert len(mailbox) == 0


async def test_topic_that_was_read_begins_anew(mailbox: Box) -> None:
    mailbox.put("limit 1", topic="limit")
    assert await mailbox.get() == "limit 1"
    mailbox.put("a")
    mailbox.put("limit 2", topic="limit")
    assert await all_of(mailbox) == ["a", "limit 2"]


async def test_full_mailbox_still_takes_the_newest_of_a_waiting_topic(mailbox: Box) -> None:
    mailbox.put("limit 1", topic="limit")
    for item in "abc":
        mailbox.put(item)
    mailbox.put("limit 2", topic="limit")
    assert await all_of(mailbox) == ["limit 2", "a", "b", "c"]


async def test_topic_that_found_no_room_leaves_no_trace(mailbox: Box) -> None:
    for item in "abcd":
        mailbox.put(item)
    with pytest.raises(MailboxFull):
        mailbox.put("limit 1", topic="limit")
    assert await all_of(mailbox) == ["a", "b", "c", "d"]
    mailbox.put("limit 2", topic="limit")
    assert await all_of(mailbox) == ["limit 2"]


async def test_sifting_takes_out_what_is_not_kept_and_forgets_its_topic(mailbox: Box) -> None:
    mailbox.put("limit 1", topic="limit")
    mailbox.put("a")
    mailbox.put("demand 1", topic="demand")
    assert mailbox.sift(lambda item: item != "limit 1") == ["limit 1"]
    mailbox.put("limit 2", topic="limit")
    mailbox.put("demand 2", topic="demand")
    assert await all_of(mailbox) == ["a", "demand 2", "limit 2"]


# -- room


async def test_room_makes_a_producer_wait_until_half_is_free(mailbox: Box, nursery: trio.Nursery) -> None:
    async def produce() -> None:
        for item in "abcdefgh":
            await mailbox.room()
            mailbox.put(item)

    nursery.start_soon(produce)
    await wait_all_tasks_blocked()
    assert len(mailbox) == 3
    assert [await mailbox.get() for _ in range(8)] == list("abcdefgh")
    assert mailbox.high == 3


async def test_several_producers_that_wait_for_room_all_come_through(
    mailbox: Box, nursery: trio.Nursery
) -> None:
    async def produce(name: str) -> None:
        for number in range(5):
            await mailbox.room()
            mailbox.put(f"{name}{number}")

    for name in "abc":
        nursery.start_soon(produce, name, name=name)
    taken = [await mailbox.get() for _ in range(15)]
    assert sorted(taken) == sorted(f"{name}{number}" for name in "abc" for number in range(5))
    assert mailbox.high == 3, "none of those woken at once posted without looking again"


async def test_room_comes_also_when_the_mailbox_is_emptied(mailbox: Box, nursery: trio.Nursery) -> None:
    for item in "abcd":
        mailbox.put(item)
    waited = trio.Event()

    async def wait() -> None:
        await mailbox.room()
        waited.set()

    nursery.start_soon(wait)
    await wait_all_tasks_blocked()
    assert not waited.is_set()
    mailbox.sift(lambda _: False)
    await waited.wait()


# -- readers


async def test_reader_yields_every_32_messages() -> None:
    mailbox: PlainMailbox[int] = PlainMailbox(1000)
    for number in range(4 * BUDGET):
        mailbox.put(number)
    rounds = Rounds()
    trio.lowlevel.add_instrument(rounds)
    taken_in: Counter[int] = Counter()
    for _ in range(4 * BUDGET):
        await mailbox.get()
        taken_in[rounds.now] += 1
    trio.lowlevel.remove_instrument(rounds)
    assert max(taken_in.values()) == BUDGET
    assert len(taken_in) == 5, "and yields no more often"


async def test_reader_cancelled_while_it_waits_leaves_the_mailbox_usable(mailbox: Box) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await mailbox.get()
    mailbox.put("a")
    assert await mailbox.get() == "a"


async def test_reader_cancelled_after_it_was_woken_takes_nothing(mailbox: Box, nursery: trio.Nursery) -> None:
    scope = trio.CancelScope()
    taken = []

    async def read() -> None:
        with scope:
            taken.append(await mailbox.get())

    nursery.start_soon(read)
    await wait_all_tasks_blocked()
    mailbox.put("a")
    scope.cancel()
    await wait_all_tasks_blocked()
    assert taken == []
    assert await mailbox.get() == "a", "it is there for the next reader, who is woken by nothing else"


async def test_second_reader_is_refused(mailbox: Box, nursery: trio.Nursery) -> None:
    nursery.start_soon(mailbox.get)
    await wait_all_tasks_blocked()
    with pytest.raises(trio.BusyResourceError):
        await mailbox.get()
