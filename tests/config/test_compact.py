"""Texts and hashes are those that JavaScript makes."""

import pytest

from ocppsim.config.compact import compact, digest, template_hash

CONTENT = {"baseName": "CS", "power": 22.0, "x": [1, 2.5, True, None], "Ü": 'é "q"'}
DIGEST = "15aa9b19918f57edcabd42d382db62184c3583ce6b8cf483e57ac683e7df733d99a57eebd6fe3f56e2048c982dbf6779"
"""Made by sha384sum of the text that JSON.stringify makes."""


def test_known_answers() -> None:
    assert compact(CONTENT) == '{"baseName":"CS","power":22,"x":[1,2.5,true,null],"Ü":"é \\"q\\""}'
    assert digest(CONTENT) == DIGEST
    assert template_hash(CONTENT) == f"sha384:1:{DIGEST}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.5, "-0.5"), (0.0, "0"), (1e20, "100000000000000000000"), (True, "true"), ("1.0", '"1.0"')],
)
def test_numbers(value: object, text: str) -> None:
    assert compact(value) == text


def test_halves_of_characters_have_a_hash() -> None:
    assert len(digest({"a": "\ud800"})) == 96
