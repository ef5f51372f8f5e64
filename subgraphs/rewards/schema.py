"""The rewards subgraph's part of the graph."""

from datetime import datetime
from functools import cache
from typing import Any, Final

import strawberry
from strawberry import ID, Info, Private
from strawberry.federation.schema_directives import Cost

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.enums import IneligibleReason
from subgraphs.club_kit.mutation_errors import PAYLOAD_DESCRIPTION, UPSTREAM_COST, ClubError
from subgraphs.kit.domain.bounds import check
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.schema_building import (
    CUSTOMER,
    SubgraphSchema,
    assumed_size,
    build_schema,
    deferred,
)
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.settings import Execution
from subgraphs.rewards.catalogue.rewards import OptionId
from subgraphs.rewards.loaders import Offer, RewardsContext
from subgraphs.rewards.menu.options import ChoiceNotice
from subgraphs.rewards.menu.reward_option import RewardOption
from subgraphs.rewards.service import WantedChoice

RewardsInfo = Info[RewardsContext, None]
USUAL_OPTIONS: Final = 10
"""The assumed length of a menu, for cost estimates; menus are hardly ever longer."""

REQUIRED = ["jurisdiction currency ineligibleReason onBreak"]

strawberry.enum(ChoiceNotice)


@fields_described
@strawberry.type
class RewardChoice:
    """The reward of a week: the customer's choice, or the scheme's default.

    Attributes:
        option: As last confirmed.
        pending: Whether a change waits for the upstream API's confirmation.
    """

    option: RewardOption
    version: int
    chosen_at: datetime | None
    locks_at: datetime
    locked: bool
    is_default: bool
    notice: ChoiceNotice | None
    pending: bool


@fields_described
@strawberry.federation.type(keys=["id"])
class Club:
    """The rewards subgraph's fields of a club."""

    context: Private[RewardsContext]
    key: Private[ClubKey]
    representation: Private[dict[str, Any] | None] = None
    offer: Private[Offer | None] = None
    jurisdiction: str = strawberry.federation.field(external=True, default="")
    currency: str = strawberry.federation.field(external=True, default="")
    ineligible_reason: IneligibleReason | None = strawberry.federation.field(external=True, default=None)
    on_break: list[str] = strawberry.federation.field(external=True, default_factory=list)

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(self.key.encode())

    @strawberry.federation.field(requires=REQUIRED, directives=[assumed_size(USUAL_OPTIONS)])
    def options(self) -> list[RewardOption] | None:
        """The rewards that this customer may choose from, in the editors' order.

        Unlawful and unpublished rewards are absent, and so are those of a product of which the customer takes
        a break; paused, spent, not yet started or ended ones have `available: false`. Empty for an ineligible
        customer.
        """
        offer = self.offer
        if offer is None:
            return deferred(self._options())
        return offer.options

    @strawberry.federation.field(requires=REQUIRED)
    async def choice(self) -> RewardChoice | None:
        """Before any choice, the scheme's default with version 0.

        Null if there is no default, and for an ineligible customer.
        """
        context = self.context
        offer = self.offer or await context.offer(self.key, self.representation)
        menu = offer.menu
        if menu is None:
            return None
        stored = await context.read(context.reads.choices, self.key)
        chosen = menu.choice(stored.choice)
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
            pending=stored.pending and week.starts_at <= now < week.ends_at,
        )

    async def _options(self) -> list[RewardOption]:
        return (await self.context.offer(self.key, self.representation)).options

    @classmethod
    def resolve_reference(cls, info: RewardsInfo, **representation: Any) -> "Club":
        """Return the club that another subgraph refers to."""
        context = info.context
        key = context.owned(representation.get("id"))
        offer = context.get_fresh_offer(key, representation)
        return cls(context=context, key=key, representation=representation, offer=offer)


@strawberry.federation.type(shareable=True, description=PAYLOAD_DESCRIPTION)
class ClubPayload:
    """The payload of a mutation."""

    club: Club | None
    errors: list[ClubError] = strawberry.field(directives=[assumed_size(1)])


@strawberry.input
class ChangeRewardInput:
    """Chooses another reward for the current week."""

    brand: ID
    option_id: ID
    expected_version: int
    idempotency_key: ID


@strawberry.type
class Query:
    """Rewards have no entry point of their own: they are fields of the club."""


@strawberry.type
class Mutation:
    """What a customer can do with rewards."""

    @strawberry.federation.mutation(directives=[Cost(weight=UPSTREAM_COST)], tags=[CUSTOMER])
    async def change_reward(self, info: RewardsInfo, input: ChangeRewardInput) -> ClubPayload:  # noqa: A002 - the contract's name
        """Change the choice of the current week."""
        context = info.context
        actor = context.actor(input.brand)
        if isinstance(actor, Refusal):
            return ClubPayload(club=None, errors=ClubError.of(actor))
        check(input)
        key = str(input.idempotency_key)
        wanted = WantedChoice(OptionId.parse(input.option_id), input.expected_version, key)
        week = (await context.rules(actor.brand)).week_at(context.now)
        club = ClubKey(actor.brand, week.iso, actor.customer)
        refusal = await context.service.change_reward(await context.chooser(club), wanted)
        context.forget()
        return ClubPayload(club=Club(context=context, key=club), errors=ClubError.of(refusal))


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema of the rewards subgraph, which the apps of this process share."""
    return build_schema(Query, Mutation, execution=execution)
