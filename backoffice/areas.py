"""The areas whose fields make the admin graph; an area that has fields adds its lines here."""

from collections.abc import Callable, Mapping
from typing import Final

from backoffice.base import Base
from backoffice.content.app import create_area as create_content
from backoffice.content.schema import create_schema as content_schema
from backoffice.graph.admin_subgraph import AdminSubgraph
from backoffice.operations.app import create_area as create_operations
from backoffice.operations.schema import create_schema as operations_schema
from backoffice.people.app import create_area as create_people
from backoffice.people.schema import create_schema as people_schema
from backoffice.risk.app import create_area as create_risk
from backoffice.risk.schema import create_schema as risk_schema
from backoffice.rules.app import create_area as create_rules
from backoffice.rules.schema import create_schema as rules_schema
from backoffice.support.app import create_area as create_support
from backoffice.support.schema import create_schema as support_schema
from subgraphs.kit.graphql.schema.schema_building import SubgraphSchema

SCHEMAS: Final[Mapping[str, Callable[[], SubgraphSchema]]] = {
    "people": people_schema,
    "content": content_schema,
    "rules": rules_schema,
    "risk": risk_schema,
    "operations": operations_schema,
    "support": support_schema,
}
"""The schema of each area, for composition: without a database."""

AREAS: Final[Mapping[str, Callable[[Base], AdminSubgraph]]] = {
    "people": create_people,
    "content": create_content,
    "rules": create_rules,
    "risk": create_risk,
    "operations": create_operations,
    "support": create_support,
}
"""The area with its services. It also registers its kinds of proposals and jobs with the base."""
