"""Rules' part of the graph."""

from typing import Annotated, Any, Final

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.errors import Invalid, Problem
from backoffice.graph.area import FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Name, Page, page_of, page_size, read_cursor
from backoffice.rules.area import RulesArea
from backoffice.rules.types import (
    DryRunDifference,
    DryRunType,
    SchemeCheckType,
    SchemeVersion,
    check_to_graphql,
    difference_to_graphql,
    dry_run_to_graphql,
    version_to_graphql,
)

MAX_KEY_LENGTH: Final = 64
First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
READ = permitted(Permission.RULES_READ, "brand")
EDIT = permitted(Permission.RULES_EDIT, "input.brand")


@strawberry.input(description="Terms, as they are typed.")
class SchemeTermsInput:
    """Terms."""

    version: str | None = None
    summary: str | None = None
    url: str | None = None


@strawberry.input(description="A version of a scheme, as it is typed: anything may be missing.")
class SchemeInput:
    """A form."""

    jurisdiction: str | None = None
    currency: str | None = None
    version: int | None = None
    qualifying_product: str | None = None
    target_minor: int | None = None
    min_stake_minor: int | None = None
    min_odds_milli: int | None = None
    bet_types: list[str] | None = None
    channels: list[str] | None = None
    count_before_opt_in: bool | None = None
    default_reward_id: str | None = None
    choice_lock_minutes: int | None = None
    grace_minutes: int | None = None
    terms: SchemeTermsInput | None = None
    effective_from: str | None = strawberry.field(default=None, description="RFC 3339, in UTC.")
    control_per_mille: int | None = None
    trial_reward_id: str | None = None
    trial_per_mille: int | None = None

    def values(self) -> dict[str, Any]:
        """Return what has been typed as JSON values."""
        typed = {name: value for name, value in vars(self).items() if value is not None and name != "terms"}
        if self.terms is not None:
            terms = vars(self.terms)
            typed["terms"] = {name: value for name, value in terms.items() if value is not None}
        return typed


@strawberry.input(description="A version to propose.")
class ProposeSchemeInput:
    """A proposal."""

    brand: str
    scheme: SchemeInput
    reason: str


@strawberry.input(description="A version to try over a past week.")
class StartDryRunInput:
    """A dry run."""

    brand: str
    scheme: SchemeInput
    iso_week: str | None = strawberry.field(default=None, description="Null: the last week that is over.")
    idempotency_key: ID | None = None


@strawberry.type
class Query:
    """Reads."""

    @strawberry.field(
        description="The published versions of a brand's schemes, by jurisdiction, currency and version.",
        directives=[READ],
    )
    async def scheme_versions(self, info: OfficeInfo, brand: str) -> list[SchemeVersion]:
        """Return versions."""
        return [
            version_to_graphql(one)
            for one in await info.context.area(RulesArea).rules.versions(info.context.actor, brand)
        ]

    @strawberry.field(description="Check a version as it is typed.", directives=[READ])
    async def check_scheme(self, info: OfficeInfo, brand: str, scheme: SchemeInput) -> SchemeCheckType:
        """Check a form."""
        return check_to_graphql(
            await info.context.area(RulesArea).rules.check(info.context.actor, brand, scheme.values())
        )

    @strawberry.field(
        description="A dry run with its progress; `cancelJob` cancels it.",
        directives=[permitted(Permission.RULES_READ, FOUND)],
    )
    async def dry_run(self, info: OfficeInfo, id: ID) -> DryRunType:  # noqa: A002 - the argument's name
        """Return a dry run."""
        return dry_run_to_graphql(await info.context.area(RulesArea).rules.dry_run(info.context.actor, id))

    @strawberry.field(
        description="The bets that would count differently; the access is recorded.",
        directives=[permitted(Permission.RULES_READ, FOUND)],
    )
    async def dry_run_differences(
        self,
        info: OfficeInfo,
        id: ID,  # noqa: A002 - the argument's name
        first: First = 25,
        after: str | None = None,
    ) -> Page[DryRunDifference]:
        """Return a page of differences."""
        found = await info.context.area(RulesArea).rules.differences(
            info.context.actor, id, page_size(first), _after(after)
        )
        return page_of(found, first, difference_to_graphql, lambda one: [one.customer_id, one.bet_id])

    @strawberry.field(
        description="The bets that would count differently, as CSV; the access is recorded.",
        directives=[permitted(Permission.RULES_READ, FOUND)],
    )
    async def dry_run_csv(self, info: OfficeInfo, id: ID) -> str:  # noqa: A002 - the argument's name
        """Return CSV."""
        return await info.context.area(RulesArea).rules.csv(info.context.actor, id)


@strawberry.type
class Mutation:
    """Changes."""

    @strawberry.mutation(
        description="Propose a version; another person's approval publishes it. Returns the proposal's id.",
        directives=[EDIT],
    )
    async def propose_scheme(self, info: OfficeInfo, input: ProposeSchemeInput) -> ID:  # noqa: A002
        """Propose a version."""
        found = await info.context.area(RulesArea).rules.propose(
            info.context.actor, input.brand, input.scheme.values(), input.reason
        )
        return ID(found)

    @strawberry.mutation(
        description="Try a version over the bets of a past week, as a job; also for approvers.",
        directives=[permitted(Permission.RULES_TRY, "input.brand")],
    )
    async def start_dry_run(self, info: OfficeInfo, input: StartDryRunInput) -> DryRunType:  # noqa: A002
        """Start a dry run."""
        context, given = info.context, input.idempotency_key
        if given is not None and len(given) > MAX_KEY_LENGTH:
            raise Invalid([Problem("idempotencyKey", f"Use at most {MAX_KEY_LENGTH} characters.")])
        key = None if given is None else f"dry-run:{context.actor.user_id}:{given}"
        job = await context.area(RulesArea).rules.start_dry_run(
            context.actor, input.brand, input.scheme.values(), input.iso_week, key
        )
        return dry_run_to_graphql(job)


def _after(after: str | None) -> tuple[str, str] | None:
    key: tuple[str, str] | None = read_cursor(after, tuple[Name, Name])
    return key
