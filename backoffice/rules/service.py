"""What editors and approvers of rules do: check, propose, approve, and try versions of schemes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.jobs.jobs import Job
from backoffice.jobs.service import Jobs
from backoffice.rules import repository
from backoffice.rules.checks import SchemeContext, check_scheme, is_lawful
from backoffice.rules.dry_run_job import DRY_RUN_KIND, DryRunJob, last_week
from backoffice.rules.known_rules import KnownRules
from backoffice.rules.problems import SchemeProblem
from backoffice.rules.repository import Difference
from backoffice.rules.scheme_versions import (
    SCHEME_SCHEMA,
    DatedVersion,
    Scheme,
    brand_facts,
    complete_scheme,
    dated_versions,
    scheme_body,
    scheme_key,
    utc,
)
from backoffice.rules.scope_reader import ScopeReader
from backoffice.scopes.items import items_to_json, named_in
from backoffice.scopes.names import COUNTED, SCHEME_KIND
from backoffice.spreadsheets import csv_lines
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.topics import SCHEME_TOPIC
from subgraphs.kit.records.outbox import Fact

ROWS_PER_BATCH: Final = 1000
CSV_HEADER: Final = tuple(Difference.__dataclass_fields__)

Send: TypeAlias = Callable[[AsyncConnection, Fact, datetime], Awaitable[None]]
"""Puts a message into the back office's outbox, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class SchemeCheck:
    """The outcome of a check.

    Attributes:
        scheme: The version; None while the form is not complete.
        open_week: The week that is open, which is frozen.
        first_week: The first week that a version published now can apply to.
    """

    scheme: Scheme | None
    problems: Sequence[SchemeProblem]
    open_week: Week
    first_week: Week


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """The service of scheme rules.

    Attributes:
        database: The back office's.
    """

    database: Database
    known: KnownRules
    approvals: Approvals
    jobs: Jobs
    dry_runs: DryRunJob
    audit: AuditLog
    send: Send
    clock: Clock
    scopes: ScopeReader

    @property
    def kind(self) -> ProposalKind:
        """Return the kind of proposals to register: approving a version publishes it."""
        needs = Needs(Permission.RULES_EDIT, Permission.RULES_APPROVE, Permission.RULES_READ)
        return ProposalKind(SCHEME_KIND, needs, self._publish, unchanged=self._unchanged)

    async def versions(self, actor: Actor, brand: str) -> Sequence[DatedVersion]:
        """Return the published versions of a brand, by jurisdiction, currency and version.

        Raises:
            Forbidden: The actor may not read the brand's rules.
            NotFound: There is no such brand.
        """
        require(actor, Permission.RULES_READ, brand)
        known = await self.known.of_brand(brand)
        dated = dated_versions(known.schemes, known.brand.time_zone, known.open_week)
        scopes = [version.scheme.events for version in dated if version.scheme.events is not None]
        names = await self.scopes.names(brand, scopes)
        return [
            replace(version, counted=named_in(version.scheme.events, names))
            if version.scheme.events is not None
            else version
            for version in dated
        ]

    async def check(self, actor: Actor, brand: str, values: Mapping[str, Any]) -> SchemeCheck:
        """Check a version as it is typed.

        Raises:
            Forbidden, NotFound: As for `versions`.
        """
        require(actor, Permission.RULES_READ, brand)
        context = await self._context(brand, values)
        scheme, problems = check_scheme(values, context)
        return SchemeCheck(scheme, problems, context.open_week, context.first_week)

    async def propose(self, actor: Actor, brand: str, values: Mapping[str, Any], reason: str) -> ProposalId:
        """Propose a version for another person's approval.

        Raises:
            Forbidden: The actor may not edit the brand's rules.
            NotFound: There is no such brand.
            Invalid: The checks found errors, or there is no reason.
        """
        require(actor, Permission.RULES_EDIT, brand)
        context = await self._context(brand, values)
        scheme = _checked(values, context)
        counted = {} if context.scope is None else {COUNTED: items_to_json(context.scope.items)}
        async with self.database.write() as connection:
            return await self.approvals.propose(
                connection,
                actor,
                SCHEME_KIND,
                brand=brand,
                subject=f"scheme:{scheme_key(brand, scheme)}",
                content=scheme.model_dump(mode="json") | counted,
                reason=reason,
            )

    async def start_dry_run(
        self,
        actor: Actor,
        brand: str,
        values: Mapping[str, Any],
        iso_week: str | None = None,
        key: str | None = None,
    ) -> Job:
        """Start a job that tries a version over the bets of a week that is over.

        Args:
            actor: Who starts it.
            brand: The brand.
            values: The form; it may break rules of law or time, but not of form.
            iso_week: The week; None for the last one.
            key: Makes this idempotent.

        Raises:
            Forbidden: The actor may not try rules of the brand.
            NotFound: There is no such brand.
            BadInput: There is no such week.
            Invalid: The form is not complete, or the week is not over.
        """
        require(actor, Permission.RULES_TRY, brand)
        context = await self.known.of_brand(brand)
        scheme, problems = check_scheme(values, context)
        if scheme is None:
            raise Invalid([Problem(problem.path, problem.message) for problem in problems])
        week = iso_week or last_week(context.now, context.brand.time_zone)
        await self.dry_runs.prepare(brand, week, scheme)
        arguments = {"brand": brand, "iso_week": week, "scheme": scheme.model_dump(mode="json")}
        async with self.database.write() as connection:
            return await self.jobs.start(
                connection, actor, DRY_RUN_KIND, brand=brand, arguments=arguments, key=key
            )

    async def dry_run(self, actor: Actor, job_id: str) -> Job:
        """Return a dry run with its progress and, once it is done, its result.

        Raises:
            NotFound: There is none that the actor may see.
        """
        job = await self.jobs.find(actor, job_id)
        if job.kind != DRY_RUN_KIND:
            raise NotFound("There is no such dry run.")
        return job

    async def differences(
        self, actor: Actor, job_id: str, first: int, after: tuple[str, str] | None = None
    ) -> Sequence[Difference]:
        """Return the bets that would count differently, by customer and bet; the access is recorded.

        Raises:
            NotFound: There is no such dry run that the actor may see.
        """
        job = await self.dry_run(actor, job_id)
        async with self.database.write() as connection:
            page = await repository.differences(connection, job_id, first, after)
            await self._record_access(connection, actor, job, len(page))
        return page

    async def csv(self, actor: Actor, job_id: str) -> str:
        """Return the bets that would count differently as CSV; the access is recorded.

        Raises:
            NotFound: There is no such dry run that the actor may see.
        """
        job = await self.dry_run(actor, job_id)
        lines, after = [csv_lines([CSV_HEADER])], None
        async with self.database.write() as connection:
            while True:
                differences = await repository.differences(connection, job_id, ROWS_PER_BATCH, after)
                lines.append(
                    csv_lines(
                        [getattr(difference, name) for name in CSV_HEADER] for difference in differences
                    )
                )
                if len(differences) < ROWS_PER_BATCH:
                    break
                after = (differences[-1].customer_id, differences[-1].bet_id)
            await self._record_access(connection, actor, job, None)
        return "".join(lines)

    async def _context(self, brand: str, values: Mapping[str, Any]) -> SchemeContext:
        """Return what a form is checked against, with what is known of the events that it names."""
        context = await self.known.of_brand(brand)
        scheme = complete_scheme(values)
        if scheme is None or scheme.scope is None:
            return context
        known = await self.scopes.known_scope(brand, scheme.scope, context.first_week_of(scheme))
        return replace(context, scope=known)

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        """Return whether the version may still be published: its number is free, its week has not begun."""
        del connection
        if proposal.brand is None or not isinstance(proposal.content, Mapping):
            return False
        context = await self.known.of_brand(proposal.brand)
        scheme, problems = check_scheme(_values(proposal), context)
        return scheme is not None and not {
            problem.rule for problem in problems if problem.rule in {"VERSION", "FROZEN"}
        }

    async def _publish(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Execute an approval: the version goes to the topic that `furlong load` writes, too."""
        brand = str(proposal.brand)
        context = await self.known.of_brand(brand)
        scheme = _checked(_values(proposal), context)
        now = await self.clock.at(connection)
        body = scheme_body(brand, brand_facts(context.brand), scheme, now, now)
        fact = Fact(
            topic=SCHEME_TOPIC,
            schema=SCHEME_SCHEMA,
            key=scheme_key(brand, scheme),
            identity=utc(now),
            body={name: value for name, value in body.items() if name not in {"schema", "event_id"}},
        )
        await self.send(connection, fact, now)
        await self.audit.record(
            connection,
            actor,
            "rules.publish",
            brand=brand,
            subject=proposal.subject,
            before=None,
            after=proposal.content,
            reason=proposal.reason,
        )
        return {"key": fact.key, "event_id": fact.event_id}

    async def _record_access(
        self, connection: AsyncConnection, actor: Actor, job: Job, rows: int | None
    ) -> None:
        await self.audit.record(
            connection,
            actor,
            "rules.look_at_bets",
            brand=job.brand,
            subject=f"job:{job.job_id}",
            before=None,
            after={"rows": rows},
            reason=None,
        )


def _checked(values: Mapping[str, Any], context: SchemeContext) -> Scheme:
    scheme, problems = check_scheme(values, context)
    if scheme is None or not is_lawful(problems):
        wrong = [problem for problem in problems if problem.severity.value == "error"]
        raise Invalid([Problem(problem.path, problem.message) for problem in wrong])
    return scheme


def _values(proposal: Proposal) -> Mapping[str, Any]:
    """Return the version that somebody proposes, without the names that are kept for its readers."""
    content = proposal.content if isinstance(proposal.content, Mapping) else {}
    return {name: value for name, value in content.items() if name != COUNTED}
