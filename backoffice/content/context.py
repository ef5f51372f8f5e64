"""What the resolvers of content work with."""

from dataclasses import dataclass

from backoffice.access.actor import Actor
from backoffice.content.service import ContentService
from backoffice.content.workflow.editing import ContentEditing
from backoffice.content.workflow.publication import ContentPublication


@dataclass(frozen=True, slots=True)
class ContentContext:
    """The context of a request.

    Attributes:
        images_url: Where browsers find uploaded images, without the hash.
    """

    actor: Actor
    service: ContentService
    editing: ContentEditing
    publication: ContentPublication
    images_url: str
