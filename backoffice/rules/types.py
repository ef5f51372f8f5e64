"""The types of rules in the graph, and how they are made of what is stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID

from backoffice.jobs.jobs import Job, JobStatus
from backoffice.rules.problems import CheckSeverity, SchemeProblem
from backoffice.rules.repository import Difference
from backoffice.rules.scheme_versions import DatedVersion, SchemePhase
from backoffice.rules.service import SchemeCheck
from backoffice.scopes.items import ScopeItem, ScopeKind
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described

strawberry.enum(CheckSeverity, name="SchemeSeverity")
described(strawberry.enum(SchemePhase))
described(strawberry.enum(ScopeKind, name="SchemeScopeKind"))


@described
@strawberry.type
class SchemeScopeItem:
    """A sport, a competition or an event of which a scheme can count the bets.

    Attributes:
        name: Null if no provider tells of it any more.
        sport: The name of its sport; empty for a sport.
        competition: The name of an event's competition; empty for others.
        starts_at: Of an event; null for others.
    """

    kind: ScopeKind
    id: ID
    name: str | None
    sport: str
    competition: str
    starts_at: datetime | None


@described
@strawberry.type
class SchemeScope:
    """Which sports events a scheme counts.

    Attributes:
        legs: Whether all legs of a bet have to be on them, or only some: then the least odds are those of the
            legs that are; `all` or `qualifying`.
        items: Sports first, then competitions and events, by name.
    """

    legs: str
    items: list[SchemeScopeItem]


@described
@strawberry.type
class SchemeTerms:
    """The terms that customers agree to by opting in."""

    version: str
    summary: str
    url: str


@described
@strawberry.type
class SchemeVersion:
    """A published version of a scheme; versions never change.

    Attributes:
        control_per_mille: How many of 1,000 customers are the control group, to whom the club is not offered.
        trial_reward_id: What a trial offers in place of the default reward, to customers who are drawn only.
        trial_per_mille: How many of 1,000 customers are drawn for it; 0 without a trial.
        events: Null if all events count, and bets that name none as well.
        first_week: The first week that it applies to.
    """

    id: ID
    brand: str
    jurisdiction: str
    currency: str
    version: int
    qualifying_product: str
    target_minor: int
    min_stake_minor: int
    min_odds_milli: int
    bet_types: list[str]
    channels: list[str]
    count_before_opt_in: bool
    default_reward_id: str | None
    choice_lock_minutes: int
    grace_minutes: int
    terms: SchemeTerms
    effective_from: datetime
    issued_at: datetime
    control_per_mille: int
    trial_reward_id: str | None
    trial_per_mille: int
    events: SchemeScope | None
    first_week: str
    phase: SchemePhase


@described
@strawberry.type(name="SchemeProblem")
class SchemeProblemType:
    """What is wrong; an error blocks the version.

    Attributes:
        path: The field of the form, such as targetMinor or terms.url.
        source: The regulation that it comes from.
    """

    rule: str
    severity: CheckSeverity
    path: str
    message: str
    source: str | None


@described
@strawberry.type(name="SchemeCheck")
class SchemeCheckType:
    """The outcome of checking a form as it is typed.

    Attributes:
        lawful: Whether it may be proposed.
        complete: Whether the form is complete.
        open_week: The week that is open: it and all before it are frozen.
        first_week: The first week that a version published now applies to.
    """

    lawful: bool
    complete: bool
    problems: list[SchemeProblemType]
    open_week: str
    first_week: str
    first_week_starts_at: datetime


@described
@strawberry.type
class DryRunCost:
    """What a reward costs, by reward and version.

    Attributes:
        reward: Such as fb-5:1; empty for those who would get nothing.
        value_minor: Null for rewards without a value.
    """

    reward: str
    rewards: int
    value_minor: int | None


@described
@strawberry.type
class DryRunReason:
    """How many bets go from one reason to another."""

    before: str
    after: str
    bets: int


@described
@strawberry.type
class DryRunResult:
    """What a dry run found.

    Attributes:
        kept: How many of the differing bets are listed.
        without_legs: How many bets are stored without legs: they do not count by a version that counts some
            events alone. 0 for others.
    """

    iso_week: str
    customers: int
    elsewhere: int
    bets: int
    differing_bets: int
    counted_before_minor: int
    counted_after_minor: int
    qualified_before: int
    qualified_after: int
    gained: int
    lost: int
    cost_before: list[DryRunCost]
    cost_after: list[DryRunCost]
    reasons: list[DryRunReason]
    kept: int
    without_legs: int = 0


@described
@strawberry.type(name="DryRun")
class DryRunType:
    """A version that is tried over the bets of a past week.

    Attributes:
        done: How many customers are done.
    """

    id: ID
    brand: str
    iso_week: str
    status: JobStatus
    done: int
    total: int | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    result: DryRunResult | None


@described
@strawberry.type
class DryRunDifference:
    """A bet that would count differently."""

    customer_id: str
    bet_id: str
    placed_at: datetime
    stake_minor: int
    before_minor: int
    before_reason: str
    after_minor: int
    after_reason: str


def version_to_graphql(dated: DatedVersion) -> SchemeVersion:
    """Return a version as the graph shows it."""
    scheme = dated.scheme
    return with_fields_of(
        SchemeVersion,
        scheme,
        id=ID(f"{scheme.brand}:{scheme.jurisdiction}:{scheme.currency}:{scheme.version}"),
        bet_types=list(scheme.bet_types),
        channels=list(scheme.channels),
        terms=SchemeTerms(version=scheme.terms.version, summary=scheme.terms.summary, url=scheme.terms.url),
        events=None if scheme.events is None else _scope(scheme.events.legs, dated.counted),
        first_week=dated.first_week.iso,
        phase=dated.phase,
    )


def _scope(legs: str, counted: Iterable[ScopeItem]) -> SchemeScope:
    return SchemeScope(legs=legs, items=[scope_item_to_graphql(item) for item in counted])


def scope_item_to_graphql(item: ScopeItem) -> SchemeScopeItem:
    """Return what a scheme can count as the graph shows it."""
    return with_fields_of(SchemeScopeItem, item, id=ID(item.id), name=item.name or None)


def check_to_graphql(check: SchemeCheck) -> SchemeCheckType:
    """Return a check as the graph shows it."""
    return SchemeCheckType(
        lawful=check.scheme is not None
        and not any(p.severity is CheckSeverity.ERROR for p in check.problems),
        complete=check.scheme is not None,
        problems=[problem_to_graphql(problem) for problem in check.problems],
        open_week=check.open_week.iso,
        first_week=check.first_week.iso,
        first_week_starts_at=check.first_week.starts_at,
    )


def problem_to_graphql(problem: SchemeProblem) -> SchemeProblemType:
    """Return a problem as the graph shows it, its path in the graph's names."""
    return with_fields_of(
        SchemeProblemType, problem, path=".".join(_camel(part) for part in problem.path.split("."))
    )


