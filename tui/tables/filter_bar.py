"""The line in which a filter is written. It is applied while it is typed; esc puts the old one back.

Below it stands what is wrong and where, else what tab completes to. Up and down go through the filters that were used
before; a filter gets a name with f2, and ``@name`` is that filter.
"""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.kept import NAME_CHARS, SavedFilter, with_filter, with_used, without_filter
from tui.tables.filter_words import NAMED, completions, problem_in, recalled
from tui.tables.view_table import ViewTable
from widgets.looks import MUTED
from widgets.plain import plain

if TYPE_CHECKING:
    from tui.app import VakenApp

APPLY_AFTER = 0.2
"""Seconds without a key after which what is written is applied."""

_HELP = "tab completes · ↑ ↓ earlier ones · f2 gives it a name, @name recalls it · enter keeps, esc undoes"
_NAME_HELP = "a name for this filter · enter keeps it, an empty name takes it away · esc goes back"


class FilterBar(Vertical):
    """Hidden until ``open`` is called."""

    DEFAULT_CSS = """
    FilterBar { height: 2; dock: bottom; display: none; background: $panel; padding: 0 1; layer: filter; }
    FilterBar Horizontal { height: 1; }
    FilterBar #sign { width: auto; color: $primary; text-style: bold; }
    FilterBar #told { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    FilterBar Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    FilterBar Input:focus { border: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "old filter back", show=False),
        Binding("tab", "complete", "complete", show=False, priority=True),
        Binding("up", "earlier(1)", "filter before", show=False),
        Binding("down", "earlier(-1)", "filter after", show=False),
        Binding("f2", "name", "give it a name", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._table: ViewTable | None = None
        self._before = ""
        self._came_from: Widget | None = None
        self._timer: Timer | None = None
        self._back = 0
        """How many filters back in the history the line stands; 0: at what is being written."""
        self._written = ""
        self._naming: str | None = None
        """The filter that gets a name; None: a filter is being written."""
        self._insisted = False
        """Whether what is written was to be kept although it cannot be read: then that is said before anything else."""
        self._offers: list[str] = []
        """What tab goes through."""
        self._offered = -1

    @property
    def _vaken(self) -> "VakenApp":
        return cast("VakenApp", self.app)

    @property
    def _box(self) -> Input:
        return self.query_one(Input)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Horizontal():
            yield Static(Content("/ "), id="sign")
            yield Input(
                compact=True,
                select_on_focus=False,
                placeholder="words  key:value  -not  ~regex  ?fuzzy  sims:>100  raised:<10m",
            )
        yield Static(Content(_HELP), id="told")

    def open(self, table: ViewTable, wrong: str = "") -> None:
        """Begin to write the filter of ``table``; ``wrong``: go on at one that could not be read."""
        self._table, self._before, self._came_from = table, table.filter, self.screen.focused
        self._back, self._naming, self._insisted = 0, None, bool(wrong)
        table.begin_writing()
        self.display = True
        self._put(wrong or (f"{table.filter} " if table.filter else ""))
        self._box.focus()
        if wrong:
            self._apply()
        self.tell()

    def _put(self, text: str) -> None:
        box = self._box
        with box.prevent(Input.Changed):
            box.value = text
        box.cursor_position = len(text)

    # What stands below the line

    def tell(self) -> None:
        """Say what is wrong with the filter and where, else what it could go on to be."""
        if self._table is None:
            return
        told = self.query_one("#told", Static)
        self.query_one("#sign", Static).update(Content("/ " if self._naming is None else "name: "))
        if self._naming is not None:
            told.update(Content.styled(_NAME_HELP, MUTED))
            return
        text = self._box.value
        if text.startswith(NAMED) and recalled(text, self._table.view, self._saved) is None:
            offers = completions(text, self._table.view, self._saved)
            words = "  ".join(map(plain, offers)) if offers else "no filter of this view has that name"
            told.update(Content.styled(words, MUTED if offers else "bold $error"))
            return
        problem = self._table.problem
        offers = self._completions()[:12]
        words, place = problem_in(plain(problem), text, self._table.base_length)
        begun = bool(offers) and place >= 0 and " " not in text[place:] and not self._insisted
        if problem and not begun:
            term = plain(text[place:].split(" ", 1)[0][:40]) if place >= 0 else ""
            told.update(Content.assemble((term, "bold reverse $error"), (" " if term else "", ""), (words, "$error")))
            return
        shown = "  ".join(offer.rsplit(" ", 1)[-1] for offer in offers)
        told.update(Content.styled(shown or _HELP, MUTED))

    @property
    def _saved(self) -> tuple[SavedFilter, ...]:
        return self._vaken.kept.now.filters

    def _completions(self) -> list[str]:
        if self._table is None:
            return []
        live = [row.key for row in self._vaken.situation.outages]
        return completions(self._box.value, self._table.view, self._saved, live)

    # Writing

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._offers = []
        self._back, self._insisted = 0, False
        self.tell()
        if self._naming is not None:
            return
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(APPLY_AFTER, self._apply)

    def action_complete(self) -> None:
        """Go on to what the line could be: first as far as all agree, then one after the other."""
        if self._naming is not None:
            return
        if not self._offers:
            self._offers, self._offered = self._completions(), -1
            if not self._offers:
                return
            common = _common(self._offers)
            if len(common) > len(self._box.value):
                self._put(common)
                if len(self._offers) == 1:
                    self._offers = []
                self._wait()
                return
        self._offered = (self._offered + 1) % len(self._offers)
        self._put(self._offers[self._offered])
        self._wait()

    def _wait(self) -> None:
        self._insisted = False
        self.tell()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(APPLY_AFTER, self._apply)

    def action_earlier(self, by: int) -> None:
        """Go through the filters that were used before."""
        history = self._vaken.kept.now.history
        if self._naming is not None or not history:
            return
        if self._back == 0:
            self._written = self._box.value
        self._back = max(0, min(self._back + by, len(history)))
        self._put(history[-self._back] if self._back else self._written)
        self._wait()

    def action_name(self) -> None:
        """Give the filter a name."""
        if self._naming is None and self._box.value.strip() and self._table is not None:
            self._naming = recalled(self._box.value.strip(), self._table.view, self._saved) or self._box.value.strip()
            known = next((one.name for one in self._saved if one.text == self._naming), "")
            self._put(known)
            self.tell()

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        if self._naming is not None:
            self._save_name(plain(self._box.value).strip().lstrip(NAMED))
            return
        text = self._box.value.strip()
        if self._table is not None and recalled(text, self._table.view, self._saved) is None:
            self.tell()
            return
        self._apply()
        table = self._table
        if table is not None and table.problem:
            self._insisted = True
            self.tell()
            return
        if table is not None and table.filter:
            used = table.filter
            self._vaken.keep(lambda kept: with_used(kept, used))
        self._close()

    def _save_name(self, name: str) -> None:
        table, text = self._table, self._naming
        if table is None or text is None:
            return
        view = table.view
        old = [one.name for one in self._saved if (one.view, one.text) == (view, text)]
        if not name:
            for one in old:
                self._vaken.keep(lambda kept, one=one: without_filter(kept, one, view))  # type: ignore[misc]
            self._vaken.say(f"@{old[0]} is no name any more." if old else "The filter has no name.")
        elif len(name) > NAME_CHARS or " " in name:
            self._vaken.say(f"A name is one word of at most {NAME_CHARS} characters.", bad=True)
            return
        else:
            try:
                self._vaken.keep(lambda kept: with_filter(kept, SavedFilter(name, view, text)))
            except ValueError as error:
                self._vaken.say(str(error), bad=True)
                return
            self._vaken.say(f"@{name} is this filter from now on.")
        self._naming = None
        self._put(text)
        self.tell()

    @on(events.DescendantBlur)
    def _left(self) -> None:
        if self.display:
            self._apply()
            self._close(refocus=False)

    def action_give_up(self) -> None:
        """Put the old filter back; from a name, go back to the filter."""
        if self._naming is not None:
            text, self._naming = self._naming, None
            self._put(text)
            self.tell()
            return
        if self._table is not None:
            self._table.set_filter(self._before)
        self._close()

    def _apply(self) -> None:
        if self._table is not None and self._naming is None:
            text = recalled(self._box.value.strip(), self._table.view, self._saved)
            if text is not None:
                self._table.set_filter(text)
            self.tell()

    def _close(self, refocus: bool = True) -> None:
        if self._timer is not None:
            self._timer.stop()
        table, self._table = self._table, None
        if table is not None:
            table.end_writing()
        self.display = False
        if refocus:
            back = self._came_from if self._came_from is not None else table.table if table is not None else None
            if back is not None:
                back.focus()


def _common(texts: list[str]) -> str:
    """Return how all of ``texts`` begin."""
    shortest = min(texts, key=len)
    for at, char in enumerate(shortest):
        if any(text[at] != char for text in texts):
            return shortest[:at]
    return shortest
