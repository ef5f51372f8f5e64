"""Content's part of the graph."""

import base64
import binascii
import json
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.content.area import ContentArea
from backoffice.content.inputs import (
    ContentDocumentInput,
    ContentStepInput,
    RollBackContentInput,
    SaveContentInput,
    ScheduleContentInput,
    SubmitContentInput,
    UploadContentImageInput,
)
from backoffice.content.repository import ItemFilter
from backoffice.content.revisions.document import NO_VERSION, ContentKey
from backoffice.content.revisions.revision import RevisionState
from backoffice.content.types import (
    ContentBrand,
    ContentFieldChange,
    ContentImage,
    ContentItemType,
    ContentPreview,
    ContentPreviewState,
    ContentRevisionType,
    LintFinding,
    brand_to_graphql,
    change_to_graphql,
    finding_to_graphql,
    item_to_graphql,
    revision_to_graphql,
    state_to_graphql,
)
from backoffice.content.workflow.editing import document_of
from backoffice.content.workflow.publication import image_address
from backoffice.errors import Invalid, Problem
from backoffice.graph.area import ANY, OfficeInfo, permitted
from backoffice.graph.pages import Name, Number, Page, page_of, page_size, read_cursor
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
READ = permitted(Permission.CONTENT_READ, "brand")
EDIT = permitted(Permission.CONTENT_EDIT, "input.brand")
PUBLISH = permitted(Permission.CONTENT_PUBLISH, "input.brand")


