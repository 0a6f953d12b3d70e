"""What is wrong with a message of the central system, and what the station answers, over the wire."""

import pytest
from stage import stage

from ocppsim.dialects.v16 import Dialect16

SILENTLY = [
    "",
    "no JSON",
    '{"a":1}',
    "7",
    '"text"',
    "[]",
    '["2","x","Heartbeat",{}]',
    "[true]",
    "[2]",
    '[2,7,"Reset",{}]',
    '[2,null,"Reset",{}]',
    "[3]",
    '[9,"x",{}]',
    '[2.5,"x","Reset",{}]',
    '[5,"x","Reset",{}]',
    "[" * 5000,
    '[2,"x","Reset",{"type":NaN}]',
]
REFUSED = [
    ('[2,"x"]', "FormationViolation"),
    ('[2,"x","Reset"]', "FormationViolation"),
    ('[2,"x","Reset",{"type":"Hard"},1]', "FormationViolation"),
    ('[2,"x",7,{}]', "FormationViolation"),
    ('[2,"x",null,{}]', "FormationViolation"),
    ('[2,"x","Reset",[]]', "FormationViolation"),
    ('[2,"x","Reset","Hard"]', "FormationViolation"),
    ('[2,"x","Dance",{}]', "NotImplemented"),
    ('[2,"x","reset",{"type":"Hard"}]', "NotImplemented"),
    ('[2,"x","ResetResponse",{}]', "NotImplemented"),
    ('[2,"x","",{}]', "NotImplemented"),
    ('[2,"x","BootNotification",{}]', "NotSupported"),
    ('[2,"x","Authorize",{"idTag":"T"}]', "NotSupported"),
    ('[2,"x","Reset",{"type":7}]', "TypeConstraintViolation"),
    ('[2,"x","ChangeAvailability",{"connectorId":"1","type":"Operative"}]', "TypeConstraintViolation"),
    ('[2,"x","Reset",{}]', "OccurenceConstraintViolation"),
    ('[2,"x","Reset",null]', "OccurenceConstraintViolation"),
    ('[2,"x","Reset",{"type":"Hard","now":true}]', "FormationViolation"),
    ('[2,"x","Reset",{"type":"Warm"}]', "PropertyConstraintViolation"),
    ('[2,"x","RemoteStartTransaction",{"idTag":"123456789012345678901"}]', "PropertyConstraintViolation"),
    # several at once: the first row of the table wins
    ('[2,"x","Dance",[]]', "FormationViolation"),
    ('[2,"x","ChangeAvailability",{"connectorId":"1","more":1}]', "TypeConstraintViolation"),
    ('[2,"x","ChangeAvailability",{"type":"Maybe","more":1}]', "OccurenceConstraintViolation"),
    ('[2,"x","Reset",{"type":"Warm","more":1}]', "FormationViolation"),
]


@pytest.mark.parametrize("text", SILENTLY, ids=range(len(SILENTLY)))
async def test_what_is_no_message_gets_no_answer_and_is_counted(autojump_clock: object, text: str) -> None:
    async with stage() as play:
        await play.booted()
        await play.write_text(text)
        assert play.answered() == []
        assert play.board.tally.violations == 1
        assert len(play.violations()) == 1
        await play.ask("ClearCache")
        assert play.board.link.connections == 1


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=range(len(REFUSED)))
async def test_a_broken_call_gets_the_code_of_what_is_wrong(
    autojump_clock: object, text: str, code: str
) -> None:
    async with stage() as play:
        await play.booted()
        await play.write_text(text)
        [answer] = play.answered()
        assert (answer.kind, answer.id, answer.action) == (4, "x", code)
        assert isinstance(answer.payload, dict)
        await play.ask("ClearCache")
        assert play.board.link.connections == 1


async def test_the_details_name_each_violation_with_path_rule_and_words(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "x", "ChangeAvailability", {"connectorId": "1", "type": "Maybe", "more": 1})
        violations = play.answer_to("x").payload["violations"]
        assert {(v["path"], v["rule"]) for v in violations} == {
            ("connectorId", "type"),
            ("type", "enum"),
            ("", "additionalProperties"),
        }
        assert all(v["message"] for v in violations)


async def test_nothing_of_a_refused_request_is_done(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.write(2, "x", "ChangeAvailability", {"connectorId": 1, "type": "Inoperative", "more": 1})
        assert play.statuses(1) == ["Available"]
        assert play.board.registration.accepted


async def test_a_binary_frame_is_no_message(autojump_clock: object) -> None:
    async with stage() as play:
        await play.booted()
        await play.csms.peers["CS-1"].channel.send(b"\x00\xff")  # type: ignore[arg-type]  # that is the point
        await play.settle()
        assert play.board.tally.violations == 1
        assert play.board.online


async def test_without_strictness_what_can_be_read_is_taken(autojump_clock: object) -> None:
    async with stage(dialect=Dialect16(strict=False)) as play:
        await play.booted()
        await play.write(2, "x", "ChangeAvailability", {"connectorId": 1, "type": "Inoperative", "more": 1})
        assert play.answer_to("x").payload == {"status": "Accepted"}
        await play.write(2, "y", "Dance", {})
        assert play.answer_to("y").action == "NotImplemented"
