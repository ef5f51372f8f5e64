"""Composition root of people's part of the graph."""

from typing import Final

from backoffice.access.actor import Actor
from backoffice.base import Base
from backoffice.graph.admin_subgraph import AdminSubgraph
from backoffice.people.context import PeopleContext
from backoffice.people.schema import create_schema
from backoffice.people.service import Records

NAME: Final = "people"


def create_area(base: Base) -> AdminSubgraph:
    """Return the subgraph."""
    records = Records(base.database, base.jobs, base.approvals, base.audit)

    def make_context(actor: Actor) -> PeopleContext:
        return PeopleContext(
            actor, base.accounts, base.approvals, base.jobs, records, base.renewal, base.clock
        )

    return AdminSubgraph(NAME, create_schema(), make_context)