def dry_run_to_graphql(job: Job) -> DryRunType:
    """Return a dry run as the graph shows it."""
    result = job.result if isinstance(job.result, Mapping) else None
    return with_fields_of(
        DryRunType,
        job,
        id=ID(job.job_id),
        brand=job.brand or "",
        iso_week=str(job.arguments["iso_week"]),
        result=None if result is None else _result(dict(result)),
    )


def difference_to_graphql(difference: Difference) -> DryRunDifference:
    """Return a difference as the graph shows it."""
    return with_fields_of(DryRunDifference, difference)


def _result(values: dict[str, Any]) -> DryRunResult:
    plain = {name: value for name, value in values.items() if isinstance(value, int)}
    return DryRunResult(
        **plain,
        iso_week=values["iso_week"],
        cost_before=_costs(values["cost_before"]),
        cost_after=_costs(values["cost_after"]),
        reasons=[
            DryRunReason(before=name.split(">")[0], after=name.split(">")[1], bets=bets)
            for name, bets in sorted(values["reasons"].items())
        ],
    )


def _costs(values: Mapping[str, Any]) -> list[DryRunCost]:
    return [
        DryRunCost(reward=name, rewards=cost["rewards"], value_minor=cost["value_minor"])
        for name, cost in sorted(values.items())
    ]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
