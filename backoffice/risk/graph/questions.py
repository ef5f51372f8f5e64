"""Questions to analytics as the graph shows them."""

import strawberry

from backoffice.risk.analytics import AnalyticsCompleteness
from backoffice.risk.questions import Answer
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.type
class AnalyticsTable:
    """A table that one may ask.

    Attributes:
        says: What a row of it means.
    """

    name: str
    says: str


@described
@strawberry.type
class AnalyticsColumn:
    """A column of such a table.

    Attributes:
        type: The engine's name of its type.
        says: What it means.
    """

    name: str
    type: str
    says: str


@described
@strawberry.type
class AnalyticsAnswer:
    """The answer to a question in SQL.

    Attributes:
        rows: The first 500, values in the order of the columns; null where there is none.
        row_count: How many rows the whole answer has, which a file holds.
        filling: While history is being filled, how far it is, in a sentence: then nothing was asked.
    """

    columns: list[str]
    rows: list[list[str | None]]
    row_count: int
    completeness: list[AnalyticsCompleteness]
    filling: str | None


def answer_to_graphql(answer: Answer) -> AnalyticsAnswer:
    """Return an answer as the graph shows it, all values as text."""
    return AnalyticsAnswer(
        columns=list(answer.columns),
        rows=[[None if value is None else str(value) for value in row] for row in answer.rows],
        row_count=answer.row_count,
        completeness=list(answer.completeness),
        filling=answer.filling,
    )
