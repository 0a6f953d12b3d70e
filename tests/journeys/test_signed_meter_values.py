"""Signed meter values: whoever has the public key of the meter can verify what the central system is told."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from stage import Stage, stage
from transcript import Frame

from ocppsim.actors.store import Folder
from ocppsim.csms.central_system import CentralSystem

REGISTER = "Energy.Active.Import.Register"
SIGNED = {"SampledDataSignReadings": "true"}


def signed_values(readings: Any) -> list[Any]:
    return [
        value
        for reading in readings
        for value in reading["sampledValue"]
        if value.get("format") == "SignedData"
    ]


def of_stop(play: Stage) -> list[Any]:
    return signed_values(play.said("StopTransaction")[-1].payload["transactionData"])


def of_values(calls: list[Frame]) -> list[Any]:
    return [value for call in calls for value in signed_values(call.payload["meterValue"])]


def parts(value: Any) -> dict[str, str]:
    return dict(json.loads(value["value"]))


def verified(value: Any, public_key: str) -> Any:
    """The payload, after a check that owes nothing to the program's own."""
    marker, encoding, content, printed = base64.b64decode(public_key).decode().split(":")
    assert (marker, encoding, content) == ("oca", "base16", "asn1")
    key = load_der_public_key(bytes.fromhex(printed))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    text = base64.b64decode(parts(value)["signedMeterData"]).decode()
    head, payload, signature = text.split("|")
    signed = json.loads(signature)
    assert (head, signed["SA"]) == ("OCMF", "ECDSA-secp256r1-SHA256")
    key.verify(bytes.fromhex(signed["SD"]), payload.encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(payload)


async def public_key(play: Stage, connector: int = 1) -> str:
    answer = await play.ask("GetConfiguration", key=[f"MeterPublicKey{connector}"])
    [entry] = answer["configurationKey"]
    assert entry["readonly"] is True
    return str(entry["value"])


async def charged(play: Stage, seconds: float = 125, number: int = 1) -> None:
    await play.charge(number)
    await play.later(seconds)
    await play.show(number=number)
    play.unplug(number)
    await play.later(5)


@pytest.mark.honours("SampledDataSignReadings", "MeterPublicKey[ConnectorID]")
async def test_the_end_has_begin_and_end_signed_by_the_meter(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await charged(play)
        assert "transactionData" not in play.said("StopTransaction")[0].payload, "nobody asked yet"
        await play.set_key("SampledDataSignReadings", "true")
        await charged(play)
        begin, end = of_stop(play)
        assert (begin["context"], end["context"]) == ("Transaction.Begin", "Transaction.End")
        key = await public_key(play)
        start, stop = play.said("StartTransaction")[-1].payload, play.said("StopTransaction")[-1].payload
        for value, place, register in ((begin, "B", start["meterStart"]), (end, "E", stop["meterStop"])):
            payload = verified(value, key)
            [reading] = payload["RD"]
            assert (reading["TX"], reading["RV"], reading["RU"]) == (place, register, "Wh")
            assert payload["ID"] == start["idTag"]
            assert parts(value)["encodingMethod"] == "OCMF"
        assert of_values(play.said("MeterValues")) == [], "the end alone"


async def test_what_was_altered_is_not_accepted(autojump_clock: object) -> None:
    async with stage(keys=SIGNED) as play:
        await play.booted()
        await charged(play)
        value, key = of_stop(play)[0], await public_key(play)
        text = base64.b64decode(parts(value)["signedMeterData"]).decode()
        forged = parts(value) | {
            "signedMeterData": base64.b64encode(text.replace('"RV":0', '"RV":1').encode()).decode()
        }
        assert forged != parts(value)
        with pytest.raises(InvalidSignature):
            verified({"value": json.dumps(forged)}, key)


@pytest.mark.honours("SampledDataSignStartedReadings", "StartTxnSampledData")
@pytest.mark.parametrize("signed", [True, False])
async def test_the_beginning_is_told_at_once(autojump_clock: object, signed: bool) -> None:
    keys = SIGNED | {"StartTxnSampledData": REGISTER, "SampledDataSignStartedReadings": str(signed).lower()}
    async with stage(keys=keys) as play:
        await play.booted()
        await play.charge()
        first, second = play.actions()[play.actions().index("StartTransaction") :][:2]
        assert (first, second) == ("StartTransaction", "MeterValues")
        [call] = play.said("MeterValues")
        assert call.payload["meterValue"][0]["sampledValue"][0]["context"] == "Transaction.Begin"
        values = of_values([call])
        assert len(values) == signed
        await play.show()
        if signed:
            assert parts(of_stop(play)[0])["signedMeterData"] == parts(values[0])["signedMeterData"]


@pytest.mark.honours("SampledDataSignUpdatedReadings")
async def test_samples_are_signed_where_that_is_asked(autojump_clock: object) -> None:
    async with stage(keys=SIGNED | {"SampledDataSignUpdatedReadings": "true"}) as play:
        await play.booted()
        await charged(play)
        values = of_values(play.said("MeterValues"))
        assert [value["context"] for value in values] == ["Sample.Periodic"] * 2
        key = await public_key(play)
        pages = [verified(value, key)["PG"] for value in [*values, *of_stop(play)]]
        assert sorted(pages) == ["T1", "T2", "T3", "T4"], "each has a number of its own"


@pytest.mark.honours("AlignedDataSignReadings", "AlignedDataSignUpdatedReadings")
@pytest.mark.parametrize("updated", [True, False])
async def test_aligned_values_are_signed_where_that_is_asked(autojump_clock: object, updated: bool) -> None:
    keys = {
        "AlignedDataSignReadings": "true",
        "AlignedDataSignUpdatedReadings": str(updated).lower(),
        "ClockAlignedDataInterval": "60",
        "MeterValueSampleInterval": "0",
    }
    async with stage(keys=keys) as play:
        await play.booted()
        await charged(play)
        values, key = of_values(play.said("MeterValues")), await public_key(play)
        assert [value["context"] for value in values] == ["Sample.Clock"] * (2 * updated)
        for value in [*values, *of_stop(play)]:
            verified(value, key)
        assert len(of_stop(play)) == 2


@pytest.mark.honours("PublicKeyWithSignedMeterValue")
@pytest.mark.parametrize("started", [True, False])
@pytest.mark.parametrize(
    ("when", "shown"), [("Never", 0), ("OncePerTransaction", 1), ("EveryMeterValue", None)]
)
async def test_the_public_key_comes_as_often_as_is_said(
    autojump_clock: object, when: str, shown: int | None, started: bool
) -> None:
    keys = SIGNED | {
        "PublicKeyWithSignedMeterValue": when,
        "SampledDataSignUpdatedReadings": "true",
        "SampledDataSignStartedReadings": str(started).lower(),
        "StartTxnSampledData": REGISTER,
    }
    async with stage(keys=keys) as play:
        await play.booted()
        await charged(play)
        told = [parts(value)["publicKey"] for value in [*of_values(play.said("MeterValues")), *of_stop(play)]]
        with_key = [key for key in told if key]
        assert len(with_key) == (len(told) if shown is None else shown)
        assert set(with_key) <= {await public_key(play)}
        if when == "OncePerTransaction" and started:
            assert told[0], "with the first"


async def test_signing_that_begins_during_a_session_has_its_beginning_all_the_same(
    autojump_clock: object,
) -> None:
    async with stage() as play:
        await play.booted()
        await play.charge()
        await play.later(100)
        await play.set_key("SampledDataSignReadings", "true")
        await play.show()
        key = await public_key(play)
        begin, end = (verified(value, key) for value in of_stop(play))
        start = play.said("StartTransaction")[0].payload
        assert begin["RD"][0]["RV"] == start["meterStart"]
        assert begin["RD"][0]["TM"].replace(",", ".").startswith(start["timestamp"].removesuffix("Z"))
        assert end["RD"][0]["TX"] == "E"


async def test_each_meter_has_a_key_of_its_own_that_follows_from_the_seed(autojump_clock: object) -> None:
    async def keys(seed: int) -> list[str]:
        async with stage(seed=seed, connectors=2) as play:
            await play.booted()
            return [await public_key(play, 1), await public_key(play, 2)]

    first, again, other = await keys(1), await keys(1), await keys(2)
    assert first == again
    assert len({*first, *other}) == 4
    assert all(len(key) <= 500 for key in first)


async def test_what_was_signed_at_the_beginning_survives_the_process(
    autojump_clock: object, tmp_path: Path
) -> None:
    csms, store = CentralSystem(), Folder.open(tmp_path)
    async with stage(keys=SIGNED, store=store, csms=csms) as play:
        await play.booted()
        await play.charge()
        await play.later(125)
        store.close()
    Folder.open(tmp_path).close()  # compacts the journal
    store = Folder.open(tmp_path)
    async with stage(keys=SIGNED, store=store, csms=csms) as play:
        await play.booted()
        await play.later(10)
        key = await public_key(play)
        payloads = [verified(value, key) for value in of_stop(play)]
    store.close()
    assert [payload["RD"][0]["TX"] for payload in payloads] == ["B", "E"]
    assert [payload["PG"] for payload in payloads] == ["T1", "T2"]
