"""Goodwill credits: proposed by support within a budget for a listed reason, approved by risk, paid once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum, unique
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, FourEyes, Invalid, Problem
from backoffice.support.adjustments import Publish
from backoffice.support.goodwill import repository
from backoffice.support.goodwill.budget import GoodwillBudgetKey, Reservation, ReservationStatus, WeekUse
from backoffice.support.goodwill.offers import GoodwillOffer, GoodwillOffers, reward_of
from backoffice.support.goodwill.repository import GoodwillSpending
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.explanations import LOCALE
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.topics import GOODWILL_TOPIC
from subgraphs.fulfilment.goodwill import GOODWILL_SCHEMA
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.money import written
from subgraphs.kit.records.outbox import Fact
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig


@unique
class GoodwillCause(Enum):
    """Why a goodwill credit is given."""

    SERVICE_FAULT = "SERVICE_FAULT"
    WRONG_INFORMATION = "WRONG_INFORMATION"
    LATE_REWARD = "LATE_REWARD"
    BET_HANDLING = "BET_HANDLING"
    COMPLAINT = "COMPLAINT"


CAUSE_WORDS: Final[Mapping[GoodwillCause, str]] = MappingProxyType(
    {
        GoodwillCause.SERVICE_FAULT: "The site or the club did not work",
        GoodwillCause.WRONG_INFORMATION: "We told the customer something wrong",
        GoodwillCause.LATE_REWARD: "A reward came late",
        GoodwillCause.BET_HANDLING: "A bet was handled wrongly",
        GoodwillCause.COMPLAINT: "A complaint was upheld",
    }
)


GOODWILL: Final = "support.goodwill"


@dataclass(frozen=True, slots=True)
class GoodwillRequest:
    """What somebody wants to give: a reward of the catalogue, such as `northbet:fb-5:3`, and why."""

    owner: Owner
    reward: str
    cause: GoodwillCause
    reason: str


@dataclass(frozen=True, slots=True)
class GoodwillChoice:
    """What a person of support can give to a customer now.

    Attributes:
        left_minor: What is left for this customer and this person, in minor units.
    """

    offer: GoodwillOffer
    left_minor: int


@dataclass(frozen=True, slots=True)
class GoodwillCredits:
    """Proposes credits, and publishes those that another person approves.

    Attributes:
        database: The back office's.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    customers: Customers
    offers: GoodwillOffers
    spending: GoodwillSpending
    approvals: Approvals
    publish: Publish
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to give goodwill."""
        return ProposalKind(
            GOODWILL,
            Needs(Permission.SUPPORT_GOODWILL, Permission.SUPPORT_APPROVE_GOODWILL, Permission.SUPPORT_READ),
            self._approved,
            declined=self._ended,
            step_up=True,
        )

    async def choice(self, actor: Actor, owner: Owner) -> GoodwillChoice:
        """Return what a person can give to a customer; the access is recorded.

        Raises:
            NotFound: There is no such customer whom the actor may give goodwill to.
        """
        await self.customers.require_known(actor, owner, Permission.SUPPORT_GOODWILL)
        offer = await self.offers.for_customer(owner)
        async with self.database.read() as connection:
            use = await self.spending.read(connection, _week(owner, offer))
        return GoodwillChoice(offer, max(0, use.left_for(owner.customer, actor.person)))

    async def propose(self, actor: Actor, wanted: GoodwillRequest) -> ProposalId:
        """Propose a credit and reserve its part of the budget; another person has to approve it.

        Raises:
            NotFound: There is no such customer whom the actor may give goodwill to.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: No reason, or a reward that cannot be given.
            Conflict: The customer may be given nothing, or not enough of the budget is left.
            FourEyes: The actor raised the budget, or could act for who did.
        """
        await self.customers.require_known(actor, wanted.owner, Permission.SUPPORT_GOODWILL)
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(wanted.reason):
            raise Invalid(problems)
        offer, config = await self.offers.require(wanted.owner, _option(wanted.reward))
        owner, week = wanted.owner, _week(wanted.owner, offer)
        async with self.database.write() as connection:
            use = await self.spending.lock(connection, week)
            if use.budget and await self.approvals.is_one_of(connection, actor, use.budget.raised_by):
                raise FourEyes(
                    "You (or an account you control) raised this budget, so you can't spend from it."
                )
            _require_left(use, owner, actor.person, config)
            proposal_id = await self.approvals.propose(
                connection,
                actor,
                GOODWILL,
                brand=owner.brand,
                subject=customer_subject(owner),
                content=_content(wanted, week, config),
                reason=wanted.reason.strip(),
            )
            reservation = Reservation(
                proposal_id,
                week,
                owner.customer,
                actor.person,
                config.value_minor or 0,
                ReservationStatus.RESERVED,
            )
            await repository.add(connection, reservation, await self.clock.at(connection))
        return proposal_id

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish a credit whose reservation still fits the budget; its id is what makes it paid once.

        Raises:
            Conflict: The customer may be given nothing any more, or the budget was lowered. The proposal
                stays, to be approved later or ended.
        """
        content: Any = proposal.content
        owner = Owner(content["brand"], content["customer"])
        reward = OptionId(owner.brand, content["reward"]["reward_id"], content["reward"]["config_version"])
        await self.offers.require(owner, reward)
        week = GoodwillBudgetKey(owner.brand, content["reward"]["currency"], content["week"])
        use = await self.spending.lock(connection, week)
        reservation = await repository.find(connection, proposal.proposal_id)
        if reservation is None or reservation.status is not ReservationStatus.RESERVED:
            raise Conflict("Nothing is reserved for this credit: propose it again.")
        if use.left < 0:
            over = written(-use.left, week.currency, LOCALE)
            raise Conflict(f"The goodwill budget of {week.iso_week} was lowered: {over} too much is given.")
        now = await self.clock.at(connection)
        await self.publish(connection, goodwill_fact(proposal, content, actor.name, now), now)
        await repository.mark(connection, [proposal.proposal_id], ReservationStatus.APPROVED, now)
        return {"credit": proposal.proposal_id}

    async def _ended(
        self, connection: AsyncConnection, actor: Actor, proposal: Proposal, reason: str | None
    ) -> None:
        """Release what a rejected or withdrawn proposal had reserved."""
        del actor, reason
        now = await self.clock.at(connection)
        await repository.mark(connection, [proposal.proposal_id], ReservationStatus.RELEASED, now)


