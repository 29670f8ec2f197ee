"""Regular expressions of filters, taken only where the time that they can take has a bound."""

from feeds.views.pattern.compiling import FIELD_CHARS, compiled, goes_on, literal
from feeds.views.pattern.reading import BadPattern

__all__ = ["FIELD_CHARS", "BadPattern", "compiled", "goes_on", "literal"]
