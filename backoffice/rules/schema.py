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
from subgraphs.kit.graphql.descriptions import described, fields_described

MAX_KEY_LENGTH: Final = 64
First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
READ = permitted(Permission.RULES_READ, "brand")
EDIT = permitted(Permission.RULES_EDIT, "input.brand")


@described
@strawberry.input
class SchemeTermsInput:
    """Terms, as they are typed."""

    version: str | None = None
    summary: str | None = None
    url: str | None = None


@described
@strawberry.input
class SchemeScopeInput:
    """Which sports events count, by the ids of sports, competitions and events.

    Attributes:
        legs: Which legs of a bet have to be on them: `all`, or `qualifying` for some.
    """

    sports: list[str] | None = None
    competitions: list[str] | None = None
    events: list[str] | None = None
    legs: str | None = None


@described
@strawberry.input
class SchemeInput:
    """A version of a scheme, as it is typed: anything may be missing.

    Attributes:
        effective_from: RFC 3339, in UTC.
        events: Null: all events count, and bets that name none as well.
    """

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
    effective_from: str | None = None
    control_per_mille: int | None = None
    trial_reward_id: str | None = None
    trial_per_mille: int | None = None
    events: SchemeScopeInput | None = None

    def values(self) -> dict[str, Any]:
        """Return what has been typed as JSON values."""
        typed = _typed(self)
        parts = {"terms": self.terms, "events": self.events}
        return typed | {name: _typed(part) for name, part in parts.items() if part is not None}


@described
@strawberry.input
class ProposeSchemeInput:
    """A version to propose."""

    brand: str
    scheme: SchemeInput
    reason: str


@described
@strawberry.input
class StartDryRunInput:
    """A version to try over a past week.

    Attributes:
        iso_week: Null: the last week that is over.
    """

    brand: str
    scheme: SchemeInput
    iso_week: str | None = None
    idempotency_key: ID | None = None


@fields_described
@strawberry.type
class Query:
    """Reads."""

    @strawberry.field(directives=[READ])
    async def scheme_versions(self, info: OfficeInfo, brand: str) -> list[SchemeVersion]:
        """The published versions of a brand's schemes, by jurisdiction, currency and version."""
        return [
            version_to_graphql(version)
            for version in await info.context.area(RulesArea).rules.versions(info.context.actor, brand)
        ]

    @strawberry.field(directives=[READ])
    async def check_scheme(self, info: OfficeInfo, brand: str, scheme: SchemeInput) -> SchemeCheckType:
        """Check a version as it is typed."""
        return check_to_graphql(
            await info.context.area(RulesArea).rules.check(info.context.actor, brand, scheme.values())
        )

    @strawberry.field(directives=[permitted(Permission.RULES_READ, FOUND)])
    async def dry_run(self, info: OfficeInfo, id: ID) -> DryRunType:  # noqa: A002 - the argument's name
        """A dry run with its progress; `cancelJob` cancels it."""
        return dry_run_to_graphql(await info.context.area(RulesArea).rules.dry_run(info.context.actor, id))

    @strawberry.field(directives=[permitted(Permission.RULES_READ, FOUND)])
    async def dry_run_differences(
        self,
        info: OfficeInfo,
        id: ID,  # noqa: A002 - the argument's name
        first: First = 25,
        after: str | None = None,
    ) -> Page[DryRunDifference]:
        """The bets that would count differently; the access is recorded."""
        differences = await info.context.area(RulesArea).rules.differences(
            info.context.actor, id, page_size(first), _after(after)
        )
        return page_of(
            differences,
            first,
            difference_to_graphql,
            lambda difference: [difference.customer_id, difference.bet_id],
        )

    @strawberry.field(directives=[permitted(Permission.RULES_READ, FOUND)])
    async def dry_run_csv(self, info: OfficeInfo, id: ID) -> str:  # noqa: A002 - the argument's name
        """The bets that would count differently, as CSV; the access is recorded."""
        return await info.context.area(RulesArea).rules.csv(info.context.actor, id)


@fields_described
@strawberry.type
class Mutation:
    """Changes."""

    @strawberry.mutation(directives=[EDIT])
    async def propose_scheme(self, info: OfficeInfo, input: ProposeSchemeInput) -> ID:  # noqa: A002
        """Propose a version; another person's approval publishes it. Returns the proposal's id."""
        proposal = await info.context.area(RulesArea).rules.propose(
            info.context.actor, input.brand, input.scheme.values(), input.reason
        )
        return ID(proposal)

    @strawberry.mutation(directives=[permitted(Permission.RULES_TRY, "input.brand")])
    async def start_dry_run(self, info: OfficeInfo, input: StartDryRunInput) -> DryRunType:  # noqa: A002
        """Try a version over the bets of a past week, as a job; also for approvers."""
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


def _typed(part: object) -> dict[str, Any]:
    return {name: value for name, value in vars(part).items() if value is not None}
