"""Brands in operations' part of the graph."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ANY, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size, text_key
from backoffice.operations.area import OperationsArea
from backoffice.operations.brands.contrast import DEFAULTS, Contrast, TokenColours, contrasts
from backoffice.operations.brands.document import BrandDocument, floored
from backoffice.operations.brands.repository import BrandRevision
from backoffice.operations.brands.service import KnownBrand
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described, fields_described


@described
@strawberry.type
class ThemeToken:
    """A colour of the widget, `--club-…`, on light and on dark pages.

    Attributes:
        is_own: Whether the brand's colour replaces the widget's.
    """

    token: str
    light: str
    dark: str
    is_own: bool


@described
@strawberry.type
class ThemeContrast:
    """A colour on top of another one in the widget, by WCAG 2.2.

    Attributes:
        scheme: light or dark.
        use: What is shown.
        ratio: Such as 4.53; never rounded up.
    """

    front: str
    back: str
    scheme: str
    front_colour: str
    back_colour: str
    use: str
    ratio: str
    least: float
    readable: bool


@described
@strawberry.type
class OperatedBrand:
    """A brand: what is shown of it, and what it is licensed for.

    Attributes:
        time_zone: It never changes: weeks are measured in it.
        revision: 0 while the brand is as its schemes say.
        theme: All tokens, also those of the widget.
        missing: The parts of nodes that have not applied the last revision yet.
    """

    id: ID
    name: str
    time_zone: str
    default_locale: str
    locales: list[str]
    jurisdictions: list[str]
    currencies: list[str]
    revision: int
    theme: list[ThemeToken]
    contrasts: list[ThemeContrast]
    missing: list[str]


@described
@strawberry.type
class BrandRevisionInfo:
    """What was decided about a brand at one time."""

    id: ID
    revision: int
    name: str
    default_locale: str
    locales: list[str]
    theme: list[ThemeToken]
    reason: str | None
    changed_at: datetime
    changed_by: str


@strawberry.input
class ThemeTokenInput:
    """A colour that replaces the widget's: `#rrggbb` on light and on dark pages."""

    token: str
    light: str
    dark: str


@strawberry.input
class ChangeBrandInput:
    """What holds for a brand from now on; tokens that are left out have the widget's colours.

    `revision` is the one that the person saw.
    """

    brand: str
    revision: int
    name: str
    default_locale: str
    locales: list[str]
    theme: list[ThemeTokenInput]
    reason: str


@strawberry.input
class TryThemeInput:
    """A theme to try."""

    brand: str
    theme: list[ThemeTokenInput]


def document_of(wanted: ChangeBrandInput) -> BrandDocument:
    """Return the document of an input."""
    return BrandDocument(wanted.name, wanted.default_locale, tuple(wanted.locales), colours_of(wanted.theme))


def colours_of(tokens: Sequence[ThemeTokenInput]) -> dict[str, TokenColours]:
    """Return the colours of an input by token."""
    return {token.token: TokenColours(token.light, token.dark) for token in tokens}


def brand_to_graphql(known: KnownBrand) -> OperatedBrand:
    """Return a brand with its theme and what can be read of it."""
    brand = known.brand
    return OperatedBrand(
        id=ID(brand.id),
        name=brand.name,
        time_zone=brand.time_zone,
        default_locale=brand.default_locale,
        locales=list(brand.locales),
        jurisdictions=list(brand.jurisdictions),
        currencies=list(brand.currencies),
        revision=known.revision,
        theme=_tokens(known.document.theme),
        contrasts=[contrast_to_graphql(contrast) for contrast in contrasts(known.document.theme)],
        missing=list(known.missing),
    )


def revision_to_graphql(revision: BrandRevision) -> BrandRevisionInfo:
    """Return a revision."""
    return with_fields_of(
        BrandRevisionInfo,
        revision,
        id=ID(f"{revision.brand}:{revision.revision}"),
        name=revision.document.name,
        default_locale=revision.document.default_locale,
        locales=list(revision.document.locales),
        theme=_tokens(revision.document.theme),
    )


def contrast_to_graphql(contrast: Contrast) -> ThemeContrast:
    """Return a pair of colours."""
    return with_fields_of(
        ThemeContrast,
        contrast.pair,
        scheme=contrast.scheme,
        front_colour=contrast.front,
        back_colour=contrast.back,
        ratio=floored(contrast.ratio),
        readable=contrast.is_readable,
    )


def _tokens(theme: Mapping[str, TokenColours]) -> list[ThemeToken]:
    colours = {**DEFAULTS, **theme}
    return [
        ThemeToken(token=name, light=c.light, dark=c.dark, is_own=name in theme)
        for name, c in colours.items()
    ]


First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ = Permission.OPERATIONS_READ


@fields_described
@strawberry.type
class BrandQuery:
    """Reads of brands."""

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def brands(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[OperatedBrand]:
        """Brands, by id."""
        context = info.context
        page = await context.area(OperationsArea).brands.page(
            context.actor, page_size(first), text_key(after)
        )
        return page_of(page, first, brand_to_graphql, lambda known: known.brand.id)

    @strawberry.field(directives=[permitted(_READ, "id")])
    async def operated_brand(self, info: OfficeInfo, id: ID) -> OperatedBrand:  # noqa: A002
        """A brand with its theme, and the contrast of each pair of its colours."""
        return brand_to_graphql(await info.context.area(OperationsArea).brands.find(info.context.actor, id))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def brand_revisions(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[BrandRevisionInfo]:
        """The revisions of a brand, the newest first."""
        context, before = info.context, number_key(after)
        revisions = await context.area(OperationsArea).brands.revisions(
            context.actor, brand, page_size(first), before
        )
        return page_of(revisions, first, revision_to_graphql, lambda revision: revision.revision)

    @strawberry.field(directives=[permitted(_READ, "input.brand")])
    async def try_theme(self, info: OfficeInfo, input: TryThemeInput) -> list[ThemeContrast]:  # noqa: A002
        """The contrast of each pair of colours, if a brand had a theme; nothing is changed."""
        context = info.context
        ratios = await context.area(OperationsArea).brands.try_theme(
            context.actor, input.brand, colours_of(input.theme)
        )
        return [contrast_to_graphql(contrast) for contrast in ratios]


@fields_described
@strawberry.type
class BrandMutation:
    """Changes of brands."""

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_BRAND, "input.brand")])
    async def change_brand(self, info: OfficeInfo, input: ChangeBrandInput) -> OperatedBrand:  # noqa: A002
        """Change the name, languages and theme of a brand on all nodes.

        Colours that cannot be read are refused.
        """
        context = info.context
        changed = await context.area(OperationsArea).brands.change(
            context.actor, input.brand, document_of(input), seen=input.revision, reason=input.reason
        )
        return brand_to_graphql(changed)
