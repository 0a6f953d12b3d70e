"""The address book: one look-up for a whole fleet, every address tried, and nothing believed for ever."""

import socket
from socket import AddressFamily, SocketKind
from typing import Literal

import pytest
import trio
from attrs import define, field
from trio.testing import MockClock

from ocppsim.actors.wire import addresses as addresses_module
from ocppsim.actors.wire.addresses import FRESH_S, HELD_S, AddressBook
from ocppsim.actors.wire.stream import Endpoint, LightStream, connect
from ocppsim.actors.wire.transport import DialFailed

Resolved = (
    tuple[Literal[AddressFamily.AF_INET], SocketKind, int, str, tuple[str, int]]
    | tuple[
        Literal[AddressFamily.AF_INET6], SocketKind, int, str, tuple[str, int, int, int] | tuple[int, bytes]
    ]
)
"""An entry of `getaddrinfo`, as Trio declares it."""


@define
class Network(trio.abc.HostnameResolver):
    """A resolver and a wire: what they know can be changed, what they were asked is kept."""

    hosts: dict[str, list[str]] = field(factory=dict)
    behaviour: dict[str, str] = field(factory=dict)
    look_ups: int = 0
    tried: list[str] = field(factory=list)
    silent: bool = False

    async def getaddrinfo(
        self, host: bytes | str | None, port: bytes | str | int | None, *_: object, **__: object
    ) -> list[Resolved]:
        assert isinstance(host, bytes)
        assert isinstance(port, int)
        self.look_ups += 1
        await trio.sleep(1000 if self.silent else 0.1)
        if host.decode() not in self.hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (AddressFamily.AF_INET, SocketKind.SOCK_STREAM, 6, "", (address, port))
            for address in self.hosts[host.decode()]
        ]

    async def getnameinfo(self, *_: object) -> tuple[str, str]:
        raise NotImplementedError

    async def connect(self, endpoint: Endpoint) -> LightStream:
        address = str(endpoint.address[0])
        self.tried.append(address)
        match self.behaviour.get(address):
            case "silent":
                await trio.sleep_forever()
            case "refuses":
                raise ConnectionRefusedError(111, "Connection refused")
            case "unreachable":
                raise OSError(101, "Network is unreachable")
        return LightStream(socket.socket())


@pytest.fixture
async def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network({"csms": ["192.0.2.1"], "two": ["192.0.2.1", "192.0.2.2"]})
    trio.socket.set_custom_hostname_resolver(network)
    monkeypatch.setattr(addresses_module, "connect", network.connect)
    return network


async def dial(book: AddressBook, host: str = "csms", within: float = 30.0) -> None:
    (await book.connect(host, 9000, trio.current_time() + within)).drop()


async def test_a_fleet_asks_the_resolver_once(autojump_clock: MockClock, network: Network) -> None:
    book = AddressBook()

    async with trio.open_nursery() as fleet:
        for _ in range(100):
            fleet.start_soon(dial, book)

    assert (network.look_ups, len(network.tried)) == (1, 100)


async def test_addresses_are_believed_for_a_while_only(autojump_clock: MockClock, network: Network) -> None:
    book = AddressBook()
    await dial(book)
    await trio.sleep(FRESH_S - 1)
    await dial(book)
    assert network.look_ups == 1

    await trio.sleep(2)
    await dial(book)
    assert network.look_ups == 2


async def test_ports_and_hosts_are_kept_apart(autojump_clock: MockClock, network: Network) -> None:
    book = AddressBook()
    await dial(book)
    await dial(book, "two")

    assert network.look_ups == 2


async def test_addresses_are_tried_in_turn_and_the_one_that_answered_goes_first(
    network: Network,
) -> None:
    network.behaviour["192.0.2.1"] = "refuses"
    book = AddressBook()

    await dial(book, "two")
    await dial(book, "two")

    assert network.tried == ["192.0.2.1", "192.0.2.2", "192.0.2.2"]


async def test_silent_address_takes_only_its_share_of_the_time(
    autojump_clock: MockClock, network: Network
) -> None:
    network.behaviour["192.0.2.1"] = "silent"
    start = trio.current_time()

    await dial(AddressBook(), "two")

    assert trio.current_time() - start == pytest.approx(15, abs=0.1)


async def test_all_reasons_are_told_once(autojump_clock: MockClock, network: Network) -> None:
    network.behaviour |= {"192.0.2.1": "silent", "192.0.2.2": "unreachable"}
    with pytest.raises(DialFailed, match=r"^connection timed out, network is unreachable$"):
        await dial(AddressBook(), "two")

    network.behaviour |= {"192.0.2.1": "refuses", "192.0.2.2": "refuses"}
    with pytest.raises(DialFailed, match=r"^connection refused$"):
        await dial(AddressBook(), "two")


async def test_connecting_ends_with_the_deadline(autojump_clock: MockClock, network: Network) -> None:
    network.behaviour |= {"192.0.2.1": "silent", "192.0.2.2": "silent"}
    start = trio.current_time()

    with pytest.raises(DialFailed, match=r"^connection timed out$"):
        await dial(AddressBook(), "two")

    assert trio.current_time() - start == pytest.approx(30)


async def test_addresses_that_all_failed_are_looked_up_again_but_not_in_a_rush(
    autojump_clock: MockClock, network: Network
) -> None:
    network.behaviour["192.0.2.1"] = "refuses"
    book = AddressBook()
    for _ in range(5):
        with pytest.raises(DialFailed):
            await dial(book)
    assert network.look_ups == 1

    await trio.sleep(HELD_S + 0.1)
    network.hosts["csms"] = ["192.0.2.3"]
    await dial(book)
    assert (network.look_ups, network.tried[-1]) == (2, "192.0.2.3")


async def test_unknown_host_is_told_to_all_who_ask_and_asked_again_later(
    autojump_clock: MockClock, network: Network
) -> None:
    book = AddressBook()

    async def fails() -> None:
        with pytest.raises(DialFailed, match=r"^no such host$"):
            await dial(book, "nowhere")

    async with trio.open_nursery() as fleet:
        for _ in range(10):
            fleet.start_soon(fails)
    assert network.look_ups == 1

    await trio.sleep(HELD_S + 0.1)
    network.hosts["nowhere"] = ["192.0.2.4"]
    await dial(book, "nowhere")


async def test_silent_resolver_ends_with_the_deadline(autojump_clock: MockClock, network: Network) -> None:
    network.silent = True
    with pytest.raises(DialFailed, match="timed out"):
        await dial(AddressBook())


async def test_cancelled_look_up_is_done_by_the_next(autojump_clock: MockClock, network: Network) -> None:
    book = AddressBook()
    with trio.move_on_after(0.05):
        async with trio.open_nursery() as fleet:
            fleet.start_soon(dial, book)

    await dial(book)
    assert network.look_ups == 2


@pytest.mark.parametrize("literal", ["127.0.0.1", "::1"])
async def test_literal_address_needs_no_resolver(
    autojump_clock: MockClock, network: Network, literal: str
) -> None:
    await dial(AddressBook(), literal)

    assert (network.look_ups, network.tried) == (0, [literal])


async def test_a_connection_has_no_delay_and_does_not_block() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = Endpoint(socket.AF_INET, 0, server.getsockname())
        stream = await connect(endpoint)
        with server.accept()[0] as other:
            assert stream._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert not stream._socket.getblocking()
            await stream.send_all(b"x")
            assert other.recv(10) == b"x"
        stream.drop()
