"""The rewards part of the graph."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Info, Private

from subgraphs.kit.accounts import IneligibleReason
from subgraphs.kit.context import checked_key
from subgraphs.kit.graph import SubgraphSchema, build_schema
from subgraphs.kit.money import Money, money
from subgraphs.kit.owners import ClubKey
from subgraphs.kit.payloads import PAYLOAD_DESCRIPTION, ClubError, Refusal
from subgraphs.kit.products import Product
from subgraphs.rewards import options
from subgraphs.rewards.catalogue import OptionId, RewardKind
from subgraphs.rewards.loaders import RewardsContext
from subgraphs.rewards.options import ChoiceNotice, Option, UnavailableReason
from subgraphs.rewards.service import Chooser, WantedChoice

RewardsInfo = Info[RewardsContext, None]
REQUIRED = ["jurisdiction currency ineligibleReason"]

for enum in (RewardKind, UnavailableReason, ChoiceNotice):
    strawberry.enum(enum)


@strawberry.type
class RewardOption:
    """A reward as one customer sees it."""

    option: Private[Option]
    locale: Private[str]

    @strawberry.field(description="Brand, reward and config version, as northbet:fb-5:3.")
    def id(self) -> ID:
        """The id."""
        return ID(str(self.option.id))

    @strawberry.field
    def kind(self) -> RewardKind:
        """What it is."""
        return self.option.config.kind

    @strawberry.field
    def product(self) -> Product:
        """Where it can be used."""
        return self.option.config.product

    @strawberry.field
    def value(self) -> Money | None:
        """What it is worth, where that is an amount."""
        config = self.option.config
        return None if config.value_minor is None else money(config.value_minor, config.currency, self.locale)

    @strawberry.field
    def spins(self) -> int | None:
        """How many spins, where it is spins."""
        return self.option.config.spins

    @strawberry.field
    def title(self) -> str:
        """The title."""
        return self.option.content.title

    @strawberry.field
    def summary(self) -> str:
        """One sentence about it."""
        return self.option.content.summary

    @strawberry.field
    def image_url(self) -> str | None:
        """A picture."""
        return self.option.content.image_url

    @strawberry.field
    def significant_terms(self) -> str:
        """The terms that must be shown beside it."""
        return self.option.content.significant_terms

    @strawberry.field
    def terms_url(self) -> str:
        """The full terms."""
        return self.option.content.terms_url

    @strawberry.field
    def expires_in_days(self) -> int:
        """How long it can be used once credited."""
        return self.option.config.expiry_days

    @strawberry.field
    def eligible_games(self) -> list[str]:
        """The games it can be used in; empty for all, and for betting."""
        return list(self.option.content.eligible_games)

    @strawberry.field
    def available(self) -> bool:
        """Whether it can be chosen now."""
        return self.option.unavailable is None

    @strawberry.field
    def unavailable_reason(self) -> UnavailableReason | None:
        """Why it cannot be chosen now."""
        return self.option.unavailable


@strawberry.type
class RewardChoice:
    """The reward of a week: chosen, or the scheme's default."""

    option: RewardOption = strawberry.field(description="As last confirmed.")
    version: int
    chosen_at: datetime | None
    locks_at: datetime
    locked: bool
    is_default: bool
    notice: ChoiceNotice | None
    pending: bool = strawberry.field(description="A change that the upstream API has not confirmed yet.")


@strawberry.federation.type(keys=["id"])
class Club:
    """The rewards side of a club."""

    id: ID
    representation: Private[dict[str, Any] | None] = None
    jurisdiction: str = strawberry.federation.field(external=True, default="")
    currency: str = strawberry.federation.field(external=True, default="")
    ineligible_reason: IneligibleReason | None = strawberry.federation.field(external=True, default=None)

    @strawberry.federation.field(
        requires=REQUIRED,
        description="What this customer may choose from, in the editors' order. Unlawful and unpublished "
        "rewards are absent; paused, spent, not yet started or ended ones are there with "
        "`available: false`. Empty for an ineligible customer.",
    )
    async def options(self, info: RewardsInfo) -> list[RewardOption] | None:
        """The options."""
        chooser = await self._chooser(info.context)
        menu = await info.context.menu(chooser)
        locale = info.context.locale(chooser.rules.brand)
        return [RewardOption(option=option, locale=locale) for option in menu.options()] if menu else []

    @strawberry.federation.field(
        requires=REQUIRED,
        description="Before any choice, the scheme's default with version 0. Null without a default, and "
        "for an ineligible customer.",
    )
    async def choice(self, info: RewardsInfo) -> RewardChoice | None:
        """The choice."""
        context, chooser = info.context, await self._chooser(info.context)
        menu = await context.menu(chooser)
        if menu is None:
            return None
        choice = menu.choice(await context.rewards.choices.load(chooser.key))
        if choice is None:
            return None
        is_current = chooser.week.starts_at <= context.now < chooser.week.ends_at
        return RewardChoice(
            option=RewardOption(option=choice.option, locale=context.locale(chooser.rules.brand)),
            version=choice.version,
            chosen_at=choice.chosen_at,
            locks_at=menu.scheme.locks_at(chooser.week),
            locked=options.locked(menu.scheme, chooser.week, context.now),
            is_default=choice.is_default,
            notice=choice.notice,
            pending=is_current and await context.rewards.pending.load(chooser.key.owner),
        )

    async def _chooser(self, context: RewardsContext) -> Chooser:
        return await context.chooser(ClubKey.decode(self.id), self.representation)

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, **representation: Any) -> "Club":
        """The club that another subgraph refers to."""
        key = info.context.owned(representation.get("id"))
        return cls(id=ID(key.encode()), representation=representation)


@strawberry.federation.type(shareable=True, description=PAYLOAD_DESCRIPTION)
class ClubPayload:
    """What a mutation answers."""

    club: Club | None
    errors: list[ClubError]


@strawberry.input
class ChangeRewardInput:
    """Chooses another reward for the current week."""

    brand: ID
    option_id: ID
    expected_version: int
    idempotency_key: ID


@strawberry.type
class Query:
    """Rewards have no entry point of their own: they hang on the club."""


@strawberry.type
class Mutation:
    """What a customer can do with rewards."""

    @strawberry.mutation
    async def change_reward(self, info: RewardsInfo, input: ChangeRewardInput) -> ClubPayload:  # noqa: A002 - the contract's name
        """Changes the choice of the current week."""
        context = info.context
        actor = context.actor(input.brand)
        if isinstance(actor, Refusal):
            return ClubPayload(club=None, errors=ClubError.of(actor))
        key = checked_key(input.idempotency_key)
        wanted = WantedChoice(OptionId.parse(input.option_id), input.expected_version, key)
        week = (await context.rules(actor.brand)).week_at(context.now)
        club = ClubKey(actor.brand, week.iso, actor.customer)
        refusal = await context.service.change_reward(await context.chooser(club), wanted)
        context.rewards.forget()
        return ClubPayload(club=Club(id=ID(club.encode())), errors=ClubError.of(refusal))


def create_schema() -> SubgraphSchema:
    """The rewards schema."""
    return build_schema(Query, Mutation)
