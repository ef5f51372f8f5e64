"""What editors send to the content of rewards."""

from typing import Any

import strawberry

from backoffice.content.workflow.local_time import Occurrence
from backoffice.errors import Invalid, Problem
from subgraphs.kit.graphql.descriptions import described

strawberry.enum(Occurrence, name="ClockOccurrence")


@described
@strawberry.input
class LocaleTextInput:
    """The texts of one locale; a draft may lack any of them."""

    locale: str
    title: str = ""
    summary: str = ""
    significant_terms: str = ""
    terms_url: str = ""
    image_url: str = ""
    image_alt: str = ""


@described
@strawberry.input
class ContentDocumentInput:
    """How a reward is to be shown."""

    position: int = 0
    eligible_games: list[str] = strawberry.field(default_factory=list)
    texts: list[LocaleTextInput] = strawberry.field(default_factory=list)

    def values(self) -> dict[str, Any]:
        """Return the document as JSON values.

        Raises:
            Invalid: A locale appears twice.
        """
        texts = {
            text.locale: {name: vars(text)[name] for name in vars(text) if name != "locale"}
            for text in self.texts
        }
        if len(texts) < len(self.texts):
            raise Invalid([Problem("document.texts", "a locale appears twice")])
        return {"position": self.position, "eligible_games": self.eligible_games, "texts": texts}


@described
@strawberry.input
class ContentStepInput:
    """A reward version's content, and the item version that the caller saw."""

    brand: str
    reward_id: str
    expected_version: int
    config_version: int | None = None


@described
@strawberry.input
class SaveContentInput:
    """A draft to store."""

    brand: str
    reward_id: str
    document: ContentDocumentInput
    expected_version: int = 0
    config_version: int | None = None


@described
@strawberry.input
class SubmitContentInput:
    """A draft to submit for review."""

    brand: str
    reward_id: str
    expected_version: int
    reason: str
    config_version: int | None = None


@described
@strawberry.input
class ScheduleContentInput:
    """An approved revision to publish at a local time of the brand.

    Attributes:
        at: Such as 2026-03-29T09:00, without a zone.
    """

    brand: str
    reward_id: str
    expected_version: int
    at: str
    occurrence: Occurrence | None = None
    config_version: int | None = None


@described
@strawberry.input
class RollBackContentInput:
    """An earlier revision to publish again."""

    brand: str
    reward_id: str
    to_revision: int
    expected_version: int
    reason: str
    config_version: int | None = None


@described
@strawberry.input
class UploadContentImageInput:
    """A PNG, JPEG or WebP.

    Attributes:
        file: The file's bytes in base64.
    """

    brand: str
    file: str
