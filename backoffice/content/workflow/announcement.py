"""Announces content to all nodes: a decision on the global topic for each locale."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.advertising import UPLOADED
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.global_events.decisions import GlobalDecisions
from consumers.messages.global_events.states import ContentState, PublishedText
from foundation.storage.clock import Clock


@dataclass(frozen=True, slots=True)
class GlobalAnnouncement:
    """Announces in the caller's transaction: a publication is committed together with its messages.

    Attributes:
        images_url: Where customers' browsers find uploaded images, without the hash.
    """

    images_url: str
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    async def publish(
        self,
        connection: AsyncConnection,
        actor: Actor,
        key: ContentKey,
        before: ContentDocument | None,
        after: ContentDocument,
    ) -> None:
        """Announce a document; locales that only the previous document had are removed."""
        now = await self.clock.at(connection)
        for state in content_states(key, before, after, self.images_url, now):
            await self.decisions.decide(connection, key.brand, state, by=actor.name, at=now)


def content_states(
    key: ContentKey, before: ContentDocument | None, after: ContentDocument, images_url: str, now: datetime
) -> Iterator[ContentState]:
    """Yield what holds from now on, for each locale of either document."""
    locales = after.texts.keys() | (before.texts.keys() if before else set())
    for locale in sorted(locales):
        editions: tuple[PublishedText, ...] = ()
        if text := after.texts.get(locale):
            edition = PublishedText(
                publish_at=now,
                position=after.position,
                title=text.title,
                summary=text.summary,
                image_url=image_address(text.image_url, images_url),
                significant_terms=text.significant_terms,
                terms_url=text.terms_url,
                eligible_games=after.eligible_games,
            )
            editions = (edition,)
        yield ContentState(
            reward_id=key.reward_id,
            locale=locale,
            config_version=key.version_or_none,
            editions=editions,
        )


def image_address(image_url: str, images_url: str) -> str | None:
    """Return where a browser finds an image; None if there is none."""
    uploaded = UPLOADED.fullmatch(image_url)
    if uploaded:
        return f"{images_url.rstrip('/')}/{uploaded[1]}"
    return image_url or None
