"""Refuses statements in which a subquery reads a table of a statement around it once more, as a cross join.

SQLAlchemy correlates a subquery only with the statement directly around it. A column of a statement further
out adds its table to the FROM of the subquery, whose condition then holds because of any row of the table.
SQLAlchemy's own warning of cartesian products does not see it: any comparison of two tables is a join to it.
"""

from typing import Any, Final

from sqlalchemy.sql.compiler import SQLCompiler

_SETUP: Final = "_setup_select_stack"


def refuse_uncorrelated_tables() -> None:
    """Let each SELECT that this process compiles be refused if it reads a table anew that it should share.

    A subquery that means all rows of the table reads an alias of it.
    """
    original = getattr(SQLCompiler, _SETUP)

    def set_up(compiler: Any, select: Any, state: Any, entry: Any, asfrom: bool, *more: Any) -> Any:  # noqa: FBT001 - SQLAlchemy's own
        froms = original(compiler, select, state, entry, asfrom, *more)
        read_anew = set() if asfrom else compiler.stack[-1]["asfrom_froms"] & entry["correlate_froms"]
        tables = sorted({str(table) for table in read_anew})
        assert not tables, f"a subquery reads {', '.join(tables)} of a statement around it anew: correlate it"
        return froms

    setattr(SQLCompiler, _SETUP, set_up)
