"""Which rewards may be given to a customer as goodwill, and why none may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backoffice.errors import Conflict, Invalid, Problem
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.lookup.customers import Customers
from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.accounts import Account, IneligibleReason
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.fulfilment.state.reward import Credit, Reward
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.global_state import KillSwitches
from subgraphs.rewards.catalogue.law import impossible, lawful
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from subgraphs.rewards.models import GLOBAL_STATE, REWARD_CONFIG, REWARD_CONTENT

ACTIVE: Final = "active"

INELIGIBLE_IN_WORDS: Final[Mapping[IneligibleReason, str]] = {
    IneligibleReason.SELF_EXCLUDED: "they are self-excluded",
    IneligibleReason.RG_RESTRICTED: "they are restricted by safer gambling",
    IneligibleReason.PROMO_RESTRICTED: "they are excluded from promotions",
    IneligibleReason.UNVERIFIED: "they aren't verified yet",
    IneligibleReason.SUSPENDED: "their account is suspended",
    IneligibleReason.ACCOUNT_CLOSED: "their account is closed",
    IneligibleReason.JURISDICTION: "there is no club where they live",
    IneligibleReason.CURRENCY: "there is no club in their currency",
    IneligibleReason.NOT_OFFERED: "they are in the control group",
}
"""Why a customer can be given nothing, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class GoodwillOffer:
    """What a customer can be given now.

    Attributes:
        week: The brand's current week, whose budget pays.
        refusal: Why the customer can be given nothing; None otherwise.
        rewards: The newest version of each reward that is worth money in the customer's currency and lawful.
    """

    week: Week
    currency: str
    refusal: str | None
    rewards: tuple[RewardConfig, ...]


@dataclass(frozen=True, slots=True)
class GoodwillOffers:
    """Finds out what may be given, by the rules that hold for every credit.

    Attributes:
        providers: In the order in which they are asked; empty if this process was not given their file.
    """

    databases: SubgraphDatabases
    customers: Customers
    providers: Sequence[ProviderConfig]
    clock: Clock

    async def for_customer(self, owner: Owner) -> GoodwillOffer:
        """Return what a customer can be given.

        Raises:
            NotFound: There is no such brand.
        """
        rules, account = await self.customers.rules_of(owner)
        async with self.databases.rewards.read() as connection:
            now = await self.clock.at(connection)
            off = await KillSwitches(GLOBAL_STATE).off(connection, owner.brand)
            catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
            configs = (await catalogue.configs(connection, [owner.brand]))[owner.brand]
        week, refusal = rules.week_at(now), None
        ineligible = rules.evaluate(account, week).ineligible
        if ineligible is not None:
            refusal = f"This customer can't be given anything, as {INELIGIBLE_IN_WORDS[ineligible]}."
        elif off.whole_brand:
            refusal = f"{owner.brand} is paused: nothing is given until it goes on."
        newest: dict[str, RewardConfig] = {}
        for config in sorted(configs, key=lambda config: config.version):
            if config.reward_id not in off.rewards and _can_be_given(config, account, now):
                newest[config.reward_id] = config
        return GoodwillOffer(week, account.currency, refusal, tuple(newest[name] for name in sorted(newest)))

    async def require(self, owner: Owner, reward: OptionId) -> tuple[GoodwillOffer, RewardConfig]:
        """Return the offer and a reward of it.

        Raises:
            Conflict: The customer may be given nothing, or the reward's provider is stopped.
            Invalid: The reward is not among those that can be given.
        """
        offer = await self.for_customer(owner)
        if offer.refusal is not None:
            raise Conflict(offer.refusal)
        offered = {
            OptionId(reward.brand, reward.reward_id, reward.version): reward for reward in offer.rewards
        }
        found = offered.get(reward)
        if found is None:
            text = (
                f"{reward} cannot be given to this customer: it has to be in use, lawful where they live, "
                f"and worth money in {offer.currency}."
            )
            raise Invalid([Problem("reward", text)])
        await self._require_provider(owner, offer, found)
        return offer, found

    async def _require_provider(self, owner: Owner, offer: GoodwillOffer, config: RewardConfig) -> None:
        """Check that a provider pays the reward and is in use, as far as this process knows them."""
        credit = Credit("", ClubKey(owner.brand, offer.week.iso, owner.customer), reward_of(config))
        paying = next((provider for provider in self.providers if provider.pays(credit)), None)
        if paying is None and self.providers:
            raise Conflict(f"No provider pays a {_in_words(config.kind.value)} of {owner.brand}.")
        if paying is None:
            return
        async with self.databases.fulfilment.read() as connection:
            stopped = await ProviderRepository(self.databases.fulfilment.dialect).stopped(connection)
        if paying.name in stopped or not paying.enabled:
            raise Conflict(f"{paying.name}, which pays this reward, is stopped: give it when it goes on.")


def _can_be_given(config: RewardConfig, account: Account, now: datetime) -> bool:
    return (
        config.status == ACTIVE
        and not config.recalled
        and bool(config.value_minor)
        and config.currency == account.currency
        and config.effective_from <= now
        and (config.effective_to is None or now < config.effective_to)
        and impossible(config) is None
        and lawful(config, account.jurisdiction, now)
        and config.product.value not in account.on_break
    )


def reward_of(config: RewardConfig) -> Reward:
    """Return the reward that a provider is asked to credit."""
    return with_fields_of(
        Reward, config, config_version=config.version, kind=config.kind.value, product=config.product.value
    )


def _in_words(code: str) -> str:
    return code.replace("_", " ").lower()
