"""What a person has written for one outage, in all its languages. Showing and sending it is the composer's."""

from datetime import datetime

from msgspec import Struct, field

from feeds.model import DraftText, Narrowing, OutageRow, OutageState, Parts, Phase, UpdateKind, UpdateText
from tui.writing.drafting import Written
from tui.writing.narrowing import write_narrowing

FIRST_LANGUAGE = "en"
"""The language of the first text: who has no text in their own gets this."""

PARTS = (
    ("said", "What we told you"),
    ("true", "What is true"),
    ("done", "What we have done"),
    ("will", "What we will do"),
    ("need", "What you need to do"),
)
"""The parts in the order in which they are written, with their titles. The first two are those of a correction."""

OF_A_CORRECTION = frozenset({"said", "true"})


class Words(Struct):
    """The parts in one language."""

    done: str = ""
    will: str = ""
    need: str = ""
    said: str = ""
    true: str = ""

    def some(self, kind: UpdateKind) -> bool:
        """Return whether a part that an update of this kind has is written."""
        return any(getattr(self, name).strip() for name, _ in parts_of(kind))


class Form(Struct):
    """What a person has written for one outage; kept by the app while the composer is closed.

    ``words`` by language, the first text as ``en``; ``narrowing`` as it is written.
    """

    kind: UpdateKind
    phase: Phase = Phase.INVESTIGATING
    words: dict[str, Words] = field(default_factory=dict)
    next_word: str = "20"
    narrowing: str = ""
    update: str = ""

    def of(self, language: str) -> Words:
        """Return the words in a language, to be written into."""
        return self.words.setdefault(language, Words())

    @property
    def translated(self) -> tuple[str, ...]:
        """Languages beside the first in which something is written."""
        return tuple(
            language for language, words in self.words.items() if language != FIRST_LANGUAGE and words.some(self.kind)
        )

    def written(self, promise: datetime | None, narrowing: Narrowing) -> Written:
        """Return it as the hub is told it."""
        first, named = self.of(FIRST_LANGUAGE), [name for name, _ in parts_of(self.kind)]
        translations = tuple(
            Parts(
                language=language,
                done=words.done,
                will=words.will,
                need=words.need,
                said=words.said if "said" in named else "",
                true=words.true if "true" in named else "",
            )
            for language in self.translated
            for words in [self.of(language)]
        )
        text = UpdateText(
            first.done,
            first.will,
            first.need,
            promise,
            phase=self.phase,
            said=first.said if "said" in named else "",
            true=first.true if "true" in named else "",
            translations=translations,
        )
        return Written(self.kind, text, narrowing)


def form_of(draft: DraftText, now: datetime) -> Form:
    """Return the form in which a draft of the hub is written on. A promise that is past becomes twenty minutes."""
    text = draft.text
    words = {FIRST_LANGUAGE: Words(text.done, text.will, text.need, text.said, text.true)}
    for one in text.translations:
        words[one.language] = Words(one.done, one.will, one.need, one.said, one.true)
    promise = "" if text.next_word is None else f"{text.next_word:%H:%M}" if text.next_word > now else "20"
    return Form(draft.kind, text.phase, words, promise, write_narrowing(draft.narrowing), draft.update)


def parts_of(kind: UpdateKind) -> tuple[tuple[str, str], ...]:
    """Return the names and titles of the parts that an update of this kind has."""
    return PARTS if kind is UpdateKind.CORRECTION else tuple(one for one in PARTS if one[0] not in OF_A_CORRECTION)


def first_kind(row: OutageRow) -> UpdateKind:
    """Return the kind of update that is due."""
    if row.state in (OutageState.MITIGATED, OutageState.RESOLVED):
        return UpdateKind.ALL_CLEAR
    return UpdateKind.PROGRESS if row.updates else UpdateKind.FIRST_WORD


def first_phase(row: OutageRow) -> Phase:
    """Return where the operator stands with an outage, as far as the board knows."""
    if row.state is OutageState.RESOLVED:
        return Phase.RESOLVED
    if row.state is OutageState.MITIGATED:
        return Phase.MONITORING
    return Phase.IDENTIFIED if row.shared_by else Phase.INVESTIGATING  # a person stands for it
