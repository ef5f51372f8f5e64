"""The job of a dry run: it reads a week customer by customer, in bounded memory, and resumes if it dies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from backoffice.access import Permission
from backoffice.audit.canonical_json import Json
from backoffice.errors import Invalid, Problem
from backoffice.jobs.jobs import JobKind, JobRun
from backoffice.rules import repository
from backoffice.rules.checks import known_scheme
from backoffice.rules.dry_run import DryRun, DryRunTotals
from backoffice.rules.known_rules import KnownRules
from backoffice.rules.repository import Difference
from backoffice.rules.scheme_versions import Scheme
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.progress.ledger.week_reader import WeekReader
from subgraphs.progress.models import REFERENCE
from subgraphs.rewards.models import REWARD_CHOICE
from subgraphs.rewards.repository import ChoiceRepository

DRY_RUN_KIND: Final = "rules.dry_run"
CUSTOMERS_PER_BATCH: Final = 200
MAX_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class DryRunJob:
    """Runs dry runs.

    Attributes:
        database: The back office's, which keeps the differences.
        progress: The ledger's; only read, as that of the rewards.
        groups: Draws customers for trials.
    """

    database: Database
    progress: Database
    known: KnownRules
    clock: Clock
    groups: ControlGroups

    @property
    def kind(self) -> JobKind:
        """Return the kind of jobs to register."""
        return JobKind(DRY_RUN_KIND, Permission.RULES_READ, self.work)

    async def work(self, run: JobRun) -> Json:
        """Do the work of a job; its arguments are brand, iso_week and scheme."""
        arguments = run.job.arguments
        dry_run = await self.prepare(
            arguments["brand"], arguments["iso_week"], Scheme.model_validate(arguments["scheme"])
        )
        after, totals = _resumed(run.job.checkpoint)
        async with self.database.write() as connection:
            await repository.forget_after(connection, run.job.job_id, after)
        reader = WeekReader(self.progress.dialect)
        async with self.progress.read() as connection:
            total = await reader.customers(connection, dry_run.brand, dry_run.week.iso)
        while True:
            page = await self._page(dry_run, reader, after)
            if not page:
                break
            assessed = await self._assess(dry_run, reader, page, totals)
            await self._keep(run.job.job_id, assessed, totals)
            after = page[-1]
            done = totals.customers + totals.elsewhere
            checkpoint: Json = {"after": after, "totals": totals.as_json()}
            await run.progress(done, max(total, done), checkpoint=checkpoint)
        return {"brand": dry_run.brand, "iso_week": dry_run.week.iso, **totals.as_json()}

    async def prepare(self, brand: str, iso_week: str, scheme: Scheme) -> DryRun:
        """Return the dry run of a scheme over a week.

        Raises:
            NotFound: There is no such brand.
            BadInput: There is no such week.
            Invalid: The week is not over.
        """
        async with self.progress.read() as connection:
            opened = (await ReferenceRepository(REFERENCE).opened_weeks(connection, [brand]))[brand]
        now = await self.known.of_brand(brand)
        week = opened.calendar(now.brand.time_zone).week_named(iso_week)
        if week.ends_at > self.clock.now():
            raise Invalid([Problem("isoWeek", f"{iso_week} is not over: take an earlier week")])
        then = await self.known.of_brand(brand, week.ends_at - timedelta(microseconds=1))
        tried = known_scheme(brand, scheme, week.starts_at)
        return DryRun.of(then, opened, week, tried, self.groups)

    async def _page(self, dry_run: DryRun, reader: WeekReader, after: str) -> Sequence[str]:
        async with self.progress.read() as connection:
            return await reader.page(connection, dry_run.brand, dry_run.week.iso, after, CUSTOMERS_PER_BATCH)

    async def _assess(
        self, dry_run: DryRun, reader: WeekReader, page: Sequence[str], totals: DryRunTotals
    ) -> list[Difference]:
        brand, week = dry_run.brand, dry_run.week.iso
        async with self.progress.read() as connection:
            customers = await reader.facts(connection, brand, page, dry_run.default_territory)
            concerned = [customer for customer in page if dry_run.concerns(customer, customers)]
            bets = await reader.bets(connection, brand, week, concerned) if concerned else []
            if dry_run.after.events is not None:
                customers = replace(customers, events=await reader.events(connection, bets))
        keys = {customer: ClubKey(brand, week, customer) for customer in concerned}
        async with self.known.rewards.read() as connection:
            choices = await ChoiceRepository(REWARD_CHOICE).choices(connection, list(keys.values()))
        totals.elsewhere += len(page) - len(concerned)
        differences: list[Difference] = []
        for bet in bets:
            differences += dry_run.assess(bet, customers, choices.get(keys[bet.customer]), totals)
        return differences

    async def _keep(self, job_id: str, differences: Sequence[Difference], totals: DryRunTotals) -> None:
        kept = differences[: max(0, MAX_KEPT - totals.kept)]
        totals.kept += len(kept)
        if kept:
            async with self.database.write() as connection:
                await repository.add_differences(connection, job_id, kept)


def last_week(now: datetime, zone: str) -> str:
    """Return the name of the last week that is over."""
    calendar = Calendar(zone)
    return calendar.week_before(calendar.week_at(now)).iso


def _resumed(checkpoint: Json | None) -> tuple[str, DryRunTotals]:
    """Return the last customer and the totals of a checkpoint; those of the beginning for None."""
    if not isinstance(checkpoint, dict):
        return "", DryRunTotals()
    return str(checkpoint["after"]), msgspec.convert(checkpoint["totals"], DryRunTotals)
