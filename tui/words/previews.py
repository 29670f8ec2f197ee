"""What a preview says besides its messages, in lines: who gets it, in which language, who does not, what is odd."""

from collections import Counter
from collections.abc import Iterable, Sequence

from textual.content import Content

from feeds.model import Preview, Slip
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural

NAMES_SHOWN = 3
"""Names in a line of the pane; the rest are counted."""


def audience_line(preview: Preview) -> Content:
    """Return ``14 customers (2 ★) · 20 contacts · 41,200 SIMs``."""
    vips = f" ({number(preview.vips)} ★)" if preview.vips else ""
    return Content.assemble(
        (plural(preview.customers, "customer"), "bold"), f"{vips} · {plural(preview.contacts, 'contact')}",
        f" · {plural(preview.sims, 'SIM')}",
    )  # fmt: skip


def channels_line(preview: Preview) -> Content:
    """Return ``e-mail 18 · sms 2``: contacts by channel, most first; empty where the hub does not say."""
    return Content(" · ".join(f"{plain(name)} {number(count)}" for name, count in _most_first(preview.channels)))


def languages_line(preview: Preview) -> Content:
    """Return ``en 14 · sv 6 · English instead: fi 3``."""
    shown = " · ".join(f"{plain(name)} {number(count)}" for name, count in _most_first(preview.languages))
    if not preview.fallbacks:
        return Content.styled(shown, MUTED)
    instead = " · ".join(f"{plain(name)} {number(count)}" for name, count in _most_first(preview.fallbacks))
    return Content.assemble((shown, MUTED), (f"{' · ' if shown else ''}English instead: {instead}", "$warning"))


def difference_line(preview: Preview) -> Content:
    """Return ``+3 customers (A, B, C) −1 (D) since the last update``; empty where nothing differs."""
    parts: list[tuple[str, str]] = []
    if preview.joined:
        parts.append((f"+{plural(len(preview.joined), 'customer')} ({names_line(preview.joined)})", "$primary"))
    if preview.left:
        joiner = ", " if parts else ""
        parts.append((f"{joiner}−{plural(len(preview.left), 'customer')} ({names_line(preview.left)})", "$primary"))
    return Content.assemble(*parts, (" since the last update", MUTED)) if parts else Content("")


def call_line(preview: Preview) -> Content:
    """Return who must be called; empty where nobody must."""
    if not preview.unreachable:
        return Content("")
    return Content.styled(
        f"{number(len(preview.unreachable))} to call, no address: {names_line(preview.unreachable)}", "$warning"
    )


def suppressed_line(preview: Preview) -> Content:
    """Return who is left out and why; empty where nobody is."""
    if not preview.suppressed:
        return Content("")
    return Content.styled(f"{number(len(preview.suppressed))} suppressed: {names_line(preview.suppressed)}", "$warning")


def names_line(names: Sequence[str], shown: int = NAMES_SHOWN) -> str:
    """Return the first names and how many more there are."""
    more = f" +{number(len(names) - shown)}" if len(names) > shown else ""
    return ", ".join(map(plain, names[:shown])) + more


def lines_of(preview: Preview) -> list[Content]:
    """Return all lines about the audience that say something."""
    lines = [
        audience_line(preview),
        channels_line(preview),
        languages_line(preview),
        difference_line(preview),
        call_line(preview),
        suppressed_line(preview),
    ]
    return [line for line in lines if line]


def hits_of(preview: Preview) -> list[str | Content]:
    """Return what a decision to send hits, for the question before it: the same lines, and some names."""
    people = dict.fromkeys(f"{'★' if one.vip else ''}{one.name}" for one in preview.messages)
    shown = names_line(list(people), 8)
    return [*lines_of(preview), *([Content.styled(shown, MUTED)] if shown else [])]


def slips_of(preview: Preview) -> tuple[Slip, ...]:
    """Return what the linter found, those that stop first; of a hub that gives no places, its sentences."""
    found = preview.slips or tuple(Slip(problem) for problem in preview.problems)
    return tuple(sorted(found, key=lambda slip: not slip.stops))


def slip_line(slip: Slip) -> Content:
    """Return a slip in words: which ones stop shows without colour as well."""
    language = f"{plain(slip.language)}: " if slip.language else ""
    mark = ("STOP ", "bold $error") if slip.stops else ("look ", "bold $warning")
    return Content.assemble(mark, f"{language}{plain(slip.what)}")


def stops(slips: Iterable[Slip]) -> int:
    """Return how many of them have to be mended before anything is sent."""
    return sum(slip.stops for slip in slips)


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(Counter(counts).items(), key=lambda pair: (-pair[1], pair[0]))
