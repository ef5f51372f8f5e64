"""The types of content in the graph, and how they are made of what is stored."""

from datetime import datetime
from typing import Final

import strawberry
from strawberry import ID, Private

from backoffice.access import Permission
from backoffice.content.area import ContentArea
from backoffice.content.known_brands import KnownBrand
from backoffice.content.lint import Finding, Severity
from backoffice.content.preview import PreviewState
from backoffice.content.revisions.document import ContentDocument, ContentText, FieldChange, SpanKind
from backoffice.content.revisions.revision import ContentRevision, ItemWithRevisions, RevisionState
from backoffice.content.workflow.local_time import Occurrence, local_text
from backoffice.content.workflow.publication import image_address
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size

READ: Final = permitted(Permission.CONTENT_READ, FOUND)

strawberry.enum(
    RevisionState, name="ContentState", description="The state of a revision, from draft to publication."
)
strawberry.enum(Severity, name="LintSeverity")
strawberry.enum(SpanKind, name="DiffSpanKind")
strawberry.enum(Occurrence, name="ClockOccurrence")


@strawberry.type(name="LocaleText", description="The texts of one locale.")
class ContentTextType:
    """Texts."""

    locale: str
    title: str
    summary: str
    significant_terms: str
    terms_url: str
    image_url: str = strawberry.field(description="As stored: an address, or image:HASH.")
    image_alt: str
    image_address: str | None = strawberry.field(description="Where a browser finds the image.")


@strawberry.type(name="ContentDocumentShown", description="How a reward is shown.")
class ContentDocumentType:
    """A document."""

    position: int
    eligible_games: list[str]
    texts: list[ContentTextType]


@strawberry.type(description="What lint found; an error blocks publication by every route.")
class LintFinding:
    """A finding."""

    rule: str
    severity: Severity
    path: str
    message: str


@strawberry.type(description="What an approval is bound to: pass both to `approve`.")
class ContentProposal:
    """A proposal."""

    id: ID
    content_hash: str
    status: str
    reason: str
    proposed_by: str


@strawberry.type(name="ContentRevision", description="One revision of content.")
class ContentRevisionType:
    """A revision."""

    stored: Private[ContentRevision]
    id: ID
    revision: int
    state: RevisionState
    content_hash: str
    created_at: datetime
    edited_at: datetime
    edited_by: str
    rollback_of: int | None
    approved_at: datetime | None
    approved_by: str | None
    publish_at: datetime | None
    published_at: datetime | None
    published_by: str | None
    note: str | None

    @strawberry.field(description="The document.", directives=[READ])
    def document(self, info: OfficeInfo) -> ContentDocumentType:
        """Return the document."""
        return document_to_graphql(self.stored.document, info.context.area(ContentArea).images_url)

    @strawberry.field(description="What lint finds now.", directives=[READ])
    async def lint(self, info: OfficeInfo) -> list[LintFinding]:
        """Return findings."""
        context = info.context
        found = await context.area(ContentArea).service.lint(
            context.actor, self.stored.key, self.stored.document
        )
        return [finding_to_graphql(one) for one in found]

    @strawberry.field(description="The proposal by which it was submitted.", directives=[READ])
    async def proposal(self, info: OfficeInfo) -> ContentProposal | None:
        """Return the proposal."""
        found = await info.context.area(ContentArea).service.proposal(info.context.actor, self.stored)
        if found is None:
            return None
        return ContentProposal(
            id=ID(found.proposal_id),
            content_hash=found.content_hash,
            status=found.status.value,
            reason=found.reason,
            proposed_by=found.proposer_name,
        )

    @strawberry.field(
        description="When it is published, as people in the brand's zone write it.", directives=[READ]
    )
    async def publish_at_local(self, info: OfficeInfo) -> str | None:
        """Return the local time."""
        if self.stored.publish_at is None:
            return None
        known = await info.context.area(ContentArea).service.brand(info.context.actor, self.stored.key.brand)
        return local_text(self.stored.publish_at, known.brand.time_zone)


@strawberry.type(name="ContentItem", description="The content of a version of a reward.")
class ContentItemType:
    """An item."""

    stored: Private[ItemWithRevisions]
    id: ID
    brand: str
    reward_id: str
    config_version: int | None = strawberry.field(description="Null: of the reward's first version.")
    version: int = strawberry.field(description="For the optimistic lock: pass it as `expectedVersion`.")
    changed_at: datetime
    open: ContentRevisionType | None = strawberry.field(description="The revision that is not published yet.")
    published: ContentRevisionType | None = strawberry.field(description="What customers see.")

    @strawberry.field(description="All revisions, newest first.", directives=[READ])
    async def revisions(
        self, info: OfficeInfo, first: int = 25, after: str | None = None
    ) -> Page[ContentRevisionType]:
        """Return a page of revisions."""
        found = await info.context.area(ContentArea).service.revisions(
            info.context.actor, self.stored.key, page_size(first), number_key(after)
        )
        return page_of(found, first, revision_to_graphql, lambda one: one.revision)


