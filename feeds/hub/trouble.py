"""Trouble that lasts is said once: a full disk may stay full for hours, and the night shift reads each line."""

from collections.abc import Callable

Warn = Callable[[str, str], None]
"""Says a sentence to the night shift, by a name for machines such as ``tls.expiring``."""


class Trouble:
    """One thing that fails again and again, or for once. ``warn`` says a sentence."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._said = ""

    def __bool__(self) -> bool:
        """Whether it lasts."""
        return self._said != ""

    def say(self, error: Exception, text: str) -> None:
        """Say ``text``, unless ``error`` is what went wrong the last time too."""
        if str(error) != self._said:
            self._said = str(error)
            self._warn(text)

    def over(self) -> None:
        """Note that it went well: what goes wrong next is news."""
        self._said = ""
