"""What a person sees before an update is approved: totals, a window of its messages, and everything odd about it."""

from collections import Counter
from collections.abc import Iterable

from feeds.courier.audience import Audience
from feeds.courier.freezing import Frozen
from feeds.courier.lint import in_words
from feeds.courier.rendering import language_for, render_for
from feeds.courier.template_set import FIRST_LANGUAGE
from feeds.model import AudienceEntry, Message, Preview, Slip

LARGEST_WINDOW = 200
"""Messages that a preview shows at a time."""


def shown(
    frozen: Frozen,
    people: Audience,
    slips: Iterable[Slip] = (),
    *,
    window: tuple[int, int] = (0, 50),
    find: str = "",
    needs_second: bool = True,
    canary: int = 0,
    hold: float = 0.0,
) -> Preview:
    """Return the preview of what was frozen.

    ``find`` narrows the messages, never the totals, to customers whose name, id or address contains it. ``window``
    counts within what was found. ``people``: the audience that was frozen, for those who are not reached.
    """
    update, entries = frozen.update, frozen.update.audience
    customers = {entry.customer: entry for entry in entries if entry.customer}
    languages, wanted = languages_in(frozen)
    pointed_at = tuple(slips)
    return Preview(
        update=update.id,
        digest=update.digest,
        customers=len(customers),
        contacts=len(entries),
        sims=sum(entry.sims for entry in customers.values()),
        vips=sum(entry.vip for entry in customers.values()),
        messages=window_of(frozen, window, find),
        unreachable=people.unreachable,
        problems=in_words(pointed_at),
        slips=pointed_at,
        channels=dict(Counter(entry.channel.value for entry in entries)),
        languages=languages,
        fallbacks=wanted,
        suppressed=people.suppressed,
        joined=people.joined,
        left=people.left,
        needs_second=needs_second,
        canary=canary,
        hold=hold,
    )


def window_of(frozen: Frozen, window: tuple[int, int], find: str) -> tuple[Message, ...]:
    """Return some of the messages, of those that ``find`` finds."""
    wanted = find.casefold()
    found = [
        entry
        for entry in frozen.update.audience
        if not wanted or any(wanted in text.casefold() for text in (entry.name, entry.customer, entry.address))
    ]
    first, count = max(0, window[0]), min(max(0, window[1]), LARGEST_WINDOW)
    return tuple(render_for(frozen.update, entry) for entry in found[first : first + count])


def languages_in(frozen: Frozen) -> tuple[dict[str, int], dict[str, int]]:
    """Return the contacts by the language that they get, and by the language that they do not get."""
    used: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for entry in frozen.update.audience:
        language = language_for(frozen.update, entry)
        used[language] += 1
        if language == FIRST_LANGUAGE and (own := own_language(entry)) != FIRST_LANGUAGE:
            missed[own] += 1
    return dict(used), dict(missed)


def own_language(entry: AudienceEntry) -> str:
    """Return the language that a contact's customer wants, without region: ``sv`` of ``sv-FI``."""
    return entry.language.strip().lower().replace("_", "-").partition("-")[0] or FIRST_LANGUAGE
