"""What the hub says of itself: one line on stderr for each event, as text or as JSON, the libraries' own words too.

What comes from outside is made visible on one line, and what looks like a secret is left out, wherever it came from.
Nobody who says something fails because it cannot be written. Figures are ``metrics``'; what customers are told is
nobody's business here.
"""

import logging
import re
import select
import sys
from collections.abc import Callable, MutableMapping
from time import monotonic
from typing import Annotated, Any, Final, Literal, TextIO

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError
from msgspec import Meta, Struct

from feeds.hub.no_http import what_is_wrong
from feeds.sources.clean import clean

TEXT_LENGTH: Final = 1_000
"""Characters of one value, at most."""
LINE_LENGTH: Final = 4_000
"""Characters of one line: a pipe that takes anything takes so much at once."""
MALFORMED_EVERY: Final = 60.0
"""Seconds between two lines about requests that are no HTTP: who sends such things must not fill the disk."""

_SECRET: Final = re.compile(
    r"(?P<token>vk_[a-z0-9]{4,12}_)[A-Za-z0-9]+"
    r"|(?P<scheme>\b(?:bearer|basic|token token=)\s*)[A-Za-z0-9._~+/=-]{6,}"
    r"|(?P<user>//)[^/@\s]+@",
    re.IGNORECASE,
)

Value = str | int | float | bool | None


class JournalSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[log]``: how the hub's own lines look (``json``: an object a line, for machines), and how long facts
    are kept."""

    format: Literal["console", "json"] = "console"
    keep_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    """Facts older than so many days are pruned once a day, as far as nothing of their time still goes on; 0: never."""


class Journal:
    """Says events. Any thread may; a line is written as a whole."""

    def __init__(self, form: Literal["console", "json"] = "console", out: TextIO | None = None) -> None:
        render = _console if form == "console" else structlog.processors.JSONRenderer(serializer=_json)
        self._lines = _Lines(out)
        self._log: Any = structlog.wrap_logger(
            self._lines,
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                _safe,
                render,
            ],
            wrapper_class=structlog.BoundLogger,
            cache_logger_on_first_use=True,
        )

    @property
    def lost(self) -> int:
        """Lines that could not be written."""
        return self._lines.lost

    def say(self, event: str, text: str, **fields: Value) -> None:
        """Say that something happened as it should. ``event``: its name for machines; ``text``: a sentence."""
        self._log.info(event, text=text, **fields)

    def warn(self, text: str, event: str = "warning", **fields: Value) -> None:
        """Say something that the night shift has to know."""
        self._log.warning(event, text=text, **fields)

    def failed(self, text: str, event: str, error: BaseException, **fields: Value) -> None:
        """Say that something failed which nobody thought of: what it was, and where it came from."""
        self._log.warning(event, text=text, **fields, **_told(error))

    def hear_libraries(self, malformed: Callable[[], None]) -> None:
        """From now on say what the libraries log, too. ``malformed`` is called for each request that is no HTTP."""
        root = logging.getLogger()
        for old in [one for one in root.handlers if isinstance(one, _Libraries)]:
            root.removeHandler(old)
        root.addHandler(_Libraries(self, malformed))
        root.setLevel(logging.WARNING)


class _Lines:
    """Where lines go: stderr as it is at the time, or ``out``."""

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self.lost = 0

    def msg(self, line: str) -> None:
        """Write a line, unless that would wait: a terminal that was stopped must not stop the hub."""
        try:
            out = self._out if self._out is not None else sys.stderr
            if _waits(out):
                self.lost += 1
                return
            out.write((line if line.startswith("{") else line[:LINE_LENGTH]) + "\n")
            out.flush()
        except (OSError, ValueError):
            self.lost += 1  # a full disk, a pipe without a reader, a closed file: the hub's work goes on

    info = warning = error = debug = critical = msg


def _waits(out: TextIO) -> bool:
    """Return whether writing a line would wait for somebody to read."""
    try:
        number = out.fileno()
    except (OSError, ValueError):
        return False  # in memory
    asked = select.poll()
    asked.register(number, select.POLLOUT)
    return not asked.poll(0)


class _Libraries(logging.Handler):
    """Says what libraries log at WARNING and above, one line each."""

    def __init__(self, journal: Journal, malformed: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal
        self._malformed = malformed
        self._said: float | None = None
        self._unsaid = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Say one record."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            self._malformed()
            now = monotonic()
            if self._said is not None and now - self._said < MALFORMED_EVERY:
                self._unsaid += 1
                return
            self._journal.warn(
                "a request was no HTTP and was refused",
                "request.malformed",
                why=what_is_wrong(error),
                before=self._unsaid,
            )
            self._said, self._unsaid = now, 0
            return
        try:
            text = record.getMessage()
        except (TypeError, ValueError) as wrong:  # a library's placeholders and values do not fit
            text = f"{record.msg} ({wrong})"
        fields: dict[str, Value] = {"logger": record.name}
        if error is not None:
            fields |= _told(error)
        self._journal.warn(text, "library", **fields)


def _told(error: BaseException) -> dict[str, Value]:
    return {
        "error": f"{type(error).__name__}: {error}",
        "traceback": f"Traceback, innermost first: {_where(error)}",
    }


def _where(error: BaseException) -> str:
    """Return where an error came from: the last frames, innermost first, on one line."""
    frames = []
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return " < ".join(frames[:-9:-1])


def safe(text: str) -> str:
    """Return ``text`` on one line, bounded, with what looks like a secret left out."""
    shown = _SECRET.sub(_hidden, text[: TEXT_LENGTH * 2])
    shown = clean(shown)
    return shown if len(shown) <= TEXT_LENGTH else shown[: TEXT_LENGTH - 1] + "…"


def _hidden(found: re.Match[str]) -> str:
    if found["user"]:
        return "//…@"
    return f"{found['token'] or found['scheme']}…"


def _safe(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: safe(value) if isinstance(value, str) else value for key, value in event.items()}


def _json(event: dict[str, Any], **_options: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _console(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
    time, level, name, text = (event.pop(key, "") for key in ("time", "level", "event", "text"))
    grave = "" if level == "info" else f"{level}: "
    fields = "".join(f" {key}={_quoted(value)}" for key, value in event.items() if value not in (None, ""))
    named = f" [{name}{fields}]" if name != "warning" or fields else ""
    return f"{time[:19]}Z vaken hub: {grave}{text}{named}"


def _quoted(value: object) -> str:
    text = str(value)
    return text if text and not any(letter in text for letter in ' "[]') else '"' + text.replace('"', "'") + '"'
