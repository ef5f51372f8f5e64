"""Brands in operations' part of the graph."""

from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access.roles import Permission
from backoffice.graph.area import OfficeInfo
from backoffice.graph.pages import Page, number_key, page_of, page_size, text_key
from backoffice.graph.permitted import ANY, permitted
from backoffice.operations.area import OperationsArea
from backoffice.operations.graph.brands.types import (
    BrandRevisionInfo,
    ChangeBrandInput,
    OperatedBrand,
    ThemeContrast,
    TryThemeInput,
    colours_of,
    document_of,
    shown_brand,
    shown_contrast,
    shown_revision,
)

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ = Permission.OPERATIONS_READ


@strawberry.type
class BrandQuery:
    """Reads of brands."""

    @strawberry.field(description="Brands, by id.", directives=[permitted(_READ, ANY)])
    async def brands(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[OperatedBrand]:
        """Return a page of brands."""
        context = info.context
        found = await context.area(OperationsArea).brands.page(
            context.actor, page_size(first), text_key(after)
        )
        return page_of(found, first, shown_brand, lambda one: one.brand.id)

    @strawberry.field(
        description="A brand with its theme, and the contrast of each pair of its colours.",
        directives=[permitted(_READ, "id")],
    )
    async def operated_brand(self, info: OfficeInfo, id: ID) -> OperatedBrand:  # noqa: A002
        """Return a brand."""
        return shown_brand(await info.context.area(OperationsArea).brands.find(info.context.actor, id))

    @strawberry.field(
        description="The revisions of a brand, the newest first.", directives=[permitted(_READ, "brand")]
    )
    async def brand_revisions(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[BrandRevisionInfo]:
        """Return a page of revisions."""
        context, before = info.context, number_key(after)
        found = await context.area(OperationsArea).brands.revisions(
            context.actor, brand, page_size(first), before
        )
        return page_of(found, first, shown_revision, lambda one: one.revision)

    @strawberry.field(
        description="The contrast of each pair of colours, if a brand had a theme; nothing is changed.",
        directives=[permitted(_READ, "input.brand")],
    )
    async def try_theme(self, info: OfficeInfo, input: TryThemeInput) -> list[ThemeContrast]:  # noqa: A002
        """Try a theme."""
        context = info.context
        found = await context.area(OperationsArea).brands.try_theme(
            context.actor, input.brand, colours_of(input.theme)
        )
        return [shown_contrast(one) for one in found]


@strawberry.type
class BrandMutation:
    """Changes of brands."""

    @strawberry.mutation(
        description="Change the name, languages and theme of a brand on all nodes. Colours that cannot be "
        "read are refused.",
        directives=[permitted(Permission.OPERATIONS_BRAND, "input.brand")],
    )
    async def change_brand(self, info: OfficeInfo, input: ChangeBrandInput) -> OperatedBrand:  # noqa: A002
        """Change a brand."""
        context = info.context
        changed = await context.area(OperationsArea).brands.change(
            context.actor, input.brand, document_of(input), seen=input.revision, reason=input.reason
        )
        return shown_brand(changed)
