"""What differs between two documents: by field and locale, with the words that were removed and added."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Final

from backoffice.content.revisions.document import TEXT_FIELDS, ContentDocument, ContentText

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
MAX_WORDS: Final = 600
"""Longer texts are compared by what they begin and end with, because comparing words takes quadratic time."""


class SpanKind(Enum):
    """Whether a piece of text is in both texts, or in one."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text. Same and removed spans make the earlier text; same and added ones the later."""

    kind: SpanKind
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs.

    Attributes:
        path: As lint writes it, such as `texts.en-GB.title`.
        locale: None for a field of all locales.
        before: The earlier text; None if the field or its locale is new.
        after: The later text; None if the field or its locale is gone.
    """

    path: str
    locale: str | None
    field: str
    before: str | None
    after: str | None
    spans: tuple[Span, ...]


def document_changes(before: ContentDocument | None, after: ContentDocument) -> tuple[FieldChange, ...]:
    """Return the fields that differ, those of all locales first, then by locale."""
    return tuple(_changes(before, after))


def _changes(before: ContentDocument | None, after: ContentDocument) -> Iterator[FieldChange]:
    for field in ("position", "eligible_games"):
        old = None if before is None else _plain(getattr(before, field))
        yield from _change(field, None, field, old, _plain(getattr(after, field)))
    texts = {} if before is None else before.texts
    for locale in sorted(texts.keys() | after.texts.keys()):
        for field in TEXT_FIELDS:
            old, new = _text(texts.get(locale), field), _text(after.texts.get(locale), field)
            yield from _change(f"texts.{locale}.{field}", locale, field, old, new)


def _change(
    path: str, locale: str | None, field: str, before: str | None, after: str | None
) -> Iterator[FieldChange]:
    if (before or "") != (after or ""):
        yield FieldChange(path, locale, field, before, after, word_spans(before or "", after or ""))


def word_spans(before: str, after: str) -> tuple[Span, ...]:
    """Return the words that two texts share, and those that only one has, in reading order."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MAX_WORDS:
        return _joined(_by_ends(old, new))
    return _joined(_by_words(old, new))


def _by_words(old: Sequence[str], new: Sequence[str]) -> Iterator[Span]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Span(SpanKind.SAME, "".join(old[i:j]))
        else:
            yield Span(SpanKind.REMOVED, "".join(old[i:j]))
            yield Span(SpanKind.ADDED, "".join(new[k:m]))


def _by_ends(old: Sequence[str], new: Sequence[str]) -> Iterator[Span]:
    shorter = min(len(old), len(new))
    first = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    last = next((i for i in range(shorter - first) if old[-1 - i] != new[-1 - i]), shorter - first)
    yield Span(SpanKind.SAME, "".join(old[:first]))
    yield Span(SpanKind.REMOVED, "".join(old[first : len(old) - last]))
    yield Span(SpanKind.ADDED, "".join(new[first : len(new) - last]))
    yield Span(SpanKind.SAME, "".join(old[len(old) - last :]))


def _joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.text)


def _plain(value: int | tuple[str, ...]) -> str:
    return str(value) if isinstance(value, int) else ", ".join(value)


def _text(text: ContentText | None, field: str) -> str | None:
    return None if text is None else getattr(text, field)
