"""Finds what cannot be right in the rules of a database's tables, before rows are lost by it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import MetaData, PrimaryKeyConstraint, Table, UniqueConstraint

from foundation.storage.cells.division import (
    ByCustomer,
    ByParent,
    Common,
    Count,
    Counted,
    Parent,
    Rows,
    counts_of,
)
from subgraphs.kit.records.table_rules import RowRules, TableRule


def flaws(metadata: MetaData, rules: Sequence[TableRule]) -> list[str]:
    """Return a sentence for each table of a database whose rule is missing, or cannot be right."""
    names = Counter(rule.table.name for rule in rules)
    problems = [f"{name} has no rule" for name in metadata.tables.keys() - names.keys()]
    problems += [f"{name} has {number} rules" for name, number in names.items() if number > 1]
    problems += [f"{name} is no table of the database" for name in names.keys() - metadata.tables.keys()]
    rows = {rule.table.name: rule.rows for rule in rules}
    for rule in rules:
        if not problems or rule.table.name in metadata.tables:
            problems += [f"{rule.table.name} {words}" for words in _flaws_of(rule, rows)]
    return sorted(problems)


def _flaws_of(rule: TableRule, rows: RowRules) -> Iterator[str]:
    table, is_customers = rule.table, isinstance(rule.rows, ByCustomer)
    if bool(rule.erasure) is not isinstance(rule.rows, ByCustomer | ByParent):
        yield "says what an erasure does with a customer's rows, if and only if it has any: this one does not"
    if "customer_id" in table.c and not (is_customers or rule.rows is Rows.BOOKMARK):
        yield "names customers, so its rows are by customer"
    match rule.rows:
        case ByCustomer(house):
            yield from _flaws_of_customers(table, house)
        case ByParent():
            yield from _flaws_of_child(table, rule.rows, rows)
        case Counted(counts):
            columns = {*table.primary_key.columns.keys(), *(count.column for count in counts)}
            if columns != set(table.c.keys()):
                yield "has columns that are neither its key nor counted"
    for count in counts_of(rule.rows):
        yield from _flaws_of_count(table, count)


def _flaws_of_customers(table: Table, house: tuple[Count, ...] | None) -> Iterator[str]:
    if not {"brand_id", "customer_id"} <= set(table.c.keys()):
        yield "does not name brand and customer"
    elif table.c.customer_id.nullable is (house is None):
        yield "says what rows of the house count, if and only if `customer_id` may be null"
    if house is not None and table.autoincrement_column is not None:
        yield "numbers its rows, so rows of the house are not the same in all cells"


def _flaws_of_child(table: Table, rule: ByParent, rows: RowRules) -> Iterator[str]:
    for parent in rule.parents:
        yield from _flaws_of_parent(table, parent, rows)
    if all(isinstance(rows.get(parent.table), Rows) for parent in rule.parents):
        yield "has no parent that belongs to a customer"
    if rule.common is not None:
        yield from _flaws_of_common(table, rule.common)


def _flaws_of_common(table: Table, common: Common) -> Iterator[str]:
    if "{row}." not in common.where:
        yield "has rows that both halves share, and names the columns that tell them without `{row}.`"
    for column in set(common.greatest) - set(table.c.keys()):
        yield f"has no column {column} of which united cells have the greater number"
    if table.autoincrement_column is not None:
        yield "numbers its rows, so those that both halves share are not the same in all cells"


def _flaws_of_parent(table: Table, parent: Parent, rows: RowRules) -> Iterator[str]:
    of, what = table.metadata.tables.get(parent.table), f"names a parent in {parent.table}"
    own, theirs = {name for name, _ in parent.columns}, {name for _, name in parent.columns}
    if of is None or (
        isinstance(rows.get(parent.table, Rows.OF_DATABASE), Rows | Counted)
        and (rows.get(parent.table) is not Rows.COPIED)
    ):
        yield f"{what}, which is neither by customer, nor by parent, nor copied"
    elif not own <= set(table.c.keys()) or not theirs <= set(of.c.keys()):
        yield f"{what} by columns that do not exist"
    elif parent.table in _line_of(parent.table, rows):
        yield f"{what}, which is its own parent"
    elif not any(key <= theirs for key in _keys(of)):
        yield f"{what} by columns that several rows may share"
    elif "customer_id" in theirs or getattr(of.autoincrement_column, "name", None) in theirs:
        yield f"{what} by a column that changes when customers are erased or cells united"


def _line_of(name: str, rows: RowRules, known: frozenset[str] = frozenset()) -> set[str]:
    """Return the tables of a table's parents, their parents, and so on."""
    rule = rows.get(name)
    above = {parent.table for parent in rule.parents} if isinstance(rule, ByParent) else set()
    return above.union(*(_line_of(parent, rows, known | above) for parent in above - known))


def _keys(table: Table) -> list[set[str]]:
    unique = (PrimaryKeyConstraint, UniqueConstraint)
    return [
        set(constraint.columns.keys()) for constraint in table.constraints if isinstance(constraint, unique)
    ]


def _flaws_of_count(table: Table, count: Count) -> Iterator[str]:
    of = table.metadata.tables.get(count.of)
    if count.column not in table.c:
        yield f"has no column {count.column} to count in"
    if count.of and of is None:
        yield f"counts rows of {count.of}, which does not exist"
    elif of is not None and not all(own in table.c and theirs in of.c for own, theirs in count.by):
        yield f"counts rows of {count.of} by columns that do not exist"
    elif of is not None and not count.by:
        yield f"counts all rows of {count.of}: say which by their columns"
    elif of is not None and not _has_beside(of, count.beside):
        yield f"counts rows of {count.of} beside others by columns that do not exist"


def _has_beside(counted: Table, beside: Parent | None) -> bool:
    """Return whether a counted row can name what stands beside it, if anything has to."""
    if beside is None:
        return True
    of = counted.metadata.tables.get(beside.table)
    return of is not None and all(own in counted.c and theirs in of.c for own, theirs in beside.columns)
