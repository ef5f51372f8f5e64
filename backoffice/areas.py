"""The areas of the back office, and the schema that their fields make: a new area adds its lines here."""

from functools import cache
from typing import Final

from backoffice.content.area import ContentArea
from backoffice.content.schema import Mutation as ContentMutation
from backoffice.content.schema import Query as ContentQuery
from backoffice.graph.execution import OfficeSchema, build_schema
from backoffice.operations.area import OperationsArea
from backoffice.operations.schema import Mutation as OperationsMutation
from backoffice.operations.schema import Query as OperationsQuery
from backoffice.people.area import PeopleArea
from backoffice.people.schema import Mutation as PeopleMutation
from backoffice.people.schema import Query as PeopleQuery
from backoffice.risk.area import RiskArea
from backoffice.risk.schema import Mutation as RiskMutation
from backoffice.risk.schema import Query as RiskQuery
from backoffice.rules.area import RulesArea
from backoffice.rules.schema import Mutation as RulesMutation
from backoffice.rules.schema import Query as RulesQuery
from backoffice.search import Query as SearchQuery
from backoffice.support.area import SupportArea
from backoffice.support.schema import Mutation as SupportMutation
from backoffice.support.schema import Query as SupportQuery

AREAS: Final = (PeopleArea, ContentArea, RulesArea, RiskArea, OperationsArea, SupportArea)
"""Each is built over a base, with which it registers its kinds of proposals and jobs."""

QUERIES: Final = (
    PeopleQuery,
    ContentQuery,
    RulesQuery,
    RiskQuery,
    OperationsQuery,
    SupportQuery,
    SearchQuery,
)
MUTATIONS: Final = (
    PeopleMutation,
    ContentMutation,
    RulesMutation,
    RiskMutation,
    OperationsMutation,
    SupportMutation,
)


@cache
def create_schema() -> OfficeSchema:
    """Return the schema, which all apps of this process share; it needs no database."""
    return build_schema(QUERIES, MUTATIONS)
