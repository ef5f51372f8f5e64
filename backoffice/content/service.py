"""What everybody who may read content can see: items, revisions, differences, findings and previews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backoffice.access import Actor, Permission, brands_with, require
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.content import repository
from backoffice.content.image_conversion import ImageConversion, ImageRefused, StoredImage
from backoffice.content.images import add_image
from backoffice.content.known_brands import KnownBrand, KnownBrands, described
from backoffice.content.lint import Finding
from backoffice.content.preview import Preview, Previewed, PreviewState
from backoffice.content.repository import ItemFilter
from backoffice.content.revisions.document import ContentDocument, ContentKey, FieldChange, document_changes
from backoffice.content.revisions.revision import ContentRevision, ItemWithRevisions
from backoffice.content.workflow.editing import document_of
from backoffice.content.workflow.locking import with_revisions
from backoffice.errors import Forbidden, Invalid, NotFound, Problem
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS


@dataclass(frozen=True, slots=True)
class ContentService:
    """Reads content, and takes uploads.

    Attributes:
        database: The back office's.
    """

    database: Database
    known: KnownBrands
    preview: Preview
    audit: AuditLog
    images: ImageConversion = field(default_factory=ImageConversion)

    async def items(
        self, actor: Actor, brand: str | None, wanted: ItemFilter, limit: int
    ) -> Sequence[ItemWithRevisions]:
        """Return items of a brand, or of all brands that the actor may read; `wanted.brands` is replaced.

        Raises:
            Forbidden: The actor may not read content of the brand, or of any.
        """
        if brand is not None:
            require(actor, Permission.CONTENT_READ, brand)
        brands = brands_with(actor, Permission.CONTENT_READ) if brand is None else frozenset({brand})
        if not brands:
            raise Forbidden
        async with self.database.read() as connection:
            stored = await repository.items(connection, replace(wanted, brands=brands), limit)
            numbers = [
                (item.key, number)
                for item in stored
                for number in (item.open_revision, item.published_revision)
                if number is not None
            ]
            revisions = await repository.revisions_numbered(connection, numbers)
        by_item: dict[ContentKey, dict[int, ContentRevision]] = {}
        for (key, number), revision in revisions.items():
            by_item.setdefault(key, {})[number] = revision
        return [ItemWithRevisions.of(item, by_item.get(item.key, {})) for item in stored]

    async def rewards_named(self, actor: Actor, brand: str, prefix: str, limit: int) -> list[str]:
        """Return up to `limit` rewards of a brand whose id begins with a text, written about or not.

        Raises:
            Forbidden: The actor may not read content of the brand.
        """
        require(actor, Permission.CONTENT_READ, brand)
        return await self.known.rewards_named(brand, prefix, limit)

    async def item(self, actor: Actor, key: ContentKey) -> ItemWithRevisions | None:
        """Return an item; None if nobody has written it.

        Raises:
            Forbidden: The actor may not read content of the brand.
        """
        require(actor, Permission.CONTENT_READ, key.brand)
        async with self.database.read() as connection:
            stored = await repository.item(connection, key)
            return None if stored is None else await with_revisions(connection, stored)

    async def revision(self, actor: Actor, key: ContentKey, number: int) -> ContentRevision:
        """Return a revision.

        Raises:
            Forbidden: The actor may not read content of the brand.
            NotFound: There is none of that number.
        """
        require(actor, Permission.CONTENT_READ, key.brand)
        async with self.database.read() as connection:
            stored = await repository.revision(connection, key, number)
        if stored is None:
            raise NotFound(f"There is no revision {number} of {key}.")
        return stored

    async def revisions(
        self, actor: Actor, key: ContentKey, limit: int, before: int | None
    ) -> Sequence[ContentRevision]:
        """Return revisions of an item, the newest first.

        Raises:
            Forbidden: The actor may not read content of the brand.
        """
        require(actor, Permission.CONTENT_READ, key.brand)
        async with self.database.read() as connection:
            return await repository.revisions(connection, key, limit, before)

    async def proposal(self, actor: Actor, revision: ContentRevision) -> Proposal | None:
        """Return the proposal by which a revision was submitted; None if it was not."""
        if revision.proposal_id is None:
            return None
        require(actor, Permission.CONTENT_READ, revision.key.brand)
        async with self.database.read() as connection:
            return await proposals.find(connection, revision.proposal_id)

    async def changes(
        self, actor: Actor, key: ContentKey, before: int | None, after: int
    ) -> Sequence[FieldChange]:
        """Return what differs between two revisions; None compares with an empty document.

        Raises:
            Forbidden, NotFound: As for `revision`.
        """
        earlier = None if before is None else (await self.revision(actor, key, before)).document
        return document_changes(earlier, (await self.revision(actor, key, after)).document)

    async def lint(self, actor: Actor, key: ContentKey, document: ContentDocument) -> Sequence[Finding]:
        """Return what lint finds in a document of a key.

        Raises:
            Forbidden: The actor may not read content of the brand.
            NotFound: There is no such brand.
        """
        require(actor, Permission.CONTENT_READ, key.brand)
        async with self.database.read() as connection:
            return await self.known.lint(connection, key, document)

    async def brand(self, actor: Actor, brand: str) -> KnownBrand:
        """Return what editors need to know about a brand.

        Raises:
            Forbidden: The actor may not read content of the brand.
            NotFound: There is no such brand.
        """
        require(actor, Permission.CONTENT_READ, brand)
        return await self.known.known(brand)

    async def brands(self, actor: Actor) -> Sequence[KnownBrand]:
        """Return the brands whose content the actor may read, by id.

        Raises:
            Forbidden: The actor may not read content of any brand.
        """
        held = brands_with(actor, Permission.CONTENT_READ)
        if not held:
            raise Forbidden
        return [
            await self.known.known(brand)
            for brand in await self.known.brand_ids()
            if brand in held or ALL_BRANDS in held
        ]

    async def previewed(
        self, actor: Actor, key: ContentKey, values: Mapping[str, Any], locale: str, state: str
    ) -> Previewed:
        """Return what the widget would get if a draft were published.

        Raises:
            Forbidden: The actor may not read content of the brand.
            NotFound: There is no such brand or state.
            Invalid: The values are not a document, or have no text in the locale.
        """
        known = await self.brand(actor, key.brand)
        config = next(iter(described(known.configs, key)), None)
        defaults = known.default_rewards(self.known.clock.now())
        found = self.preview.of(key, document_of(key, values), locale, state, config, defaults=defaults)
        summary = next((scheme.terms.summary for scheme in reversed(known.schemes)), "")
        return replace(found, records=found.records | {"termsSummary": summary})

    def preview_states(self, actor: Actor) -> Sequence[PreviewState]:
        """Return the states to preview.

        Raises:
            Forbidden: The actor may not read content of any brand.
        """
        if not brands_with(actor, Permission.CONTENT_READ):
            raise Forbidden
        return self.preview.states()

    async def upload(self, actor: Actor, brand: str, file: bytes) -> StoredImage:
        """Re-encode and store an image.

        Raises:
            Forbidden: The actor may not edit content of the brand.
            Invalid: The file is not an image that may be published.
        """
        require(actor, Permission.CONTENT_EDIT, brand)
        try:
            image = await self.images.convert(file)
        except ImageRefused as refused:
            raise Invalid([Problem("file", str(refused))]) from refused
        shown: Json = {"media_type": image.media_type, "width": image.width, "height": image.height}
        async with self.database.write() as connection:
            await add_image(connection, image, actor.name, self.audit.clock.now())
            await self.audit.record(
                connection,
                actor,
                "content.upload",
                brand=brand,
                subject=f"image:{image.hash}",
                before=None,
                after=shown,
                reason=None,
            )
        return image
