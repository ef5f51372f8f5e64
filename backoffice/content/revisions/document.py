"""The document of a revision: how a reward is shown, in all locales of its brand."""

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

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
        found = msgspec.convert(values, cls)
        texts = {locale: _composed(text) for locale, text in sorted(found.texts.items())}
        games = tuple(unicodedata.normalize("NFC", game).strip() for game in found.eligible_games)
        return cls(found.position, games, texts)


def _composed(text: ContentText) -> ContentText:
    values = (unicodedata.normalize("NFC", getattr(text, name)).strip() for name in TEXT_FIELDS)
    return ContentText(*values)
