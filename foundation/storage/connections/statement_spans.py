"""Spans of SQL statements: their text without values, within the span that is current."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Tracer, set_span_in_context
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.storage.connections.pinned_connections import PinnedConnections, Rows
from foundation.tracing import CURRENT, fail

MAX_TEXTS: Final = 512
"""How many shortened statements are remembered: the same few are executed again and again."""

MAX_READ: Final = 4_000
"""How many characters of a statement are read: bulk statements may have many thousands."""

MAX_CHARS: Final = 1_000
"""The longest text of a statement in a span."""

_SYSTEMS: Final = {"mysql": "mysql", "mariadb": "mariadb", "sqlite": "sqlite"}
_LITERAL: Final = re.compile(r"'(?:[^'\\]|''|\\.)*'|(?<![\w$.])\d[\w.]*")
_PLACEHOLDERS: Final = re.compile(r"\((?:%s|\?)(?:, *(?:%s|\?))+\)")
_ROWS: Final = re.compile(r"\(…\)(?:, *\(…\))+")
_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:/\* )?[`\"]?(\w+)", re.IGNORECASE)
"""The first table, or the one that a comment before it names (`bulk_sql.with_keys`)."""

_SPAN: Final = "furlong statement span"


def anonymous(statement: str) -> str:
    """Return a statement without any value, and with its lists of placeholders shortened."""
    return _shown(statement[:MAX_READ])[2]


@lru_cache(MAX_TEXTS)
def _shown(statement: str) -> tuple[str, str | None, str]:
    """Return the operation, the first table, and the text without values."""
    operation = statement.lstrip().partition(" ")[0].upper()[:16]
    table = _TABLE.search(statement)
    without_values = _LITERAL.sub("?", statement)
    if len(statement) == MAX_READ:  # it may have been cut within a value
        without_values = without_values.partition("'")[0]
    text = _ROWS.sub("(…), …", _PLACEHOLDERS.sub("(…)", without_values))[:MAX_CHARS]
    return operation, None if table is None else table[1], text


class StatementSpans(Struct, frozen=True):
    """Starts the spans of a database's statements; outside a recorded span there are none.

    Attributes:
        tracer: Starts spans.
        system: The name of the database system in the semantic conventions.
        namespace: The name of the database.
    """

    tracer: Tracer
    system: str
    namespace: str

    @classmethod
    def of(cls, tracer: Tracer, engine: Engine) -> StatementSpans:
        """Return the spans of an engine's statements."""
        system = _SYSTEMS.get(engine.dialect.name, "other_sql")
        database = (engine.url.database or "").rpartition("/")[2].removesuffix(".sqlite")
        return cls(tracer, system, database)

    def begin(self, statement: str, rows: int = 1) -> Span:
        """Start the span of a statement; outside a recorded span, one that records nothing."""
        current = CURRENT.get()
        if current is None:
            return INVALID_SPAN
        operation, table, text = _shown(statement[:MAX_READ])
        attributes: dict[str, str | int] = {
            "db.system.name": self.system,
            "db.namespace": self.namespace,
            "db.operation.name": operation,
            "db.query.text": text,
        }
        name = operation
        if table is not None:
            attributes["db.collection.name"] = table
            name = f"{operation} {table}"
        if rows > 1:
            attributes["db.operation.batch.size"] = rows
        context = set_span_in_context(current)
        return self.tracer.start_span(name, context, SpanKind.CLIENT, attributes)

    def listen(self, engine: Engine) -> None:
        """Make a span of each statement that the engine sends."""

        def before(
            _connection: Connection,
            _cursor: Any,
            statement: str,
            parameters: Any,
            context: ExecutionContext | None,
            executemany: bool,  # noqa: FBT001 - SQLAlchemy's signature
        ) -> None:
            if context is not None:
                span = self.begin(statement, len(parameters) if executemany else 1)
                if span is not INVALID_SPAN:
                    setattr(context, _SPAN, span)

        def after(
            _connection: Connection,
            _cursor: Any,
            _statement: str,
            _parameters: Any,
            context: ExecutionContext | None,
            _executemany: bool,  # noqa: FBT001 - the same
        ) -> None:
            span = getattr(context, _SPAN, None)
            if span is not None:
                span.end()

        def failed(context: ExceptionContext) -> None:
            span = getattr(context.execution_context, _SPAN, None)
            if span is not None:
                fail(span, context.original_exception)
                span.end()

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)
        event.listen(engine, "handle_error", failed)


class TracedConnections(PinnedConnections):
    """Pinned connections whose statements have spans."""

    def __init__(self, engine: AsyncEngine, most: int, seconds: float, spans: StatementSpans) -> None:
        """Create the set; see `PinnedConnections`."""
        super().__init__(engine, most, seconds)
        self._spans = spans

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> Rows:
        """Return the rows of a SELECT, as the driver returns them; raises what `PinnedConnections` does."""
        span = self._spans.begin(sql)
        try:
            return await super().fetch(sql, parameters)
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            span.end()
