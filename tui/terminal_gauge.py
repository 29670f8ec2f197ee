"""Measures how the terminal takes what is written to it: drivers that time their writes. Nothing is changed in what
they write; what follows from it is for the pace of frames (tui/frame_pace.py).
"""

from collections.abc import Callable
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, cast

from textual.driver import Driver

if TYPE_CHECKING:
    from textual.app import App


class TerminalGauge:
    """Written to by the thread that writes, read by the app: single numbers, each replaced whole."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._spent = 0.0
        self._seen_at = clock()
        self._seen_spent = 0.0

    def begin(self) -> None:
        """A write begins."""
        self._since = self._clock()

    def end(self) -> None:
        """It is over."""
        if self._since is not None:
            self._spent += self._clock() - self._since
        self._since = None

    @property
    def waiting(self) -> float:
        """How long the write under way has taken so far, seconds; 0 where there is none."""
        since = self._since
        return max(0.0, self._clock() - since) if since is not None else 0.0

    def busy(self) -> float:
        """Return the share of the time since the last call that was spent writing, 0 to 1."""
        now, waiting = self._clock(), self.waiting
        spent = self._spent + waiting
        share = (spent - self._seen_spent) / max(now - self._seen_at, 1e-3)
        self._seen_at, self._seen_spent = now, spent
        return min(max(share, 0.0), 1.0)


class _TimedFile:
    """A text file whose writes are timed."""

    def __init__(self, file: IO[str], gauge: TerminalGauge) -> None:
        self._file = file
        self._gauge = gauge

    def write(self, text: str) -> int:
        self._gauge.begin()
        try:
            return self._file.write(text)
        finally:
            self._gauge.end()

    def flush(self) -> None:
        self._gauge.begin()
        try:
            self._file.flush()
        finally:
            self._gauge.end()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def gauged(driver: type[Driver], gauge: TerminalGauge) -> type[Driver]:
    """Return ``driver`` with its writes timed, where it is one of those that write to a terminal or a browser."""
    from textual.drivers.web_driver import WebDriver

    if issubclass(driver, WebDriver):
        return _gauged_web(gauge)
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:  # another system: no terminal of this kind, and nothing to measure
        return driver

    if driver is not LinuxDriver:
        return driver

    class _GaugedTerminal(LinuxDriver):
        def __init__(
            self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
        ) -> None:
            super().__init__(app, debug=debug, mouse=mouse, size=size)
            # Its writer is a thread on this file: the time is taken there, where a full terminal holds it up.
            self._file = cast(Any, _TimedFile(self._file, gauge)) if self._file is not None else None

    return _GaugedTerminal


def _gauged_web(gauge: TerminalGauge) -> type[Driver]:
    from textual.drivers.web_driver import WebDriver

    class _GaugedPage(WebDriver):
        def write(self, data: str) -> None:
            gauge.begin()
            try:
                super().write(data)
            finally:
                gauge.end()

    return _GaugedPage