def goodwill_fact(proposal: Proposal, content: Any, approved_by: str, at: datetime) -> Fact:
    """Return the message about an approved credit."""
    return Fact(
        topic=GOODWILL_TOPIC,
        schema=GOODWILL_SCHEMA,
        key=f"{content['brand']}:{content['customer']}",
        identity=proposal.proposal_id,
        body={
            "brand_id": content["brand"],
            "customer_id": content["customer"],
            "credit_id": proposal.proposal_id,
            "iso_week": content["week"],
            "reward": content["reward"],
            "cause": content["cause"],
            "explanation": proposal.reason,
            "proposed_by": proposal.proposer_name,
            "approved_by": approved_by,
            "decided_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
    )


def _content(wanted: GoodwillRequest, week: GoodwillBudgetKey, config: RewardConfig) -> Json:
    return {
        "brand": wanted.owner.brand,
        "customer": wanted.owner.customer,
        "week": week.iso_week,
        "cause": wanted.cause.value,
        "reward": asdict(reward_of(config)),
    }


def _option(text: str) -> OptionId:
    try:
        return OptionId.parse(text)
    except BadInput as error:
        problem = Problem("reward", "Name a reward and its version, such as northbet:fb-5:3.")
        raise Invalid([problem]) from error


def _week(owner: Owner, offer: GoodwillOffer) -> GoodwillBudgetKey:
    return GoodwillBudgetKey(owner.brand, offer.currency, offer.week.iso)


def _require_left(use: WeekUse, owner: Owner, person: str, config: RewardConfig) -> None:
    """Check that a person may give a reward to a customer within the week's budget.

    Raises:
        Conflict: There is no budget, or not enough of it is left.
    """
    week = use.week
    if use.budget is None:
        raise Conflict(f"{week.brand} has no goodwill budget in {week.currency}: risk sets it.")
    value = config.value_minor or 0
    left = use.left_for(owner.customer, person)
    if value > left:
        worth, rest = (written(max(0, minor), week.currency, LOCALE) for minor in (value, left))
        whose = "" if left == use.left else " for this customer and you"
        raise Conflict(
            f"The goodwill budget of {week.iso_week} has {rest} left{whose}; this is worth {worth}.",
            left=max(0, left),
        )
