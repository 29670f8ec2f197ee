"""A real program in a pseudo-terminal, with a terminal emulator (pyte) at the other end: what a person would see."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

PATIENCE = 60.0
"""Seconds until something that must appear is given up; the machine may be busy with other tests."""

AGAIN = 2.0
"""Seconds after which a key that did nothing is pressed once more, by somebody who has patience."""

KEYS = {
    "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "escape": "\x1b", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "ctrl+s": "\x13", "end": "\x1b[F",
}  # fmt: skip

_UNKNOWN = re.compile(rb"\x1b\[\?[0-9;]*\$p|\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[[0-9;]*\$[a-z]|\x1bP.*?\x1b\\")
"""Questions of newer terminals, which this one does not answer."""


class Terminal:
    """``vaken`` with arguments in a terminal of ``size`` (columns, lines). Use as a context manager."""

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        size: tuple[int, int] = (100, 30),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = threading.Condition()
        self._master, slave = pty.openpty()
        self._size(slave, size)
        home.mkdir(mode=0o700, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VAKEN_", "XDG_"))}
        for name in ("COLUMNS", "LINES", "NO_COLOR", "TEXTUAL"):
            kept.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.cli", *arguments],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": str(home),
                 "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config"),
                 "XDG_RUNTIME_DIR": str(home), "XDG_CACHE_HOME": str(home / "cache"), **(env or {})},
        )  # fmt: skip
        os.close(slave)
        self._reader = threading.Thread(target=self._read, name="terminal")
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        os.close(self._master)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # the program has closed its side
                data = b""
            with self._changed:
                if data:
                    self._stream.feed(_UNKNOWN.sub(b"", data))
                self._changed.notify_all()
            if not data:
                return

    @staticmethod
    def _size(descriptor: int, size: tuple[int, int]) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, as a person who drags its corner."""
        with self._changed:
            self._screen.resize(size[1], size[0])
            self._screen.reset()
        self._size(self._master, size)
        self.process.send_signal(signal.SIGWINCH)

    def press(self, *keys: str) -> None:
        """Press keys; what is no name of a key is typed as it stands."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def move(self, key: str, to: str, right: int = 0, down: int = 0) -> None:
        """Press a key that moves the focus, and wait until the place beside the words ``to`` looks otherwise: what is
        typed before that goes to the widget that had the keys. Of several places of the words the leftmost counts, of
        these the lowest.
        """
        with self._changed:
            before = self._look(to, right, down)
        self.press(key)
        self.until(lambda _text: self._look(to, right, down) not in (before, None), f"{to!r} with the keys")

    def _look(self, word: str, right: int, down: int) -> tuple[str, bool, bool] | None:
        """How the cell beside ``word`` looks; None: it is not there. Called with the lock held."""
        places = [(x, -y) for y, line in enumerate(self._screen.display) if (x := line.find(word)) >= 0]
        if not places:
            return None
        x, y = min(places)
        cell = self._screen.buffer[-y + down][x + right]
        return cell.bg, cell.bold, cell.reverse

    @property
    def lines(self) -> list[str]:
        """What stands on the screen now."""
        with self._changed:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.lines)

    def see(self, *words: str, gone: Sequence[str] = ()) -> str:
        """Wait until all ``words`` stand on the screen and none of ``gone`` does; return the text."""
        return self.until(lambda text: all(word in text for word in words) and not any(word in text for word in gone),
                          f"{words}, without {gone}" if gone else f"{words}")  # fmt: skip

    def until(self, wanted: Callable[[str], bool], what: str) -> str:
        """Wait until the screen is as wanted; return the text."""
        end = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                text = "\n".join(line.rstrip() for line in self._screen.display)
                if wanted(text):
                    return text
                assert time.monotonic() < end, f"{what} did not appear:\n{text}"
                assert self.process.poll() is None or self._reader.is_alive(), f"it ended before {what}:\n{text}"
                self._changed.wait_for(lambda: False, 0.05)  # at every byte would cost more than it sees

    def ask(self, *words: str) -> None:
        """Wait for a question with ``words``, and until its *Cancel* has the keys: only then it takes what is typed."""
        self.until(
            lambda text: all(word in text for word in words) and self._is_bold("Cancel"), f"the question {words}"
        )

    def _is_bold(self, word: str) -> bool:
        """Whether ``word`` stands somewhere in bold, as a button with the keys does. Called with the lock held."""
        for y, line in enumerate(self._screen.display):
            x = line.find(word)
            if x >= 0 and all(self._screen.buffer[y][x + n].bold for n in range(len(word))):
                return True
        return False

    def press_until(self, key: str, *words: str) -> str:
        """Press a key again and again, a moment apart, until ``words`` appear."""
        end = time.monotonic() + PATIENCE
        while True:
            self.press(key)
            again = time.monotonic() + AGAIN
            while time.monotonic() < again:
                if all(word in self.text for word in words):
                    return self.text
                with self._changed:
                    self._changed.wait_for(lambda: False, 0.05)
            assert time.monotonic() < end, f"{words} did not appear:\n{self.text}"

    def cpu_seconds(self) -> float:
        """CPU time that the program took so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ended(self) -> int:
        """Wait for the end; return the exit code."""
        return self.process.wait(PATIENCE)
