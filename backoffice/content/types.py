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
from backoffice.content.workflow.local_time import local_text
from backoffice.content.workflow.publication import image_address
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described

READ: Final = permitted(Permission.CONTENT_READ, FOUND)

described(strawberry.enum(RevisionState, name="ContentState"))
strawberry.enum(Severity, name="LintSeverity")
strawberry.enum(SpanKind, name="DiffSpanKind")


@described
@strawberry.type(name="LocaleText")
class ContentTextType:
    """The texts of one locale.

    Attributes:
        image_url: As stored: an address, or image:HASH.
        image_address: Where a browser finds the image.
    """

    locale: str
    title: str
    summary: str
    significant_terms: str
    terms_url: str
    image_url: str
    image_alt: str
    image_address: str | None


@described
@strawberry.type(name="ContentDocumentShown")
class ContentDocumentType:
    """How a reward is shown."""

    position: int
    eligible_games: list[str]
    texts: list[ContentTextType]


@described
@strawberry.type
class LintFinding:
    """What lint found; an error blocks publication by every route."""

    rule: str
    severity: Severity
    path: str
    message: str


@described
@strawberry.type
class ContentProposal:
    """What an approval is bound to: pass both to `approve`."""

    id: ID
    content_hash: str
    status: str
    reason: str
    proposed_by: str


@described
@strawberry.type(name="ContentRevision")
class ContentRevisionType:
    """One revision of content."""

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

    @strawberry.field(directives=[READ])
    def document(self, info: OfficeInfo) -> ContentDocumentType:
        """The document."""
        return document_to_graphql(self.stored.document, info.context.area(ContentArea).images_url)

    @strawberry.field(directives=[READ])
    async def lint(self, info: OfficeInfo) -> list[LintFinding]:
        """What lint finds now."""
        context = info.context
        findings = await context.area(ContentArea).service.lint(
            context.actor, self.stored.key, self.stored.document
        )
        return [finding_to_graphql(finding) for finding in findings]

    @strawberry.field(directives=[READ])
    async def proposal(self, info: OfficeInfo) -> ContentProposal | None:
        """The proposal by which it was submitted."""
        waiting = await info.context.area(ContentArea).service.proposal(info.context.actor, self.stored)
        if waiting is None:
            return None
        return ContentProposal(
            id=ID(waiting.proposal_id),
            content_hash=waiting.content_hash,
            status=waiting.status.value,
            reason=waiting.reason,
            proposed_by=waiting.proposer_name,
        )

    @strawberry.field(directives=[READ])
    async def publish_at_local(self, info: OfficeInfo) -> str | None:
        """When it is published, as people in the brand's zone write it."""
        if self.stored.publish_at is None:
            return None
        known = await info.context.area(ContentArea).service.brand(info.context.actor, self.stored.key.brand)
        return local_text(self.stored.publish_at, known.brand.time_zone)


@described
@strawberry.type(name="ContentItem")
class ContentItemType:
    """The content of a version of a reward.

    Attributes:
        config_version: Null: of the reward's first version.
        version: For the optimistic lock: pass it as `expectedVersion`.
        open: The revision that is not published yet.
        published: What customers see.
    """

    stored: Private[ItemWithRevisions]
    id: ID
    brand: str
    reward_id: str
    config_version: int | None
    version: int
    changed_at: datetime
    open: ContentRevisionType | None
    published: ContentRevisionType | None

    @strawberry.field(directives=[READ])
    async def revisions(
        self, info: OfficeInfo, first: int = 25, after: str | None = None
    ) -> Page[ContentRevisionType]:
        """All revisions, newest first."""
        page = await info.context.area(ContentArea).service.revisions(
            info.context.actor, self.stored.key, page_size(first), number_key(after)
        )
        return page_of(page, first, revision_to_graphql, lambda revision: revision.revision)


@described
@strawberry.type
class DiffSpan:
    """A piece of text: same and removed pieces make the earlier text."""

    kind: SpanKind
    text: str


