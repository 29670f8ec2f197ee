"""What the ``:`` palette finds: the actions that somebody may do on the screen, those of its tables, and the outages
that live.

A word that names an action, such as ``q`` or ``alarms``, does it at once with enter, however fast it was typed.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct
from rich.text import Text
from textual import events, on
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tui.acts.hints import place_of
from tui.acts.registry import EVERYWHERE, REPLAY, Action, actions_for, actions_of
from tui.acts.widget_keys import actions_of_widget, places_of
from tui.base_screen import VakenScreen
from widgets.plain import plain

if TYPE_CHECKING:
    from tui.app import VakenApp

MOST_TYPED = 200
"""Characters of a command; longer ones name nothing."""


class Offer(Struct, frozen=True):
    """One thing that the palette can do. ``words``: what names it exactly."""

    title: str
    help: str
    run: Callable[[], Any]
    words: frozenset[str] = frozenset()


def _words(action: Action) -> frozenset[str]:
    names = (action.name, action.name.replace("_", " "), action.title.removesuffix(" …"), *action.also)
    return frozenset(name.casefold() for name in names)


def offers(app: "VakenApp", screen: Screen[Any]) -> Iterator[Offer]:
    """Yield what can be done on ``screen``, its own actions first."""
    where = screen.where if isinstance(screen, VakenScreen) else EVERYWHERE
    may = app.hub.link.may
    offered = [(place_of(action, where), action) for action in actions_for(where, may)]
    if app.replaying.here:
        offered += [(REPLAY, action) for action in actions_of(REPLAY, may)]
    for place, action in offered:
        if action.name == "palette":
            continue
        node = app if place in (EVERYWHERE, REPLAY) else screen
        key = app.keymap.label(place, action)
        title = f"{action.title}  ({key})" if key else action.title
        run = partial(app.run_action, action.name, default_namespace=node)
        yield Offer(title, action.help, run, _words(action))
    yield from _offers_of_widgets(app, screen, where)
    for row in app.situation.outages:
        name = plain(f"open {row.key}  {'★' if row.vip else ''}{row.customer} {row.shared}")
        yield Offer(name, "", partial(app.open_outage, row), frozenset({plain(row.key).casefold()}))


def _offers_of_widgets(app: "VakenApp", screen: Screen[Any], where: str) -> Iterator[Offer]:
    """Yield what the tables and lines in sight can do."""
    for place in places_of(where) if where != EVERYWHERE else ():
        for kind in place.widgets:
            node = _in_sight(screen, kind)
            for action, does in actions_of_widget(place, kind) if node is not None else ():
                key = app.keymap.label(place.name, action)
                title = f"{action.title}  ({key})" if key else action.title
                run = partial(app.run_action, does, default_namespace=node)
                yield Offer(title, place.title, run, _words(action))


def _in_sight(screen: Screen[Any], kind: type[Widget]) -> Widget | None:
    """Return the widget of a kind that has the focus, else the first in sight."""
    focused = screen.focused.ancestors_with_self if screen.focused is not None else ()
    held = next((one for one in focused if isinstance(one, kind)), None)
    return held or next((one for one in screen.query(kind) if one.display and one.is_on_screen), None)


def exact(app: "VakenApp", screen: Screen[Any], typed: str) -> Offer | None:
    """Return what ``typed`` names exactly: what the screen does comes before what is done everywhere."""
    word = typed[:MOST_TYPED].strip().removeprefix(":").casefold()
    return next((offer for offer in offers(app, screen) if word in offer.words), None) if word else None


class ActionProvider(Provider):
    """Finds by title, name and help. Everything is shown as text: the palette reads plain strings as markup."""

    def _offers(self) -> Iterator[Offer]:
        return offers(cast("VakenApp", self.app), self.screen)

    async def discover(self) -> Hits:
        """Offer everything."""
        for offer in self._offers():
            yield DiscoveryHit(Text(offer.title), offer.run, text=offer.title, help=offer.help)

    async def search(self, query: str) -> Hits:
        """Offer what fits to ``query``; what it names exactly comes first."""
        matcher = self.matcher(query.replace("_", " "))
        named = exact(cast("VakenApp", self.app), self.screen, query)
        for offer in self._offers():
            score = max(matcher.match(offer.title), 0.5 * matcher.match(offer.help) if offer.help else 0.0)
            if named is not None and offer.title == named.title:
                score = 2.0
            if score > 0:
                yield Hit(score, Text(offer.title), offer.run, text=offer.title, help=offer.help)


class CommandLine(CommandPalette):
    """The palette of this app; ``behind`` is the screen that it is opened over."""

    def __init__(self, behind: Screen[Any]) -> None:
        super().__init__(placeholder="an action, a screen, an outage: alarms, q, O-12 …", id="--command-palette")
        self._behind = behind
        self._early: list[events.Key] = []
        """Keys that were quicker than the field: at most a line of them."""

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before the field is there."""
        if self.focused is None and (event.is_printable or event.key == "enter"):
            event.stop()
            if len(self._early) < MOST_TYPED:
                self._early.append(event)

    @on(events.DescendantFocus)
    def _catch_up(self) -> None:
        early, self._early = self._early, []
        box = self.query_one(Input)
        for event in early:
            if event.key == "enter":
                box.post_message(Input.Submitted(box, box.value))
                break
            box.insert_text_at_cursor(event.character or "")

    @on(Input.Submitted)
    def _do_at_once(self, event: Input.Submitted) -> None:
        """Do what is named exactly, without waiting for the list; else the palette does as it always does."""
        app = cast("VakenApp", self.app)
        offer = exact(app, self._behind, event.value)
        if offer is None:
            return
        event.stop()
        event.prevent_default()
        self.dismiss()
        app.call_later(offer.run)