@strawberry.type(description="A piece of text: same and removed pieces make the earlier text.")
class DiffSpan:
    """A span."""

    kind: SpanKind
    text: str


@strawberry.type(description="A field that differs between two revisions.")
class ContentFieldChange:
    """A change."""

    path: str
    locale: str | None
    field: str
    before: str | None
    after: str | None
    spans: list[DiffSpan]


@strawberry.type(description="A version of a reward that content may be written for.")
class ContentReward:
    """A reward."""

    reward_id: str
    config_version: int
    status: str
    kind: str


@strawberry.type(description="What an editor needs to know about a brand.")
class ContentBrand:
    """A brand."""

    id: ID
    name: str
    time_zone: str
    locales: list[str]
    default_locale: str
    jurisdictions: list[str]
    currencies: list[str]
    rewards: list[ContentReward]


@strawberry.type(description="A state that the preview's customer can be in.")
class ContentPreviewState:
    """A state."""

    name: str
    says: str
    brand: str


@strawberry.type(description="What the widget would show.")
class ContentPreview:
    """A preview."""

    club: str = strawberry.field(description="The `Club` of the customers' graph, as JSON.")
    records: str = strawberry.field(
        description="The customer's `recentBets` and `pastWeeks`, and `termsSummary`, as JSON."
    )


@strawberry.type(description="An uploaded image.")
class ContentImage:
    """An image."""

    id: ID
    image_url: str = strawberry.field(description="What to store in a text: image:HASH.")
    address: str
    media_type: str
    width: int
    height: int
    bytes: int


def item_to_graphql(one: ItemWithRevisions) -> ContentItemType:
    """Return an item as the graph shows it."""
    key = one.key
    return ContentItemType(
        stored=one,
        id=ID(str(key)),
        brand=key.brand,
        reward_id=key.reward_id,
        config_version=key.version_or_none,
        version=one.version,
        changed_at=one.changed_at,
        open=None if one.open is None else revision_to_graphql(one.open),
        published=None if one.published is None else revision_to_graphql(one.published),
    )


def revision_to_graphql(one: ContentRevision) -> ContentRevisionType:
    """Return a revision as the graph shows it."""
    approval = one.approval
    return ContentRevisionType(
        stored=one,
        id=ID(f"{one.key}#{one.revision}"),
        revision=one.revision,
        state=one.state,
        content_hash=one.content_hash,
        created_at=one.created_at,
        edited_at=one.edited_at,
        edited_by=one.edited_by,
        rollback_of=one.rollback_of,
        approved_at=None if approval is None else approval.at,
        approved_by=None if approval is None else approval.name,
        publish_at=one.publish_at,
        published_at=one.published_at,
        published_by=one.published_by,
        note=one.note,
    )


def document_to_graphql(document: ContentDocument, images_url: str) -> ContentDocumentType:
    """Return a document as the graph shows it."""
    texts = [_text_to_graphql(locale, text, images_url) for locale, text in sorted(document.texts.items())]
    return ContentDocumentType(
        position=document.position, eligible_games=list(document.eligible_games), texts=texts
    )


def _text_to_graphql(locale: str, text: ContentText, images_url: str) -> ContentTextType:
    return ContentTextType(
        locale=locale,
        title=text.title,
        summary=text.summary,
        significant_terms=text.significant_terms,
        terms_url=text.terms_url,
        image_url=text.image_url,
        image_alt=text.image_alt,
        image_address=image_address(text.image_url, images_url),
    )


def finding_to_graphql(one: Finding) -> LintFinding:
    """Return a finding as the graph shows it."""
    return LintFinding(rule=one.rule, severity=one.severity, path=one.path, message=one.message)


def change_to_graphql(one: FieldChange) -> ContentFieldChange:
    """Return a change as the graph shows it."""
    spans = [DiffSpan(kind=span.kind, text=span.text) for span in one.spans]
    return ContentFieldChange(
        path=one.path, locale=one.locale, field=one.field, before=one.before, after=one.after, spans=spans
    )


def brand_to_graphql(known: KnownBrand) -> ContentBrand:
    """Return a brand as the graph shows it."""
    brand = known.brand
    configs = sorted(known.configs, key=lambda one: (one.reward_id, one.version))
    return ContentBrand(
        id=ID(brand.id),
        name=brand.name,
        time_zone=brand.time_zone,
        locales=list(brand.locales),
        default_locale=brand.default_locale,
        jurisdictions=list(brand.jurisdictions),
        currencies=list(brand.currencies),
        rewards=[
            ContentReward(
                reward_id=config.reward_id,
                config_version=config.version,
                status="recalled" if config.recalled else config.status,
                kind=config.kind.value,
            )
            for config in configs
        ],
    )


def state_to_graphql(one: PreviewState) -> ContentPreviewState:
    """Return a state as the graph shows it."""
    return ContentPreviewState(name=one.name, says=one.says, brand=one.brand)
