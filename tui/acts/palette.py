"""What the ``:`` palette finds: the actions that belong to the screen, and the outages that live."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.acts.registry import EVERYWHERE, actions_for
from tui.base_screen import VakenScreen
from widgets.plain import plain

if TYPE_CHECKING:
    from tui.app import VakenApp


class ActionProvider(Provider):
    """Finds by title, name and help. Everything is shown as text: the palette reads plain strings as markup."""

    def _found(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        screen = self.screen
        where = screen.where if isinstance(screen, VakenScreen) else EVERYWHERE
        for action in actions_for(where):
            if action.name == "palette":
                continue
            node = screen if action.where != (EVERYWHERE,) else self.app
            title = f"{action.title}  ({action.label})"
            yield title, action.help, partial(self.app.run_action, action.name, default_namespace=node)
        app = cast("VakenApp", self.app)
        for row in app.situation.outages:
            name = plain(f"open {row.key}  {'★' if row.vip else ''}{row.customer} {row.shared}")
            yield name, "", partial(app.open_outage, row)

    async def discover(self) -> Hits:
        """Offer everything."""
        for title, help_text, run in self._found():
            yield DiscoveryHit(Text(title), run, text=title, help=help_text)

    async def search(self, query: str) -> Hits:
        """Offer what fits to ``query``."""
        matcher = self.matcher(query)
        for title, help_text, run in self._found():
            score = max(matcher.match(title), 0.5 * matcher.match(help_text) if help_text else 0.0)
            if score > 0:
                yield Hit(score, Text(title), run, text=title, help=help_text)
