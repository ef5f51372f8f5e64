"""The document of a revision: how a reward is shown, in all locales of its brand; how two differ."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Any, Final, NamedTuple

import msgspec

NO_VERSION = 0
"""The version in keys and rows of content that names no version of its reward."""


class ContentKey(NamedTuple):
    """What content belongs to.

    Attributes:
        config_version: The version of the reward whose terms the texts describe; 0 for the reward's first.
    """

    brand: str
    reward_id: str
    config_version: int = NO_VERSION

    def __str__(self) -> str:
        version = f":{self.config_version}" if self.config_version else ""
        return f"{self.brand}:{self.reward_id}{version}"

    @property
    def version_or_none(self) -> int | None:
        """Return the version as the catalogue has it."""
        return self.config_version or None


class ContentText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts in one locale. A draft may lack any of them; lint says what is missing.

    Attributes:
        image_url: The image's address: https, a path of the site, or `image:HASH` for an uploaded image.
        image_alt: What the image shows, for people who cannot see it.
    """

    title: str = ""
    summary: str = ""
    significant_terms: str = ""
    terms_url: str = ""
    image_url: str = ""
    image_alt: str = ""


TEXT_FIELDS = ContentText.__struct_fields__


class ContentDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a reward is shown.

    Attributes:
        position: The reward's position among the options.
        texts: By locale, such as en-GB.
    """

    position: int = 0
    eligible_games: tuple[str, ...] = ()
    texts: dict[str, ContentText] = msgspec.field(default_factory=dict)

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the document in its canonical form, in hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the document as JSON values."""
        values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self, order="sorted"))
        return values

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "ContentDocument":
        """Return the document of JSON values, its texts in Unicode's canonical composition.

        Raises:
            msgspec.ValidationError: The values are not a document.
        """
        document = msgspec.convert(values, cls)
        texts = {locale: _composed(text) for locale, text in sorted(document.texts.items())}
        games = tuple(unicodedata.normalize("NFC", game).strip() for game in document.eligible_games)
        return cls(document.position, games, texts)


def _composed(text: ContentText) -> ContentText:
    values = (unicodedata.normalize("NFC", getattr(text, name)).strip() for name in TEXT_FIELDS)
    return ContentText(*values)


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
