"""Composition root of rules' part of the graph."""

from typing import Final

from backoffice.access.actor import Actor
from backoffice.base import Base
from backoffice.global_events.models import OUTBOX
from backoffice.graph.admin_subgraph import AdminSubgraph
from backoffice.rules.context import RulesContext
from backoffice.rules.dry_run_job import DryRunJob
from backoffice.rules.known_rules import KnownRules
from backoffice.rules.schema import create_schema
from backoffice.rules.service import SchemeRules
from storage.database import Database
from subgraphs.kit.records.outbox.outbox import Outbox

NAME: Final = "rules"


class RulesParts:
    """The services of rules over a base, for the graph and for commands."""

    def __init__(self, base: Base) -> None:
        self.rewards = Database.open(base.settings, "rewards")
        self.progress = Database.open(base.settings, "progress")
        known = KnownRules(self.rewards, base.clock)
        dry_runs = DryRunJob(base.database, self.progress, known, base.clock)
        self.rules = SchemeRules(
            base.database,
            known,
            base.approvals,
            base.jobs,
            dry_runs,
            base.audit,
            Outbox(OUTBOX).put,
            base.clock,
        )
        base.approvals.register(self.rules.kind)
        base.jobs.register(dry_runs.kind)

    def context(self, actor: Actor) -> RulesContext:
        """Return the context of a request."""
        return RulesContext(actor, self.rules)


def create_area(base: Base) -> AdminSubgraph:
    """Return the subgraph."""
    parts = RulesParts(base)
    return AdminSubgraph(
        NAME, create_schema(), parts.context, closing=(parts.rewards.close, parts.progress.close)
    )
