"""What rules are checked and tried against: a brand with its schemes, rewards and content."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.advertising import allowed_hosts
from backoffice.errors import NotFound
from backoffice.rules.checks import SchemeContext
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import Catalogue
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, REWARD_CONTENT


@dataclass(frozen=True, slots=True)
class KnownRules:
    """Reads brands from the rewards subgraph, which has their schemes and their rewards.

    Attributes:
        hosts: Further hosts that links may lead to, by brand.
    """

    rewards: Database
    clock: Clock
    hosts: Mapping[str, Collection[str]] = field(default_factory=dict)

    async def of_brand(self, brand: str, at: datetime | None = None) -> SchemeContext:
        """Return what is known about a brand.

        Args:
            brand: Its id.
            at: Whose content; None for now.

        Raises:
            NotFound: There is none of that id.
        """
        catalogue, reference = (
            CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT),
            ReferenceRepository(REFERENCE),
        )
        now = self.clock.now()
        async with self.rewards.read() as connection:
            brands = await reference.brands(connection, [brand])
            if brand not in brands:
                raise NotFound(f"There is no brand {brand[:64]!r}.")
            schemes = (await reference.schemes(connection, [brand]))[brand]
            configs = (await catalogue.configs(connection, [brand]))[brand]
            editions = (await catalogue.editions(connection, [brand], at or now))[brand]
        terms = (scheme.terms.url for scheme in schemes)
        return SchemeContext(
            brand=brands[brand],
            now=now,
            schemes=schemes,
            configs=configs,
            contents=Catalogue((), editions).contents(at or now),
            coming=tuple(edition for edition in editions if edition.since > (at or now)),
            hosts=allowed_hosts(terms, self.hosts.get(brand, ())),
        )
