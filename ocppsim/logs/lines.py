"""How a record is written: one line of text or of JSON, without secrets."""

import json
import logging
import re
from datetime import UTC, datetime

from ocppsim.actors.trace import without_credentials
from ocppsim.config.logging_settings import name_of

_WORD = re.compile(r"[^\s\"'<>]+")
_SECRETS = (
    (re.compile(r"\b(Basic|Bearer)\s+[\w+/=.~-]{4,}", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(r'("(?:\w*password|authorizationKey|secret)"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE),
        r'\1"***"',
    ),
)


def redacted(text: str) -> str:
    """Nothing of ours logs a secret; should it ever, it stops here."""
    if "://" in text and "@" in text:
        text = _WORD.sub(lambda word: without_credentials(word[0]), text)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class Plain(logging.Formatter):
    """Instant, level and logger, then the words; a traceback follows in its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_instant(record)} {name_of(record.levelno)}: {_source(record)}: {_words(record)}"
        return redacted(f"{text}\n{record.exc_text}" if record.exc_text else text)


class Json(logging.Formatter):
    """An object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "timestamp": _instant(record),
            "level": name_of(record.levelno),
            "message": redacted(record.getMessage()),
            "source": _source(record),
        }
        if record.exc_text:
            entry["stack"] = redacted(record.exc_text)
        return json.dumps(entry)


def _source(record: logging.LogRecord) -> str:
    """The station where one speaks, else the part of the program."""
    station = getattr(record, "station", None)
    return station if isinstance(station, str) else record.name


def _words(record: logging.LogRecord) -> str:
    """In one line, whatever somebody put into a message."""
    return record.getMessage().translate(_CONTROLS)


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9} | {
    10: "\\n",
    13: "\\r",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def _instant(record: logging.LogRecord) -> str:
    """Of the machine, not of a simulated clock: the log is read beside other logs."""
    when = datetime.fromtimestamp(record.created, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
