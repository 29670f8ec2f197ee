"""What stands on the board of a hub that nothing has come to yet: what to do next, with the addresses of this hub.

It goes away by itself with the first SIM range, alarm or case, and does not come back.
"""

from collections.abc import Container
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from feeds.model.access import Capability
from tui.link import View
from widgets.looks import MUTED
from widgets.plain import plain

if TYPE_CHECKING:
    from tui.app import VakenApp

_LOOKS_AT: Final = (("ribbon", "/1"), ("alarms", ""), ("cases", ""))
"""Views, with what of them, that are all empty on such a hub."""

_NAME = 15


def greeting(url: str, may: Container[Capability], help_key: str = "?") -> Content:
    """Return what to do next on the hub at ``url``, as far as this terminal may do it."""
    url = plain(url).rstrip("/")
    host = url.partition("://")[2]
    parts: list[Content] = [
        Content.assemble(("Nothing has come yet. ", "bold"), "This hub is at ", (url, "bold $primary"), " and waits."),
        Content(""),
    ]
    steps: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    if Capability.INVENTORY in may:
        steps.append(
            (
                "Load what SIMs there are, and whose they are",
                (("ranges", f"vaken load ranges FILE.csv --hub {url}"),
                 ("customers", f"vaken load customers FILE.csv --hub {url}")),
            )
        )  # fmt: skip
    if Capability.FEED in may:
        steps.append(
            (
                "Point a feed at it",
                (("Prometheus", f'alerting.alertmanagers: targets: ["{host}"]'),
                 ("Alertmanager", f"a webhook to {url}/hooks/alertmanager"),
                 ("Zammad", f"a webhook to {url}/hooks/zammad"),
                 ("anything else", f"POST to {url}/v1/alarms and /v1/cases")),
            )
        )  # fmt: skip
    if Capability.INVENTORY in may and Capability.FEED in may:
        steps.append(("Or see an outage first", (("drill", f"vaken drill apn-fault --hub {url}"),)))
    for place, (title, lines) in enumerate(steps, 1):
        parts.append(Content.assemble((f"{place}  ", "bold $primary"), (title, "bold")))
        parts += [Content.assemble((f"   {name:<{_NAME}}", MUTED), line) for name, line in lines]
        parts.append(Content(""))
    if not steps:
        parts += [Content("Whoever runs it loads the SIM ranges and points feeds at it."), Content("")]
    parts.append(
        Content.assemble((help_key, "bold $primary"), (" shows the keys, and a tour. ", MUTED),
                         ("This goes away when something comes.", MUTED))
    )  # fmt: skip
    return Content("\n").join(parts)


class Greeting(VerticalScroll, can_focus=False):
    """Not in sight until the hub has said that there is nothing."""

    DEFAULT_CSS = """
    Greeting { display: none; height: 1fr; padding: 1 3; scrollbar-size-vertical: 1; }
    Greeting Static { height: auto; }
    """

    class Changed(Message):
        """It has come into sight, or gone."""

        def __init__(self, shown: bool) -> None:
            super().__init__()
            self.shown = shown

    def __init__(self) -> None:
        super().__init__()
        self._views: list[View] = []

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(id="greeting-text")

    def on_mount(self) -> None:
        """Look whether there is anything."""
        self._views = [self.vaken.hub.open(view, of=of, window=(0, 1)) for view, of in _LOOKS_AT]
        for view in self._views:
            self.vaken.follow(view, self._look)

    def on_unmount(self) -> None:
        """Look no longer."""
        self._give_up()

    def _give_up(self) -> None:
        views, self._views = self._views, []
        for view in views:
            self.vaken.unfollow(view)
            view.close()

    def _look(self) -> None:
        contents = [view.content for view in self._views]
        if any(content.total or content.error for content in contents):
            self._give_up()
            self._show(False)
        elif contents and all(content.loaded for content in contents):
            self._show(True)

    def _show(self, shown: bool) -> None:
        if shown:
            app = self.vaken
            keys = app.keymap.of("*", "help")
            text = greeting(app.hub.url, app.hub.link.may, keys[0] if keys and len(keys[0]) == 1 else "?")
            self.query_one("#greeting-text", Static).update(text)
        if self.display != shown:
            self.display = shown
            self.post_message(self.Changed(shown))
