"""For child processes of a demo: end when the parent has ended, however it died."""

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """End this process like SIGTERM does as soon as its stdin, a pipe that the parent holds open, is closed."""
    threading.Thread(target=_wait, name="parent", daemon=True).start()


def _wait() -> None:
    stdin = sys.stdin.fileno()
    while os.read(stdin, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
