"""Every statement that a test runs is refused if a subquery reads a table anew that it should share."""

import pytest
from sqlalchemy import Exists, column, exists, select, table

WEEK, CHANGE = table("week", column("customer"), column("ends_at")), table("change", column("customer"))
LATER = table("later", column("customer"), column("at"))
NEWER = exists().where(LATER.c.customer == CHANGE.c.customer, LATER.c.at <= WEEK.c.ends_at)


def excluded(newer: Exists) -> str:
    """Return the SQL of the weeks that have a change without a newer one."""
    changed = exists().where(CHANGE.c.customer == WEEK.c.customer, ~newer)
    return str(select(WEEK.c.customer).where(changed))


def test_a_table_of_a_statement_further_out_is_refused() -> None:
    """A comparison with a table two levels up is refused, although SQLAlchemy takes it for a join."""
    with pytest.raises(AssertionError, match="reads week of a statement around it anew"):
        excluded(NEWER)


def test_a_correlated_table_is_read_once() -> None:
    """If the subquery is correlated with both statements around it, each table is read once."""
    assert excluded(NEWER.correlate(WEEK, CHANGE)).count("FROM week") == 1


def test_all_rows_of_a_table_are_read_by_an_alias() -> None:
    """A subquery may read all rows of a table around it by an alias."""
    other = WEEK.alias("other")
    assert "week AS other" in str(select(WEEK).where(WEEK.c.ends_at.in_(select(other.c.ends_at))))


def test_a_subquery_in_from_reads_its_own_rows() -> None:
    """A subquery in FROM stands for itself, so it may read a table that the statement around it reads."""
    own = select(WEEK.c.customer).subquery()
    assert str(select(WEEK).join(own, own.c.customer == WEEK.c.customer)).count("FROM week") == 2
