"""How many frames a second a terminal is given: ten, and four or one where it cannot take more. Pure; knows no clock.

Where bytes go through a slow line, what is written waits in queues, and a person would see what was, not what is.
Fewer frames are written then, each with the newest state. One step down comes quickly, one step up slowly, and more
slowly each time it did not last, so that the rate does not swing.
"""

from typing import Final

STEPS: Final = (10.0, 4.0, 1.0)
"""Frames a second."""
WAITED: Final = 0.3
"""Seconds that one write may take before the terminal counts as slow."""
BUSY: Final = 0.5
"""Share of the time that may be spent writing."""
CALM: Final = 0.15
LOOKS_DOWN: Final = 2
"""Looks in a row that must show a slow terminal."""
CALM_SECONDS: Final = 5.0
"""So long it must have been calm for a step up; doubled where the step up did not last, up to ``MOST_CALM``."""
MOST_CALM: Final = 80.0
LASTED: Final = 20.0


class FramePace:
    """``cap``: never more frames a second than this, whatever the terminal can take (0: no cap of its own)."""

    def __init__(self, cap: float = 0.0) -> None:
        self.cap = cap
        self._step = 0
        self._bad_looks = 0
        self._calm_since: float | None = None
        self._calm_needed = CALM_SECONDS
        self._stepped_up: float | None = None

    @property
    def slow(self) -> bool:
        """Whether the terminal is given less than it would be by itself."""
        return self._step > 0

    @property
    def fps(self) -> float:
        """Frames a second now."""
        return min(STEPS[self._step], self.cap) if self.cap else STEPS[self._step]

    def look(self, now: float, waited: float, busy: float) -> bool:
        """Take in a look at the terminal; return whether the rate is another one now.

        ``now``: seconds of any steady clock; ``waited``: how long the write under way has taken so far, seconds;
        ``busy``: share of the time since the last look that was spent writing, 0 to 1.
        """
        if waited > WAITED or busy > BUSY:
            self._calm_since = None
            self._bad_looks += 1
            if self._bad_looks >= LOOKS_DOWN and self._step < len(STEPS) - 1:
                self._down(now)
                return True
            return False
        self._bad_looks = 0
        if waited > 0 or busy > CALM:
            self._calm_since = None
            return False
        if self._calm_since is None:
            self._calm_since = now
        if self._step and now - self._calm_since >= self._calm_needed:
            self._step -= 1
            self._stepped_up = self._calm_since = now
            return True
        if not self._step and self._stepped_up is not None and now - self._stepped_up >= LASTED:
            self._stepped_up, self._calm_needed = None, CALM_SECONDS
        return False

    def _down(self, now: float) -> None:
        self._step += 1
        self._bad_looks = 0
        if self._stepped_up is not None and now - self._stepped_up < LASTED:
            self._calm_needed = min(self._calm_needed * 2, MOST_CALM)
        self._stepped_up = None


def pace_words(pace: FramePace) -> str:
    """Return ``4 fps: slow terminal`` or ``2 fps``; empty where there is nothing to say."""
    if pace.slow:
        return f"{pace.fps:g} fps: slow terminal"
    return f"{pace.fps:g} fps" if pace.cap and pace.cap < STEPS[0] else ""
