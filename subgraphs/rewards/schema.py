"""The rewards part of the graph."""

from datetime import datetime
from typing import Any, cast

import strawberry
from strawberry import ID, Info, Private

from subgraphs.kit.domain.accounts import IneligibleReason
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.graphql.context import checked_key
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema
from subgraphs.kit.mutations.mutation_errors import PAYLOAD_DESCRIPTION, ClubError, Refusal
from subgraphs.rewards.catalogue import OptionId
from subgraphs.rewards.loaders import Offer, RewardsContext
from subgraphs.rewards.options import ChoiceNotice
from subgraphs.rewards.service import WantedChoice
from subgraphs.rewards.shown import RewardOption

RewardsInfo = Info[RewardsContext, None]
REQUIRED = ["jurisdiction currency ineligibleReason"]

strawberry.enum(ChoiceNotice)


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

    context: Private[RewardsContext]
    key: Private[ClubKey]
    representation: Private[dict[str, Any] | None] = None
    offer: Private[Offer | None] = None
    jurisdiction: str = strawberry.federation.field(external=True, default="")
    currency: str = strawberry.federation.field(external=True, default="")
    ineligible_reason: IneligibleReason | None = strawberry.federation.field(external=True, default=None)

    @strawberry.field
    def id(self) -> ID:
        """The id."""
        return ID(self.key.encode())

    @strawberry.federation.field(
        requires=REQUIRED,
        description="What this customer may choose from, in the editors' order. Unlawful and unpublished "
        "rewards are absent; paused, spent, not yet started or ended ones are there with "
        "`available: false`. Empty for an ineligible customer.",
    )
    def options(self) -> list[RewardOption] | None:
        """The options."""
        offer = self.offer
        if offer is None:
            return cast("list[RewardOption]", self._options())  # awaited by the execution
        return offer.menu.options if offer.menu else []

    @strawberry.federation.field(
        requires=REQUIRED,
        description="Before any choice, the scheme's default with version 0. Null without a default, and "
        "for an ineligible customer.",
    )
    async def choice(self) -> RewardChoice | None:
        """The choice."""
        context = self.context
        offer = self.offer or await context.offer(self.key, self.representation)
        menu = offer.menu
        if menu is None:
            return None
        wish = await context.read(context.reads.wishes, self.key)
        chosen = menu.choice(wish.choice)
        if chosen is None:
            return None
        week, now = offer.chooser.week, context.identity.now
        choice, locks_at = chosen.choice, menu.menu.scheme.locks_at(week)
        return RewardChoice(
            option=chosen.option,
            version=choice.version,
            chosen_at=choice.chosen_at,
            locks_at=locks_at,
            locked=now >= locks_at,
            is_default=choice.is_default,
            notice=choice.notice,
            pending=wish.pending and week.starts_at <= now < week.ends_at,
        )

    async def _options(self) -> list[RewardOption]:
        offer = await self.context.offer(self.key, self.representation)
        return offer.menu.options if offer.menu else []

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, **representation: Any) -> "Club":
        """The club that another subgraph refers to."""
        context = info.context
        key = context.owned(representation.get("id"))
        offer = context.offer_at_hand(key, representation)
        return cls(context=context, key=key, representation=representation, offer=offer)


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
        week = (await context.rules(actor.brand)).week_at(context.identity.now)
        club = ClubKey(actor.brand, week.iso, actor.customer)
        refusal = await context.service.change_reward(await context.chooser(club), wanted)
        context.forget()
        return ClubPayload(club=Club(context=context, key=club), errors=ClubError.of(refusal))


def create_schema() -> SubgraphSchema:
    """The rewards schema."""
    return build_schema(Query, Mutation)
