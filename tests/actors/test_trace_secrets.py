"""What a trace does not show, however the text is made that holds it, and in no time."""

import re
from time import perf_counter

import trio
from hypothesis import given
from hypothesis import strategies as st

from ocppsim.actors.trace import TraceEntry, Tracer, Way, without_credentials
from ocppsim.logs.lines import redacted

SLOW = "://" * 30_000
"""A pattern that looks from each of these for the next @ takes minutes."""


@given(st.text(alphabet='ab:/@" '))
def test_what_stands_between_scheme_and_host_is_masked(text: str) -> None:
    made = '"'.join(map(without_credentials, text.split('"')))
    assert made == re.sub(r'://[^"]*@', "://***@", text)


@given(st.text(alphabet="ab:/@\"'< \n"))
def test_in_logs_a_url_ends_with_its_word(text: str) -> None:
    assert redacted(text) == re.sub(r"://[^\s\"'<>]*@", "://***@", text)


async def test_nobody_can_keep_a_station_busy_with_it(autojump_clock: object) -> None:
    entries: list[TraceEntry] = []
    tracer = Tracer("CS-1", [entries.append])
    await trio.lowlevel.checkpoint()
    began = perf_counter()
    for text in (f'[2,"1","DataTransfer",{{"vendorId":"@","data":"{SLOW}"}}]', SLOW, f"@{SLOW}"):
        tracer.frame(Way.IN, text)
        assert entries[-1].text == text
        assert redacted(text) == text
    assert perf_counter() - began < 2
