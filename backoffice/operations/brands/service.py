"""What operators do with brands: read them, try a theme, and change them for all nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backoffice.access import Actor, Permission, brands_with, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.operations.brands import repository
from backoffice.operations.brands.contrast import Contrast, TokenColours
from backoffice.operations.brands.document import BrandDocument, theme_contrasts, validate_document
from backoffice.operations.brands.repository import BrandRevision, revise
from consumers.messages.global_events.states import state_fields
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import brand_subject
from subgraphs.rewards.models import REFERENCE


@dataclass(frozen=True, slots=True)
class KnownBrand:
    """A brand with what was last decided about it.

    Attributes:
        brand: As the nodes' databases have it, with the last revision applied.
        revision: The number of the last revision; 0 while it is as its schemes say.
        missing: The parts of nodes that have not applied it yet.
    """

    brand: Brand
    revision: int
    document: BrandDocument
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class BrandService:
    """Reads and changes brands.

    Attributes:
        database: The back office's.
        rewards: The rewards subgraph's, which knows all brands.
    """

    database: Database
    rewards: Database
    audit: AuditLog
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def page(self, actor: Actor, first: int, after: str = "") -> list[KnownBrand]:
        """Return the brands that an actor may see, by id.

        Raises:
            Forbidden: The actor may see none.
        """
        mine = brands_with(actor, Permission.OPERATIONS_READ)
        if not mine:
            require(actor, Permission.OPERATIONS_READ, None)
        wanted = None if ALL_BRANDS in mine else mine
        async with self.rewards.read() as connection:
            brands = await ReferenceRepository(REFERENCE).brand_page(connection, first, after, wanted)
        return await self._with_revisions(brands)

    async def find(self, actor: Actor, brand: str) -> KnownBrand:
        """Return a brand.

        Raises:
            Forbidden: The actor may not see it.
            NotFound: There is none.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        async with self.rewards.read() as connection:
            brands = await ReferenceRepository(REFERENCE).brands(connection, [brand])
        if brand not in brands:
            raise NotFound(f"There is no brand {brand[:64]!r}.")
        (known,) = await self._with_revisions([brands[brand]])
        return known

    async def revisions(
        self, actor: Actor, brand: str, first: int, before: int | None = None
    ) -> list[BrandRevision]:
        """Return the revisions of a brand, the newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        async with self.database.read() as connection:
            return await repository.revisions(connection, brand, first, before)

    async def try_theme(
        self, actor: Actor, brand: str, theme: Mapping[str, TokenColours]
    ) -> Sequence[Contrast]:
        """Return the contrast of each pair of colours that the widget uses, if it had this theme.

        Raises:
            Forbidden: The actor may not see the brand.
            Invalid: It is not a theme.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        return theme_contrasts(theme)

    async def change(
        self, actor: Actor, brand: str, document: BrandDocument, *, seen: int, reason: str
    ) -> KnownBrand:
        """Change a brand on all nodes.

        Args:
            actor: Who changes it.
            brand: Its id.
            document: What holds from now on.
            seen: The number of the revision that the actor saw.
            reason: Why.

        Raises:
            Forbidden: The actor may not.
            NotFound: There is no such brand.
            Invalid: A rule is broken, such as the contrast of colours, or there is no reason.
            Stale: Somebody else has changed it meanwhile.
        """
        require(actor, Permission.OPERATIONS_BRAND, brand)
        known = await self.find(actor, brand)
        tidy = validate_document(document)
        if not reason.strip():
            raise Invalid([Problem("reason", "Say why: nodes and the audit log show it.")])
        async with self.database.write() as connection:
            at = await self.clock.at(connection)
            stored = await revise(
                connection, brand, tidy, seen=seen, by=actor.name, at=at, reason=reason.strip()
            )
            await self.audit.record(
                connection,
                actor,
                "operations.change_brand",
                brand=brand,
                subject=f"brand:{brand}",
                before={"revision": seen, **state_fields(known.document.state)},
                after={"revision": stored.revision, **state_fields(tidy.state)},
                reason=reason.strip(),
            )
        (changed,) = await self._with_revisions([known.brand])
        return changed

    async def _with_revisions(self, brands: Sequence[Brand]) -> list[KnownBrand]:
        """Add the last revision of each brand; nodes may not have applied it yet."""
        known = []
        async with self.database.read() as connection:
            reports = await self.nodes.all(connection)
            for brand in brands:
                newest = await repository.revisions(connection, brand.id, 1)
                decision = await self.decisions.repository.find(connection, brand_subject(brand.id).key)
                lacking = (
                    []
                    if decision is None
                    else [report for report in reports if not report.has_applied(decision)]
                )
                document = newest[0].document if newest else BrandDocument.of(brand)
                shown = replace(
                    brand,
                    name=document.name,
                    default_locale=document.default_locale,
                    locales=document.locales,
                )
                number = newest[0].revision if newest else 0
                known.append(KnownBrand(shown, number, document, [part.name for part in lacking]))
        return known
