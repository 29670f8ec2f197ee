"""``vaken tail``: the plain twin of the screens: a view as lines, for pipes, logs and terminals that cannot do more."""

import logging
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tui.cli.completing import complete_outages, complete_views
from tui.cli.failure import Failed
from tui.cli.options import config_option, credentials, hub_option, who_option

if TYPE_CHECKING:
    from feeds.client import Content, Link, Notice
    from feeds.model import Row

REACH_SECONDS = 5.0
PAGE = 1000
FOLLOWED = 10_000
"""Rows of one window that is followed: the hub's most."""
MOST_VIEWS = 60
"""Windows that are followed: the hub opens few more for one terminal."""
OF_OUTAGE = ("impact", "timeline", "explanations", "calls")
OF_UPDATE = ("deliveries",)


class ViewName(click.ParamType[str]):
    """The name of a view."""

    name = "view"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name. Raises click.UsageError with the list of views."""
        from feeds.model import ROW_TYPES

        if value not in ROW_TYPES:
            self.fail(f"there is no view {value!r}; there are: {', '.join(ROW_TYPES)}", param, ctx)
        return value


@click.command()
@click.argument("view", type=ViewName(), metavar="VIEW", shell_complete=complete_views)
@config_option
@hub_option
@who_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row and line.")
@click.option("--once", is_flag=True, help="The rows of now, then exit.")
@click.option(
    "--filter",
    "filter_text",
    metavar="F",
    default="",
    help="Words, key:value, -not, ~regex, ?fuzzy, sims:>9, raised:<10m …",
)
@click.option("--sort", metavar="S", default="", help="A field; with - before it, descending.")
@click.option(
    "--of",
    metavar="ID",
    default="",
    shell_complete=complete_outages,
    help="Its outage, update (deliveries), case (readings), time (changes).",
)
@click.option("--limit", metavar="N", type=click.IntRange(1, 1_000_000), default=1000, help="Rows at most.")
def tail(
    view: str,
    config: object,
    hub_url: str,
    who: str,
    as_json: bool,
    once: bool,
    filter_text: str,
    sort: str,
    of: str,
    limit: int,
) -> int:
    """Print a view as lines and follow it: a row when it is new or changed, its key when it is gone."""
    logging.basicConfig(format="vaken: %(message)s", level=logging.WARNING)
    if view in OF_OUTAGE and not of:
        raise click.UsageError(f"{view} is a view of one outage: vaken tail {view} --of O-12")
    if view in ("readings", "triage") and not of:
        raise click.UsageError(f"{view} is a view of one case: vaken tail {view} --of SOURCE/NUMBER")
    if view in OF_UPDATE and not of:
        raise click.UsageError(f"{view} is a view of one update: vaken tail {view} --of U-3")
    if view == "changes" and not of:
        raise click.UsageError("changes is a view since a time or a sequence: vaken tail changes --of 4711")
    printer = _Printer(view, as_json)
    if once:
        return _once(printer, hub_url, who, filter_text, sort, of, limit)
    try:
        printer.head()
        _follow(printer, hub_url, who, filter_text, sort, of, limit)
    except KeyboardInterrupt:
        pass  # the usual end of following
    return 0


class _Printer:
    """Writes rows, and remembers what was written of each."""

    def __init__(self, view: str, as_json: bool) -> None:
        self.view = view
        self._as_json = as_json
        self._rows: dict[str, Row] = {}

    def head(self) -> None:
        """Write the titles, where there are any."""
        from tui.cli.plain_rows import head_line

        if not self._as_json:
            print(head_line(self.view), flush=True)

    def show(self, rows: "tuple[Row, ...]") -> None:
        """Write what is new, changed or gone since the last time."""
        from tui.cli.plain_rows import joined

        now = {row.key: row for row in rows}
        text = joined(self._lines(now))
        self._rows = now
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _lines(self, now: "dict[str, Row]") -> Iterator[str]:
        from tui.cli.plain_rows import gone_json, row_json, row_line
        from widgets.plain import plain

        for key, row in now.items():
            old = self._rows.get(key)
            if old is not row and old != row:
                yield row_json(self.view, row) if self._as_json else row_line(self.view, row)
        for key in [key for key in self._rows if key not in now]:
            yield gone_json(self.view, key) if self._as_json else f"gone: {plain(key)}"


def _once(printer: _Printer, url: str, who: str, filter_text: str, sort: str, of: str, limit: int) -> int:
    from feeds.client import ClientError, Look, Refused

    unreadable, total = "", 0
    rows: dict[str, Row] = {}
    try:
        with Look(url, who, credentials()) as look:
            first = 0
            while first < limit:
                window = (first, min(PAGE, limit - first))
                content = look.at(
                    printer.view, sort=sort, filter=filter_text, window=window, of=of, timeout=REACH_SECONDS
                )
                # Rows may move between two pages: one that comes twice is written once.
                rows.update((row.key, row) for row in content.rows if row.key not in rows)
                unreadable, total = unreadable or content.error, content.total
                first += window[1]
                if first >= content.total:
                    break
    except Refused as error:
        raise click.UsageError(_clean(error.why)) from error
    except ClientError as error:
        raise Failed(_clean(str(error))) from error
    printer.head()
    printer.show(tuple(rows.values()))
    if total > limit:
        _warn(_cut(total, limit))
    if unreadable:
        raise Failed(unreadable)
    return 0


def _follow(printer: _Printer, url: str, who: str, filter_text: str, sort: str, of: str, limit: int) -> None:
    from feeds.client import HubClient

    told = threading.Event()

    def tell(_notice: "Notice") -> None:
        told.set()

    client = HubClient(url, who, tell, credentials=credentials())
    # The hub sends a window of so many rows at most: a longer list is followed as several, one after the other.
    windows = [(first, min(FOLLOWED, limit - first)) for first in range(0, limit, FOLLOWED)]
    handles = [client.open(printer.view, sort=sort, filter=filter_text, window=one, of=of) for one in windows[:1]]
    links = _LinkReporter(url)
    client.start()
    try:
        shown: list[Content] = []
        told_cut = False
        while True:
            told.wait()
            told.clear()
            links.see(client.link)
            now = [handle.content for handle in handles]
            if all(one is other for one, other in zip(now, shown, strict=False)) and len(now) == len(shown):
                continue
            if not all(content.loaded for content in now):
                continue
            _check(now, shown)
            shown = now
            # A row on its way from one window to the next may be in both, or for a moment in none.
            rows = {row.key: row for content in now for row in content.rows}
            printer.show(tuple(rows.values()))
            if now[-1].total > windows[len(handles) - 1][0] + FOLLOWED and len(handles) < min(len(windows), MOST_VIEWS):
                more = windows[len(handles)]
                handles.append(client.open(printer.view, sort=sort, filter=filter_text, window=more, of=of))
            elif now[0].total > min(limit, MOST_VIEWS * FOLLOWED) and not told_cut:
                told_cut = True
                _warn(_cut(now[0].total, min(limit, MOST_VIEWS * FOLLOWED)))
    finally:
        client.stop()


def _cut(total: int, shown: int) -> str:
    """Return the words for a list that does not end where its rows do."""
    return f"cut: {total:,} rows, the first {shown:,} are shown (--limit)"


def _check(now: "list[Content]", shown: "list[Content]") -> None:
    """Say what the hub says of the query. Raises click.UsageError where it refuses it."""
    for number, content in enumerate(now):
        if content.refused:
            raise click.UsageError(_clean(content.error))
        if content.error and (number >= len(shown) or content.error != shown[number].error):
            _warn(content.error)


class _LinkReporter:
    """Says on stderr when the link is lost and when it is back, once each."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._trouble = False

    def see(self, link: "Link") -> None:
        """Look at the link."""
        from feeds.client import LinkState

        live = link.state is LinkState.LIVE
        if live and self._trouble:
            _warn(f"connected to {self._url}")
        elif not live and link.why and not self._trouble:
            _warn(f"no connection to {self._url}: {_clean(link.why)}; trying again")
        self._trouble = not live and (self._trouble or bool(link.why))


def _warn(text: str) -> None:
    print(f"vaken: {text}", file=sys.stderr, flush=True)


def _clean(text: str) -> str:
    from widgets.plain import plain

    return plain(text)
