"""The time of a replay: it stands, or goes so many times as fast as the clock on the wall. Pure."""

from datetime import datetime, timedelta

SLOWEST, FASTEST = 0.1, 1000.0
"""Times real time."""


class PlayClock:
    """``wall``: seconds of a clock that never goes back, given with each call."""

    def __init__(self, at: datetime, speed: float = 1.0) -> None:
        self._at = at
        self._since = 0.0
        self.speed = speed
        self.playing = False

    def now(self, wall: float) -> datetime:
        """Return the replayed time."""
        if not self.playing:
            return self._at
        return self._at + timedelta(seconds=(wall - self._since) * self.speed)

    @property
    def rate(self) -> float:
        """How fast it goes now; 0: it stands."""
        return self.speed if self.playing else 0.0

    def set(self, at: datetime, wall: float) -> None:
        """Go to a time; whether it plays stays."""
        self._at, self._since = at, wall

    def play(self, wall: float) -> None:
        """Let it go on."""
        self.set(self.now(wall), wall)
        self.playing = True

    def pause(self, wall: float) -> None:
        """Let it stand."""
        self.set(self.now(wall), wall)
        self.playing = False

    def change_speed(self, speed: float, wall: float) -> None:
        """Go on at another speed, from ``SLOWEST`` to ``FASTEST``."""
        self.set(self.now(wall), wall)
        self.speed = min(max(speed, SLOWEST), FASTEST)
