"""Records the content that a file publishes in the back office's history, as imported revisions."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.content.revisions.document import NO_VERSION, ContentDocument, ContentKey, ContentText
from backoffice.content.workflow.imports import ContentImport
from furlong.install.content import ContentChange, ContentPlan


async def note_content(connection: AsyncConnection, actor: Actor, plan: ContentPlan, now: datetime) -> None:
    """Import what changes, and what the back office does not know yet; the connection writes to its database.

    Items are locked in order before anything is decided, as editors' publications lock them.
    """
    imports = ContentImport()
    for key, changes in _by_item(plan):
        known = await imports.published(connection, key)
        if known is None or any(one.mark != "=" for one in changes):
            await imports.publish(connection, actor, key, _document(known, changes), now)


def _by_item(plan: ContentPlan) -> Iterator[tuple[ContentKey, list[ContentChange]]]:
    for key, changes in groupby(sorted(plan.changes, key=_key), _key):
        yield key, list(changes)


def _key(change: ContentChange) -> ContentKey:
    return ContentKey(change.brand, change.content.reward_id, change.content.config_version or NO_VERSION)


def _document(known: ContentDocument | None, changes: list[ContentChange]) -> ContentDocument:
    """Return the document after loading; locales that the file lacks stay as they are."""
    texts = dict(known.texts) if known else {}
    for change in changes:
        content = change.content
        texts[content.locale] = ContentText(
            title=content.title,
            summary=content.summary,
            significant_terms=content.significant_terms,
            terms_url=content.terms_url,
            image_url=content.image_url or "",
            image_alt=change.image_alt,
        )
    content = changes[0].content
    values = ContentDocument(content.position, tuple(content.eligible_games), texts).as_json()
    return ContentDocument.of(values)
