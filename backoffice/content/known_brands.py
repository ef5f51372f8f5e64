"""What content is checked against: the brand, its rewards and the images, read from where they are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.advertising import UPLOADED, allowed_hosts
from backoffice.content.images import image_facts
from backoffice.content.lint import Finding, LintContext, lint
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.errors import NotFound
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.schemes import Brand, Scheme, scheme_of_week
from subgraphs.club_kit.domain.weeks import week_at
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardConfig, RewardContent
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, REWARD_CONTENT

CATALOGUE = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)


@dataclass(frozen=True, slots=True)
class KnownBrand:
    """A brand with its schemes and rewards, as the rewards subgraph knows them.

    Attributes:
        contents: What customers read about its rewards now.
    """

    brand: Brand
    schemes: Sequence[Scheme]
    configs: Sequence[RewardConfig]
    contents: Sequence[RewardContent] = ()

    def title_of(self, config: RewardConfig) -> str | None:
        """Return what a version is called, in the brand's own language if it can be; None without a text."""
        first = min(one.version for one in self.configs if one.reward_id == config.reward_id)
        texts = [
            content
            for content in self.contents
            if content.reward_id == config.reward_id
            and (first if content.config_version is None else content.config_version) == config.version
        ]
        own = [text.title for text in texts if text.locale == self.brand.default_locale]
        return next(iter([*own, *(text.title for text in texts)]), None)

    def default_rewards(self, now: datetime) -> frozenset[str]:
        """Return the rewards of customers who choose nothing this week, in any territory of the brand."""
        week = week_at(now, self.brand.time_zone)
        ordered = sorted(self.schemes, key=_territory)
        in_force = (scheme_of_week(versions, week) for _, versions in groupby(ordered, _territory))
        rewards = (scheme.default_reward_id for scheme in in_force if scheme is not None)
        return frozenset(reward for reward in rewards if reward is not None)


@dataclass(frozen=True, slots=True)
class KnownBrands:
    """Reads brands, and lints documents of theirs.

    Attributes:
        rewards: The rewards subgraph's database; only read.
        hosts: Further hosts that links may lead to, by brand; those of the schemes' terms always may.
    """

    rewards: Database
    clock: Clock
    hosts: Mapping[str, Collection[str]] = field(default_factory=dict)

    async def known(self, brand: str) -> KnownBrand:
        """Return a brand.

        Raises:
            NotFound: There is none of that id.
        """
        async with self.rewards.read() as connection:
            reference = ReferenceRepository(REFERENCE)
            brands = await reference.brands(connection, [brand])
            if brand not in brands:
                raise NotFound(f"There is no brand {brand[:64]!r}.")
            schemes = (await reference.schemes(connection, [brand]))[brand]
            configs = (await CATALOGUE.configs(connection, [brand]))[brand]
            contents = (await CATALOGUE.published(connection, [brand], self.clock.now()))[brand]
        return KnownBrand(brands[brand], schemes, configs, contents)

    async def brand_ids(self) -> list[str]:
        """Return the ids of all brands, in order."""
        async with self.rewards.read() as connection:
            return await ReferenceRepository(REFERENCE).brand_ids(connection)

    async def rewards_named(self, brand: str, prefix: str, limit: int) -> list[str]:
        """Return up to `limit` rewards of a brand whose id begins with a text, in order."""
        async with self.rewards.read() as connection:
            return await CATALOGUE.rewards_named(connection, brand, prefix, limit)

    async def lint(
        self, connection: AsyncConnection, key: ContentKey, document: ContentDocument
    ) -> tuple[Finding, ...]:
        """Return what lint finds; `connection` reads the back office's database.

        Raises:
            NotFound: There is no such brand.
        """
        known = await self.known(key.brand)
        links = (UPLOADED.fullmatch(text.image_url) for text in document.texts.values())
        images = await image_facts(connection, {link[1] for link in links if link})
        context = LintContext(
            brand=known.brand,
            hosts=allowed_hosts(
                (scheme.terms.url for scheme in known.schemes), self.hosts.get(key.brand, ())
            ),
            now=self.clock.now(),
            configs=described(known.configs, key),
            images=images,
        )
        return lint(document, context)


def _territory(scheme: Scheme) -> tuple[str, str]:
    return scheme.jurisdiction, scheme.currency


def described(configs: Sequence[RewardConfig], key: ContentKey) -> tuple[RewardConfig, ...]:
    """Return the version of a reward that content of a key describes; empty if it has not arrived."""
    ordered = sorted(
        (config for config in configs if config.reward_id == key.reward_id), key=lambda config: config.version
    )
    if not key.config_version:
        return tuple(ordered[:1])
    return tuple(config for config in ordered if config.version == key.config_version)