@fields_described
@strawberry.type
class Query:
    """Reads.

    Attributes:
        content_diff: What differs between two revisions, by field and locale; without `before`, from an empty
            document.
    """

    @strawberry.field(directives=[READ])
    async def content_items(
        self,
        info: OfficeInfo,
        *,
        brand: str | None = None,
        states: list[RevisionState] | None = None,
        reward_id: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[ContentItemType]:
        """Content by brand, reward and version; without a brand, of all brands that the person may read.

        `states`: items whose open revision, or newest if none is open, has one of these.
        """
        wanted = ItemFilter(
            frozenset(), None if states is None else frozenset(states), reward_id, _after(after)
        )
        items = await info.context.area(ContentArea).service.items(
            info.context.actor, brand, wanted, page_size(first)
        )
        return page_of(items, first, item_to_graphql, lambda item: list(item.key))

    @strawberry.field(directives=[READ])
    async def content_item(
        self, info: OfficeInfo, brand: str, reward_id: str, config_version: int | None = None
    ) -> ContentItemType | None:
        """An item; null if nobody has written it."""
        item = await info.context.area(ContentArea).service.item(
            info.context.actor, _key(brand, reward_id, config_version)
        )
        return None if item is None else item_to_graphql(item)

    @strawberry.field(directives=[READ])
    async def content_revision(
        self, info: OfficeInfo, brand: str, reward_id: str, revision: int, config_version: int | None = None
    ) -> ContentRevisionType:
        """A revision."""
        key = _key(brand, reward_id, config_version)
        return revision_to_graphql(
            await info.context.area(ContentArea).service.revision(info.context.actor, key, revision)
        )

    @strawberry.field(directives=[READ])
    async def content_diff(
        self,
        info: OfficeInfo,
        *,
        brand: str,
        reward_id: str,
        after: int,
        before: int | None = None,
        config_version: int | None = None,
    ) -> list[ContentFieldChange]:
        """Return changes."""
        key = _key(brand, reward_id, config_version)
        changes = await info.context.area(ContentArea).service.changes(info.context.actor, key, before, after)
        return [change_to_graphql(change) for change in changes]

    @strawberry.field(directives=[READ])
    async def lint_content(
        self,
        info: OfficeInfo,
        brand: str,
        reward_id: str,
        document: ContentDocumentInput,
        config_version: int | None = None,
    ) -> list[LintFinding]:
        """Lint of a text as it is typed."""
        key = _key(brand, reward_id, config_version)
        findings = await info.context.area(ContentArea).service.lint(
            info.context.actor, key, document_of(key, document.values())
        )
        return [finding_to_graphql(finding) for finding in findings]

    @strawberry.field(directives=[READ])
    async def content_preview(
        self,
        info: OfficeInfo,
        *,
        brand: str,
        reward_id: str,
        document: ContentDocumentInput,
        locale: str,
        state: str,
        config_version: int | None = None,
    ) -> ContentPreview:
        """What the widget would show a customer in a state if a text were published."""
        key = _key(brand, reward_id, config_version)
        context = info.context
        previewed = await context.area(ContentArea).service.previewed(
            context.actor, key, document.values(), locale, state
        )
        return ContentPreview(club=json.dumps(previewed.club), records=json.dumps(previewed.records))

    @strawberry.field(directives=[permitted(Permission.CONTENT_READ, ANY)])
    async def content_preview_states(self, info: OfficeInfo) -> list[ContentPreviewState]:
        """The states to preview."""
        return [
            state_to_graphql(state)
            for state in info.context.area(ContentArea).service.preview_states(info.context.actor)
        ]

    @strawberry.field(directives=[permitted(Permission.CONTENT_READ, ANY)])
    async def content_brands(self, info: OfficeInfo) -> list[ContentBrand]:
        """The brands whose content the person may read."""
        return [
            brand_to_graphql(brand)
            for brand in await info.context.area(ContentArea).service.brands(info.context.actor)
        ]

    @strawberry.field(directives=[READ])
    async def content_brand(self, info: OfficeInfo, brand: str) -> ContentBrand:
        """What an editor needs to know about a brand."""
        return brand_to_graphql(await info.context.area(ContentArea).service.brand(info.context.actor, brand))


@fields_described
@strawberry.type
class Mutation:
    """Changes; each returns the changed item. STALE: somebody else changed it, and nothing is overwritten."""

    @strawberry.mutation(directives=[EDIT])
    async def save_content(self, info: OfficeInfo, input: SaveContentInput) -> ContentItemType:  # noqa: A002
        """Store a draft. A revision in review, approved or scheduled is withdrawn by it."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).editing.save(
            info.context.actor, key, input.document.values(), input.expected_version
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[EDIT])
    async def submit_content(self, info: OfficeInfo, input: SubmitContentInput) -> ContentItemType:  # noqa: A002
        """Submit the draft for another person's approval."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).editing.submit(
            info.context.actor, key, input.expected_version, input.reason
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[EDIT])
    async def withdraw_content(self, info: OfficeInfo, input: ContentStepInput) -> ContentItemType:  # noqa: A002
        """Withdraw the open revision from publication."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).editing.withdraw(
            info.context.actor, key, input.expected_version
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[PUBLISH])
    async def publish_content(self, info: OfficeInfo, input: ContentStepInput) -> ContentItemType:  # noqa: A002
        """Publish the approved revision now."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).publication.publish(
            info.context.actor, key, input.expected_version
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[PUBLISH])
    async def schedule_content(
        self,
        info: OfficeInfo,
        input: ScheduleContentInput,  # noqa: A002
    ) -> ContentItemType:
        """Publish the approved revision at a time."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).publication.schedule(
            info.context.actor, key, input.expected_version, input.at, input.occurrence
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[PUBLISH])
    async def unschedule_content(self, info: OfficeInfo, input: ContentStepInput) -> ContentItemType:  # noqa: A002
        """Cancel a schedule."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).publication.unschedule(
            info.context.actor, key, input.expected_version
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[PUBLISH])
    async def roll_back_content(
        self,
        info: OfficeInfo,
        input: RollBackContentInput,  # noqa: A002
    ) -> ContentItemType:
        """Publish an earlier revision again, in one step."""
        key = _key(input.brand, input.reward_id, input.config_version)
        changed = await info.context.area(ContentArea).publication.roll_back(
            info.context.actor, key, input.to_revision, input.expected_version, input.reason
        )
        return item_to_graphql(changed)

    @strawberry.mutation(directives=[EDIT])
    async def upload_content_image(
        self,
        info: OfficeInfo,
        input: UploadContentImageInput,  # noqa: A002
    ) -> ContentImage:
        """Upload an image; it is re-encoded."""
        try:
            file = base64.b64decode(input.file, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Invalid([Problem("file", "is not base64")]) from error
        image = await info.context.area(ContentArea).service.upload(info.context.actor, input.brand, file)
        stored = f"image:{image.hash}"
        return ContentImage(
            id=ID(image.hash),
            image_url=stored,
            address=image_address(stored, info.context.area(ContentArea).images_url) or "",
            media_type=image.media_type,
            width=image.width,
            height=image.height,
            bytes=len(image.data),
        )


def _key(brand: str, reward_id: str, config_version: int | None) -> ContentKey:
    return ContentKey(brand, reward_id, NO_VERSION if config_version is None else config_version)


def _after(after: str | None) -> ContentKey | None:
    key = read_cursor(after, tuple[Name, Name, Number])
    return None if key is None else ContentKey(*key)
