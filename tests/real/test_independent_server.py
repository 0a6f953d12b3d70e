"""The independent central system itself, driven by a plain `websockets` client."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from time import monotonic

import pytest
import trio
from ocpp.exceptions import NotSupportedError  # type: ignore[import-untyped]  # the package ships no types
from ocpp.v16 import call, call_result  # type: ignore[import-untyped]
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.real.independent import IndependentServer, Settings, schema_errors

NOW = "2026-01-01T00:00:00.000Z"
BOOT = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}
START = {"connectorId": 1, "idTag": "TAG", "meterStart": 100, "timestamp": NOW}


class Client:
    """A station by hand: it sends what it is told to."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.sent = 0

    def send(self, action: str, payload: object, message_id: str | None = None) -> str:
        self.sent += 1
        message_id = message_id or f"message-{self.sent}"
        self.connection.send(json.dumps([2, message_id, action, payload]))
        return message_id

    def receive(self) -> list[object]:
        message = json.loads(self.connection.recv(timeout=5))
        assert isinstance(message, list)
        return message

    def ask(self, action: str, payload: object, message_id: str | None = None) -> dict[str, object]:
        """The payload of the CALLRESULT."""
        message_id = self.send(action, payload, message_id)
        kind, answered, answer = self.receive()
        assert (kind, answered) == (3, message_id)
        assert isinstance(answer, dict)
        return answer

    def answer(self, kind: int, *rest: object) -> list[object]:
        """Wait for a CALL of the central system, answer it and return it."""
        request = self.receive()
        assert request[0] == 2
        self.connection.send(json.dumps([kind, request[1], *rest]))
        return request

    def meter(self, transaction_id: object, *registers_wh: int) -> None:
        values = [{"timestamp": NOW, "sampledValue": [{"value": str(register)}]} for register in registers_wh]
        self.ask("MeterValues", {"connectorId": 1, "transactionId": transaction_id, "meterValue": values})

    def stop(self, transaction_id: object, meter_stop: int) -> None:
        self.ask(
            "StopTransaction", {"transactionId": transaction_id, "meterStop": meter_stop, "timestamp": NOW}
        )


