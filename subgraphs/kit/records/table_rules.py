"""One line for each table: where its truth is, where its rows go with customers, and their erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from sqlalchemy import ColumnElement, Table, and_, select, tuple_, union

from foundation.storage.cells.division import BY_CUSTOMER, ByParent, RowRule, Rows
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import ErasureRule, RuleOf, deleted
from subgraphs.kit.records.recovery_sources import RecoverySource, Source, installation_source
from subgraphs.kit.records.tables import OutboxTables, StreamTables
from subgraphs.kit.topics import GLOBAL_TOPIC

RowRules: TypeAlias = Mapping[str, RowRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule(RecoverySource):
    """All that is said of a table.

    Attributes:
        rows: What becomes of its rows if a cell is divided, or two are united.
        erasure: What becomes of a customer's rows if the customer is erased; none if no row concerns one.
            Dead letters and messages of the outbox are deleted in every database.
    """

    rows: RowRule
    erasure: tuple[RuleOf, ...] = ()


def erasure_rules(rules: Sequence[TableRule]) -> tuple[ErasureRule, ...]:
    """Return the rules of all tables' erasure, in order."""
    rows = {rule.table.name: rule.rows for rule in rules}
    return tuple(of(rule.table, partial(_theirs, rule.table, rows)) for rule in rules for of in rule.erasure)


def _theirs(table: Table, rows: RowRules, owner: Owner) -> ColumnElement[bool]:
    """Return the condition for the rows that belong to a customer, or have a parent that does.

    The latter are found from the customer's rows, so that no table is read from end to end.
    """
    rule = rows[table.name]
    if not isinstance(rule, ByParent):
        return and_(table.c.brand_id == owner.brand, table.c.customer_id == owner.customer)
    found = []
    for parent in rule.parents:
        if not isinstance(rows[parent.table], Rows):
            of, row = table.metadata.tables[parent.table], table.alias()
            same = [of.c[theirs] == row.c[own] for own, theirs in parent.columns]
            found.append(select(*row.primary_key).where(*same, _theirs(of, rows, owner)))
    return tuple_(*table.primary_key).in_(select(union(*found).subquery()))


def global_rule(table: Table) -> TableRule:
    """Return the rule of the last global messages."""
    return TableRule(table, Source.TOPIC, (GLOBAL_TOPIC,), rows=Rows.COPIED)


def intent_rule(table: Table) -> TableRule:
    """Return the rule of customers' changes at the upstream API."""
    return TableRule(
        table,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys: a repeated request gets the current state, and changes in "
        "doubt are found by comparing with the upstream",
        rows=BY_CUSTOMER,
        erasure=(deleted("memory of requests; of no use without a session"),),
    )


def brand_lock_rule(table: Table) -> TableRule:
    """Return the rule of the rows by which transactions wait for one another."""
    return TableRule(table, Source.TRANSIENT, rows=Rows.OF_DATABASE)


def postponed_rule(table: Table) -> TableRule:
    """Return the rule of what loops could not go on with: it is tried again, and noted anew if it fails."""
    return TableRule(table, Source.TRANSIENT, rows=Rows.OF_DATABASE)


def database_rules(cell: Table, installation: Table) -> Sequence[TableRule]:
    """Return the rules of what each database says of itself."""
    known = installation_source(installation)
    return (
        TableRule(
            cell,
            Source.BACKUP,
            ("furlong cell claim",),
            lost="which cell the database belongs to, until `furlong cell claim` writes it again",
            rows=Rows.OF_DATABASE,
        ),
        TableRule(known.table, known.source, known.where, known.lost, rows=Rows.OF_DATABASE),
    )


def common_rules(
    stream: StreamTables, outbox: OutboxTables, erasure: Table | None = None
) -> Sequence[TableRule]:
    """Return the rules of the tables of consumers and outboxes, and of who was erased, if anybody can be."""
    rules = (
        TableRule(
            stream.position,
            Source.TRANSIENT,
            lost="an empty table has every topic read from its beginning",
            rows=Rows.BY_PARTITION,
        ),
        TableRule(
            stream.dead_letter,
            Source.TOPIC,
            ("the topics the records came from", "their .dlq topics"),
            lost="which records were discarded by a person: they become dead letters again",
            rows=Rows.BY_PARTITION,
        ),
        TableRule(
            outbox.outbox,
            Source.DERIVED,
            lost="facts that were written but not published yet; comparing with the upstream and assessing "
            "bets again restores them",
            rows=Rows.BY_KEY,
        ),
        TableRule(outbox.lease, Source.TRANSIENT, rows=Rows.OF_DATABASE),
    )
    if erasure is None:
        return rules
    erased = TableRule(
        erasure,
        Source.TOPIC,
        ("null values of club.account-status.v1", "furlong customer erase"),
        lost="erasures older than the null values that compaction keeps (delete.retention.ms): erase "
        "those customers again",
        rows=Rows.ERASURES,
    )
    return (*rules, erased)
