"""A stylesheet that is parsed anew only where one of its variables changed.

Textual parses all rules a second time while it starts, with the same variables: some 70 ms before the first screen.
"""

from textual.css.stylesheet import Stylesheet


class KeptRules(Stylesheet):
    """``variables``: colours and such by name, as a theme gives them."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._now = variables
        self._outdated = False

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other variables; rules are parsed with them at the next ``parse`` or ``reparse``."""
        if variables != self._now:
            self._now = variables
            self._outdated = True
            super().set_variables(variables)

    def parse(self) -> None:
        """Parse all rules that were not parsed yet with these variables."""
        super().parse()
        self._outdated = False

    def reparse(self) -> None:
        """Parse all rules, where a variable changed since the last time."""
        if self._outdated:
            self.parse()