@contextmanager
def station(server: IndependentServer, identity: str = "CS-1", credentials: str = "") -> Iterator[Client]:
    url = f"{server.url}/{identity}".replace("//", f"//{credentials}", 1)
    with connect(url, subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as connection:
        yield Client(connection)


def test_a_core_session_is_answered_and_recorded(independent_server: IndependentServer) -> None:
    with station(independent_server) as client:
        assert client.ask("BootNotification", BOOT).keys() == {"currentTime", "interval", "status"}
        assert client.ask("Heartbeat", {}).keys() == {"currentTime"}
        assert client.ask("Authorize", {"idTag": "TAG"}) == {"idTagInfo": {"status": "Accepted"}}
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
        assert client.ask("StatusNotification", status) == {}
        number = client.ask("StartTransaction", START)["transactionId"]
        client.meter(number, 110, 120)
        client.stop(number, 130)
        assert client.ask("DataTransfer", {"vendorId": "V"}) == {"status": "Accepted"}
        assert client.ask("FirmwareStatusNotification", {"status": "Idle"}) == {}
        assert client.ask("DiagnosticsStatusNotification", {"status": "Idle"}) == {}

    seen = independent_server.seen
    assert [(boot.vendor, boot.status) for boot in seen.boots] == [("Vendor", "Accepted")]
    assert [(one.connector_id, one.status) for one in seen.statuses] == [(1, "Charging")]
    (transaction,) = seen.transactions("CS-1")
    assert list(transaction.registers_wh) == [100, 110, 120, 130]
    assert seen.transactions("CS-2") == []
    assert (seen.violations, seen.resent, schema_errors(seen.frames)) == ([], {}, [])
    assert [frame.direction for frame in seen.frames] == ["in", "out"] * 10


def test_the_identity_is_the_last_segment_of_the_path_decoded(independent_server: IndependentServer) -> None:
    with station(independent_server, "CS%20%C3%BC%2F1?key=value") as client:
        client.ask("Heartbeat", {})
        assert independent_server.seen.connected == {"CS ü/1"}
    (handshake,) = independent_server.seen.handshakes
    assert handshake.path == "/ocpp/CS%20%C3%BC%2F1?key=value"
    assert (handshake.subprotocols, handshake.status) == (("ocpp1.6",), 101)


def test_boots_are_answered_as_listed_per_station(independent_server: IndependentServer) -> None:
    independent_server.settings.boots = [("Rejected", 1), ("Pending", 2), ("Accepted", 3)]
    for identity in ("CS-1", "CS-2"):
        with station(independent_server, identity) as client:
            answers = [client.ask("BootNotification", BOOT) for _ in range(4)]
        assert [answer["status"] for answer in answers] == ["Rejected", "Pending", "Accepted", "Accepted"]
        assert [answer["interval"] for answer in answers] == [1, 2, 3, 3]


def test_a_blocked_tag_is_blocked_in_every_answer(independent_server: IndependentServer) -> None:
    independent_server.settings.id_tags = {"TAG": "Blocked"}
    with station(independent_server) as client:
        for action, payload in (("Authorize", {"idTag": "TAG"}), ("StartTransaction", START)):
            assert client.ask(action, payload)["idTagInfo"] == {"status": "Blocked"}
        assert client.ask("Authorize", {"idTag": "OTHER"})["idTagInfo"] == {"status": "Accepted"}


def test_a_silent_action_takes_effect_but_is_not_answered(independent_server: IndependentServer) -> None:
    independent_server.settings.silent.add("StartTransaction")
    with station(independent_server) as client:
        client.send("StartTransaction", START, "start")
        client.ask("Heartbeat", {})
        assert len(independent_server.seen.transactions()) == 1
        independent_server.settings.silent.clear()
        assert client.ask("StartTransaction", START, "start")["transactionId"] == 1
    assert len(independent_server.seen.transactions()) == 1
    assert independent_server.seen.resent == {("CS-1", "start"): 1}
    assert independent_server.seen.violations == []


def test_messages_sent_again_count_once(independent_server: IndependentServer) -> None:
    values = [{"timestamp": NOW, "sampledValue": [{"value": "0.11", "unit": "kWh"}]}]
    with station(independent_server) as client:
        number = client.ask("StartTransaction", START)["transactionId"]
        for _ in range(2):
            meter = {"connectorId": 1, "transactionId": number, "meterValue": values}
            client.ask("MeterValues", meter, "meter")
            stop = {"transactionId": number, "meterStop": 120, "timestamp": NOW}
            client.ask("StopTransaction", stop, "stop")
    (transaction,) = independent_server.seen.transactions()
    assert list(transaction.registers_wh) == [100, 110, 120]
    assert independent_server.seen.violations == []


def test_dropped_connections_end_without_a_close_frame(independent_server: IndependentServer) -> None:
    with station(independent_server) as client:
        client.ask("Heartbeat", {})
        independent_server.drop_connections()
        with pytest.raises(ConnectionClosedError) as caught:
            client.receive()
        assert caught.value.rcvd is None
    independent_server.wait_for(lambda seen: not seen.connected)


def test_an_outage_ends_on_the_same_port(independent_server: IndependentServer) -> None:
    port = independent_server.port
    with station(independent_server) as client:
        client.ask("Heartbeat", {})
        independent_server.stop_listening()
        with pytest.raises(ConnectionRefusedError), station(independent_server):
            pass
        client.ask("Heartbeat", {})
        independent_server.start_listening()
        with station(independent_server, "CS-2") as other:
            other.ask("Heartbeat", {})
    assert independent_server.port == port


def test_a_taken_port_is_said_on_entry(independent_server: IndependentServer) -> None:
    second = IndependentServer(port=independent_server.port)
    with pytest.raises(OSError, match="address already in use"), second:
        pass


def test_leaving_closes_open_connections() -> None:
    with ExitStack() as stack:
        with IndependentServer() as server:
            client = stack.enter_context(station(server))
            client.ask("Heartbeat", {})
        with pytest.raises(ConnectionClosedOK) as caught:
            client.receive()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1001


def test_a_handshake_is_refused_with_the_status_set(independent_server: IndependentServer) -> None:
    independent_server.settings.http_status = 503
    with pytest.raises(InvalidStatus) as caught, station(independent_server):
        pass
    assert caught.value.response.status_code == 503
    assert [one.status for one in independent_server.seen.handshakes] == [503]


@pytest.mark.parametrize("credentials", ["", "cs:wrong@", "other:secret@"])
def test_basic_authentication_refuses(credentials: str) -> None:
    with (
        IndependentServer(Settings(passwords={"cs": "secret"})) as server,
        pytest.raises(InvalidStatus) as caught,
        station(server, credentials=credentials),
    ):
        pass
    assert caught.value.response.status_code == 401


def test_basic_authentication_admits() -> None:
    settings = Settings(passwords={"cs": "secret"})
    assert "secret" not in repr(settings)
    with IndependentServer(settings) as server, station(server, credentials="cs:secret@") as client:
        client.ask("Heartbeat", {})


@pytest.mark.parametrize(
    ("chosen", "offered", "answered"),
    [("ocpp1.6", "ocpp1.6", "ocpp1.6"), ("ocpp1.6", "ocpp2.0.1", None), (None, "ocpp1.6", None)],
)
def test_the_subprotocol_follows_the_settings(
    independent_server: IndependentServer, chosen: str | None, offered: str, answered: str | None
) -> None:
    independent_server.settings.subprotocol = chosen
    url = f"{independent_server.url}/CS-1"
    with connect(url, subprotocols=[Subprotocol(offered)], proxy=None) as connection:
        assert connection.subprotocol == answered


def test_a_wrong_subprotocol_is_sent_although_it_was_not_offered(
    independent_server: IndependentServer,
) -> None:
    independent_server.settings.subprotocol = "ocpp9"
    with pytest.raises(InvalidHandshake, match="ocpp9"), station(independent_server):
        pass


def test_a_request_returns_the_answer_of_the_station(independent_server: IndependentServer) -> None:
    with station(independent_server) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(independent_server.call, "CS-1", call.Reset(type="Soft"))
        request = client.answer(3, {"status": "Accepted"})
        assert answer.result(5) == call_result.Reset(status="Accepted")
    assert request[2:] == ["Reset", {"type": "Soft"}]
    assert schema_errors(independent_server.seen.frames) == []


def test_a_callerror_is_raised(independent_server: IndependentServer) -> None:
    with station(independent_server) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(independent_server.call, "CS-1", call.ClearCache())
        client.answer(4, "NotSupported", "", {})
        with pytest.raises(NotSupportedError):
            answer.result(5)
    assert schema_errors(independent_server.seen.frames) == []


def test_a_request_ends_with_its_time_or_its_connection(independent_server: IndependentServer) -> None:
    with pytest.raises(LookupError):
        independent_server.call("CS-1", call.ClearCache())
    with station(independent_server) as client, ThreadPoolExecutor(1) as pool:
        client.ask("Heartbeat", {})
        with pytest.raises(TimeoutError):
            independent_server.call("CS-1", call.ClearCache(), 0.2)
        client.receive()
        answer = pool.submit(independent_server.call, "CS-1", call.ClearCache())
        client.receive()
        independent_server.drop_connections()
        with pytest.raises(ConnectionError):
            answer.result(5)


def test_a_request_may_come_before_an_answer(independent_server: IndependentServer) -> None:
    """A handler of `ocpp` alone would wait for ever here."""
    independent_server.settings.ask_first = {"Heartbeat": call.ClearCache()}
    with station(independent_server) as client:
        client.send("Heartbeat", {})
        client.answer(3, {"status": "Accepted"})
        assert client.receive()[0] == 3
        client.ask("Heartbeat", {})
    assert independent_server.seen.violations == []


def test_a_frame_is_sent_as_it_is(independent_server: IndependentServer) -> None:
    with station(independent_server) as client:
        client.ask("Heartbeat", {})
        independent_server.send_text("CS-1", "{no json")
        assert client.connection.recv(timeout=5) == "{no json"


def test_forbidden_conduct_is_a_violation(independent_server: IndependentServer) -> None:
    with station(independent_server) as client:
        number = client.ask("StartTransaction", START)["transactionId"]
        client.ask("StartTransaction", START)
        client.meter(number, 90)
        client.stop(number, 130)
        client.stop(number, 130)
        client.meter(77, 100)
        client.connection.send("no json")
        client.send("Heartbeat", {"extra": 1})
        assert client.receive()[0] == 4
    violations = independent_server.seen.violations
    for word in ("second transaction", "goes back", "second StopTransaction", "unknown transaction 77"):
        assert any(word in violation for violation in violations), word
    assert len(violations) == 6
    assert violations[-2] == "CS-1: no OCPP-J message: no json"
    assert "refused" in violations[-1]


def test_two_open_calls_are_a_violation_and_answered_in_order(independent_server: IndependentServer) -> None:
    independent_server.settings.think_s = 0.05
    with station(independent_server) as client:
        began = monotonic()
        first, second = client.send("Heartbeat", {}), client.send("Heartbeat", {})
        assert [client.receive()[1] for _ in range(2)] == [first, second]
        assert monotonic() - began >= 0.1
    assert independent_server.seen.violations == ["CS-1: Heartbeat while another CALL is open"]


async def test_it_serves_a_trio_program(independent_server: IndependentServer) -> None:
    """Waiting for a station goes to a thread, so Trio's own thread stays free for that station."""
    async with trio.open_nursery() as nursery:

        async def wait() -> None:
            await trio.to_thread.run_sync(independent_server.wait_for, lambda seen: len(seen.boots) == 1)

        def boot() -> None:
            with station(independent_server) as client:
                client.ask("BootNotification", BOOT)

        nursery.start_soon(wait)
        nursery.start_soon(trio.to_thread.run_sync, boot)


def test_waiting_in_vain_shows_the_latest_frames(independent_server: IndependentServer) -> None:
    with station(independent_server) as client:
        client.ask("Heartbeat", {})
        with pytest.raises(TimeoutError, match="Heartbeat"):
            independent_server.wait_for(lambda seen: len(seen.boots) == 1, 0.01)