@described
@strawberry.type
class ContentFieldChange:
    """A field that differs between two revisions."""

    path: str
    locale: str | None
    field: str
    before: str | None
    after: str | None
    spans: list[DiffSpan]


@described
@strawberry.type
class ContentReward:
    """A version of a reward that content may be written for.

    Attributes:
        names_games: Whether its text should say in which games it can be used.
        title: What customers read, in the brand's own language if it can be; null without a published text.
    """

    reward_id: str
    config_version: int
    status: str
    kind: str
    names_games: bool
    title: str | None


@described
@strawberry.type
class ContentBrand:
    """What an editor needs to know about a brand."""

    id: ID
    name: str
    time_zone: str
    locales: list[str]
    default_locale: str
    jurisdictions: list[str]
    currencies: list[str]
    rewards: list[ContentReward]


@described
@strawberry.type
class ContentPreviewState:
    """A state that the preview's customer can be in."""

    name: str
    says: str
    brand: str


@described
@strawberry.type
class ContentPreview:
    """What the widget would show.

    Attributes:
        club: The `Club` of the customers' graph, as JSON.
        records: The customer's `recentBets` and `pastWeeks`, and `termsSummary`, as JSON.
    """

    club: str
    records: str


@described
@strawberry.type
class ContentImage:
    """An uploaded image.

    Attributes:
        image_url: What to store in a text: image:HASH.
    """

    id: ID
    image_url: str
    address: str
    media_type: str
    width: int
    height: int
    bytes: int


def item_to_graphql(listed: ItemWithRevisions) -> ContentItemType:
    """Return an item as the graph shows it."""
    key = listed.key
    return ContentItemType(
        stored=listed,
        id=ID(str(key)),
        brand=key.brand,
        reward_id=key.reward_id,
        config_version=key.version_or_none,
        version=listed.version,
        changed_at=listed.changed_at,
        open=None if listed.open is None else revision_to_graphql(listed.open),
        published=None if listed.published is None else revision_to_graphql(listed.published),
    )


def revision_to_graphql(revision: ContentRevision) -> ContentRevisionType:
    """Return a revision as the graph shows it."""
    approval = revision.approval
    return with_fields_of(
        ContentRevisionType,
        revision,
        stored=revision,
        id=ID(f"{revision.key}#{revision.revision}"),
        approved_at=None if approval is None else approval.at,
        approved_by=None if approval is None else approval.name,
    )


def document_to_graphql(document: ContentDocument, images_url: str) -> ContentDocumentType:
    """Return a document as the graph shows it."""
    texts = [_text_to_graphql(locale, text, images_url) for locale, text in sorted(document.texts.items())]
    return ContentDocumentType(
        position=document.position, eligible_games=list(document.eligible_games), texts=texts
    )


def _text_to_graphql(locale: str, text: ContentText, images_url: str) -> ContentTextType:
    return with_fields_of(
        ContentTextType, text, locale=locale, image_address=image_address(text.image_url, images_url)
    )


def finding_to_graphql(finding: Finding) -> LintFinding:
    """Return a finding as the graph shows it."""
    return with_fields_of(LintFinding, finding)


def change_to_graphql(change: FieldChange) -> ContentFieldChange:
    """Return a change as the graph shows it."""
    spans = [DiffSpan(kind=span.kind, text=span.text) for span in change.spans]
    return with_fields_of(ContentFieldChange, change, spans=spans)


def brand_to_graphql(known: KnownBrand) -> ContentBrand:
    """Return a brand as the graph shows it."""
    brand = known.brand
    configs = sorted(known.configs, key=lambda config: (config.reward_id, config.version))
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
                names_games=config.kind.rules.names_games,
                title=known.title_of(config),
            )
            for config in configs
        ],
    )


def state_to_graphql(state: PreviewState) -> ContentPreviewState:
    """Return a state as the graph shows it."""
    return ContentPreviewState(name=state.name, says=state.says, brand=state.brand)
