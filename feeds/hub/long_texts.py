"""Reading texts of megabytes in a process of its own: a search over one of them would hold up the whole hub.

One at a time, as each takes a processor for a second or so. No case is lost for its text: where the reading process
dies or takes too long, the case is kept with a doubt that says so.
"""

import os
import subprocess
import sys
from contextlib import suppress
from threading import Lock, Timer
from typing import Final

import msgspec

from feeds.simspace import LengthProfile, SimSpan
from feeds.simspace.reader import Reader
from feeds.sources import SourceError
from feeds.sources.reported import TextRead, read_text, unread_text

HERE_CHARACTERS: Final = 256 * 1024
"""A text up to this length is read by the thread that asks: no step of it takes longer than 20 ms."""
SECONDS: Final = 60.0
"""How long the reading of one text may take."""

_PIECE: Final = 1 << 20
_STOPS: Final = "the hub stops; send this again"


class Stopping(SourceError):
    """The hub stops: nothing of the body was taken, it may be sent again."""

    status = 503


class _Job(msgspec.Struct, frozen=True, array_like=True):
    """The first line of what the reading process is given; the text follows, in UTF-8."""

    markup: bool
    profile: LengthProfile
    batches: dict[str, tuple[SimSpan, ...]]


class LongTexts:
    """Reads texts of any length. To be called from a thread that may wait."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def read(self, raw: str, markup: bool, reader: Reader) -> TextRead:
        """Return what a case keeps of a text, and what the whole of it speaks of. Raises Stopping."""
        if len(raw) <= HERE_CHARACTERS:
            return read_text(raw, markup, reader)
        with self._lock:
            why, answer = self._ask(
                msgspec.json.encode(_Job(markup, reader.profile, dict(reader.batches))) + b"\n", raw
            )
        if not why:
            try:
                return msgspec.msgpack.decode(answer, type=TextRead)
            except msgspec.DecodeError as error:
                why = f"the answer of the reading process cannot be read: {error}"
        return unread_text(raw, markup, why)

    def stop(self) -> None:
        """End what is being read: the hub stops."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def _ask(self, job: bytes, raw: str) -> tuple[str, bytes]:
        """Return (why there is no answer or ``""``, the answer)."""
        if self._stopped:
            raise Stopping(_STOPS)
        with subprocess.Popen(
            [sys.executable, "-m", "feeds.hub.long_texts"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            self._process = process
            watch = Timer(self._seconds, process.kill)
            watch.start()
            try:
                answer = _exchanged(process, job, raw)
                code = process.wait()
            finally:
                late = watch.finished.is_set()
                watch.cancel()
                self._process = None
        if self._stopped:
            raise Stopping(_STOPS)
        if code and late:
            return f"it took longer than {self._seconds:g} s", b""
        return (f"the reading process ended with {code}" if code else ""), answer


def _exchanged(process: "subprocess.Popen[bytes]", job: bytes, raw: str) -> bytes:
    """Hand a text over in pieces, none of which takes long to encode; return what the process answers."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):  # it ended before it had read all; its exit code says so
        process.stdin.write(job)
        for at in range(0, len(raw), _PIECE):
            process.stdin.write(raw[at : at + _PIECE].encode(errors="replace"))
    with suppress(BrokenPipeError):
        process.stdin.close()
    return process.stdout.read()


def main() -> None:
    """Read one job from stdin, write what was read to stdout."""
    os.nice(5)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=_Job)
    raw = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(msgspec.msgpack.encode(read_text(raw, job.markup, Reader(job.profile, job.batches))))


if __name__ == "__main__":
    main()
