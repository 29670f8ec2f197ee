"""What a person prefers, from all the places where it can be said, and what of it counts now.

First what was said for this start (command line, variables), then what was chosen on the settings screen and kept, then
the configuration file, then the defaults. What is chosen on the screen counts at once. Reading the file and the command
line is left to tui.cli, keeping choices to tui.kept.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tui.acts.keymap import Keymap, build
from tui.looks import BY_NAME, Chosen, Looks, checked, settle

KEPT: Final = "chosen in the settings"
"""The origin of what was chosen on the settings screen."""

PLAIN: Final = {"theme": "dark", "glyphs": "unicode", "colours": "full"}
"""What an app looks like that nobody told of its terminal."""


def problems_words(problems: Sequence[str]) -> str:
    """Return what is said at the start of what could not be taken: several in one, with where they stand whole."""
    if len(problems) < 2:
        return "".join(problems)
    return (
        f"{len(problems)} things in your preferences could not be taken; the settings (S) and vaken info list them. "
        f"The first: {problems[0]}"
    )


class Preferences:
    """``given``: values by name that were said for this start, each with its origin; ``written``: those of ``file``.

    ``binds``: a person's own keys; ``problems``: sentences about what of all that could not be taken.
    """

    def __init__(
        self,
        given: Mapping[str, tuple[str, str]] | None = None,
        written: Mapping[str, str] | None = None,
        *,
        file: str = "",
        binds: Mapping[str, tuple[str, ...]] | None = None,
        problems: tuple[str, ...] = (),
    ) -> None:
        self._given = dict(given or {})
        self._written = dict(written or {})
        self._file = file
        self.binds = dict(binds or {})
        self.problems = problems
        self._kept: dict[str, str] = {}

    @classmethod
    def plain(cls) -> "Preferences":
        """Return those of an app that was not told of its terminal, as in tests."""
        return cls({name: (value, "default") for name, value in PLAIN.items()})

    def know(self, kept: Mapping[str, str]) -> None:
        """Take what was kept; what there is no longer is passed over."""
        self._kept = {name: value for name, value in kept.items() if name in BY_NAME}

    def choose(self, name: str, value: str) -> None:
        """Let ``value`` count now, whatever was said for this start; empty: no choice. Raises BadChoice."""
        if value:
            checked(name, value)
            self._kept[name] = value
        else:
            self._kept.pop(name, None)
        self._given.pop(name, None)

    @property
    def chosen(self) -> Chosen:
        """What counts, where it comes from, and what could not be taken."""
        given = [(origin, {name: value}) for name, (value, origin) in self._given.items()]
        return settle(*given, (KEPT, self._kept), (self._file, self._written))

    @property
    def looks(self) -> Looks:
        """What counts."""
        return self.chosen.looks

    def keymap(self) -> Keymap:
        """Return the keys that count."""
        return build(self.looks.preset, self.binds)[0]
