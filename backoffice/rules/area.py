"""Scheme rules: the services behind their part of the graph."""

from backoffice.base import Base
from backoffice.global_events.models import OUTBOX
from backoffice.graph.area import Area
from backoffice.rules.dry_run_job import DryRunJob
from backoffice.rules.known_rules import KnownRules
from backoffice.rules.scope_reader import ScopeReader
from backoffice.rules.service import SchemeRules
from foundation.storage.database import Database
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.outbox import Outbox


class RulesArea(Area):
    """The services of rules over a base, with which their kinds of proposals and jobs are registered."""

    name = "rules"

    def __init__(self, base: Base) -> None:
        self.rewards = Database.open(base.settings, "rewards")
        self.progress = Database.open(base.settings, "progress")
        self.events = Database.open(base.settings, "events")
        groups = ControlGroups(Pseudonyms.from_settings(base.settings).key)
        known = KnownRules(self.rewards, base.clock)
        dry_runs = DryRunJob(base.database, self.progress, known, base.clock, groups)
        self.rules = SchemeRules(
            base.database,
            known,
            base.approvals,
            base.jobs,
            dry_runs,
            base.audit,
            Outbox(OUTBOX).put,
            base.clock,
            ScopeReader(base.database, self.events),
        )
        base.approvals.register(self.rules.kind)
        base.jobs.register(dry_runs.kind)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self.rewards.close()
        await self.progress.close()
        await self.events.close()
