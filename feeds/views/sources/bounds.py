"""What of long values a row carries: screens show the beginning, the log keeps the whole."""

from typing import Final

TEXT_IN_ROW: Final = 2_000
"""Characters of a mail's text that a row carries."""
