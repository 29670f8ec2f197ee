"""What can be completed beside commands and options: views, drills, and outages where a hub answers at once.

Whoever types must not wait: a hub that does not answer within a moment has nothing to offer.
"""

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Iterable

PATIENCE = 0.7
"""Seconds."""
MOST = 100


def complete_views(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the names of views."""
    from feeds.model import ROW_TYPES

    return _beginning(begun, ((name, "") for name in ROW_TYPES))


def complete_drills(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the drills that come with the product, and files."""
    from feeds.drill.scenario import built_in_scenarios

    found = _beginning(begun, ((name, "") for name in built_in_scenarios()))
    return found or [CompletionItem(begun, type="file")]


def complete_outages(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the outages of the hub that is named, where it answers at once."""
    from feeds.client import ClientError, Look
    from feeds.model import OutageRow
    from tui.cli.options import DEFAULT_HUB

    url = ctx.params.get("hub_url") or DEFAULT_HUB
    try:
        with Look(str(url), "completion") as look:
            rows = look.at("outages", sort="-suspected", window=(0, MOST), timeout=PATIENCE).rows
    except ClientError:
        return []
    named = ((row.key, f"{row.state.value} {row.title or row.shared}") for row in rows if isinstance(row, OutageRow))
    return _beginning(begun, named)


def _beginning(begun: str, offered: "Iterable[tuple[str, str]]") -> list[CompletionItem]:
    from widgets.plain import plain

    return [CompletionItem(name, help=plain(text)[:60] or None) for name, text in offered if name.startswith(begun)]
