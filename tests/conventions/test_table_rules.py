"""Each table of a block has one line, which says what holds of it and can be right."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table

from foundation.storage.cells.division import (
    BY_CUSTOMER,
    ByCustomer,
    ByParent,
    Common,
    Count,
    Counted,
    Parent,
    RowRule,
    Rows,
)
from furlong.install.cell_tables import cell_tables
from subgraphs.block_list import BLOCKS, SUBGRAPHS
from subgraphs.kit.block import Block
from subgraphs.kit.records.erasure import RuleOf, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_flaws import flaws
from subgraphs.kit.records.table_rules import TableRule, erasure_rules
from tests.support.notices import BLOCK as NOTICES

KEPT = (kept("evidence"),)
EXAMPLE = Block("notes", package="furlong.new.notes")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "erasure.md"


@pytest.mark.parametrize("block", [*BLOCKS, EXAMPLE, NOTICES], ids=[*SUBGRAPHS, "example", "notices"])
def test_each_table_of_a_block_has_its_line(block: Block) -> None:
    """One without it would be lost or doubled in a split, not erased, and not known to recovery."""
    assert flaws(block.metadata, block.table_rules) == []
    assert {rule.table.name for rule in block.table_rules} == set(block.metadata.tables)


@pytest.mark.parametrize("block", BLOCKS, ids=SUBGRAPHS)
def test_the_page_about_erasures_names_each_table_with_customers(block: Block) -> None:
    """In the block's row, among those that are deleted or those that are kept, or both."""
    rows = re.findall(rf"^\| {block.name} \|(.*)\|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 1, f"{PAGE} has no row about {block.name}, or two"
    for rule in erasure_rules(block.table_rules):
        assert f"`{rule.table.name}`" in rows[0][rule.kept], rule.name


def ledger() -> dict[str, Table]:
    """Return the tables of a block with parents, rows of the house, and counts."""
    metadata = MetaData()
    who = [Column("brand_id", String(64)), Column("customer_id", String(64), nullable=True)]
    return {
        table.name: table
        for table in (
            Table("holder", metadata, Column("id", String(64), primary_key=True), *who),
            Table(
                "transfer",
                metadata,
                Column("id", Integer, primary_key=True),
                Column("debit", String(64)),
                Column("credit", String(64)),
            ),
            Table("tally", metadata, Column("id", String(64), primary_key=True), Column("number", Integer)),
        )
    }


def parents(table: str = "holder", theirs: str = "id", own: str = "debit") -> ByParent:
    """Return the rule of rows with one parent."""
    return ByParent((Parent(table, ((own, theirs),)),))


def shared(
    where: str, table: str = "holder", own: str = "debit", *, greatest: tuple[str, ...] = ()
) -> ByParent:
    """Return the rule of rows with one parent, some of which both halves have."""
    return ByParent((Parent(table, ((own, "id"),)),), Common(where, greatest=greatest))


HOUSE = ByCustomer(house=(Count("id", "transfer", (("id", "debit"),)),))
RIGHT: dict[str, RowRule] = {
    "holder": HOUSE,
    "transfer": ByParent((Parent("holder", (("debit", "id"),)), Parent("holder", (("credit", "id"),)))),
    "tally": Counted((Count("number", "transfer", (("id", "debit"),)),)),
}
WRONG: list[tuple[str, dict[str, RowRule]]] = [
    ("holder says what rows of the house count", {"holder": BY_CUSTOMER}),
    ("holder names customers, so its rows are by customer", {"holder": Rows.COPIED}),
    ("tally does not name brand and customer", {"tally": BY_CUSTOMER}),
    ("tally has columns that are neither its key nor counted", {"tally": Counted(())}),
    ("tally has no column sum to count in", {"tally": Counted((Count("number"), Count("sum")))}),
    ("tally counts rows of bet, which does not exist", {"tally": Counted((Count("number", "bet"),))}),
    (
        "tally counts rows of transfer by columns that do not exist",
        {"tally": Counted((Count("number", "transfer", (("id", "holder"),)),))},
    ),
    ("tally counts all rows of transfer", {"tally": Counted((Count("number", "transfer"),))}),
    ("transfer names a parent in bet, which is neither", {"transfer": parents("bet")}),
    ("transfer names a parent in tally, which is neither", {"transfer": parents("tally")}),
    ("transfer names a parent in holder by columns that do not", {"transfer": parents(theirs="key")}),
    ("transfer names a parent in holder by columns that several", {"transfer": parents(theirs="brand_id")}),
    ("transfer names a parent in transfer, which is its own parent", {"transfer": parents("transfer")}),
    (
        "tally names a parent in transfer by a column that changes",
        {"tally": parents("transfer", own="number")},
    ),
    ("transfer numbers its rows, so those that both halves share", {"transfer": shared("{row}.debit = ''")}),
    ("holder has rows that both halves share, and names", {"holder": shared("id = ''", "transfer", "id")}),
    (
        "holder has no column sum of which united cells",
        {"holder": shared("{row}.id = ''", "transfer", "id", greatest=("sum",))},
    ),
    (
        "tally counts rows of transfer beside others by columns that do not exist",
        {
            "tally": Counted(
                (Count("number", "transfer", (("id", "debit"),), "1", Parent("holder", (("id", "key"),))),)
            )
        },
    ),
    ("transfer has no parent that belongs", {"tally": Rows.COPIED, "transfer": parents("tally")}),
]


def found_in(rules: dict[str, RowRule], change: Callable[[list[TableRule]], object] = lambda _: None) -> str:
    """Return the flaws of the ledger's tables under rules."""
    tables = ledger()
    lines = [
        TableRule(
            tables[name],
            Source.BACKUP,
            rows=rule,
            erasure=KEPT if isinstance(rule, ByCustomer | ByParent) else (),
        )
        for name, rule in rules.items()
    ]
    change(lines)
    return "\n".join(flaws(tables["holder"].metadata, lines))


def test_a_table_without_a_line_is_found() -> None:
    """Whoever adds a table forgets it easily."""
    assert found_in(RIGHT) == ""
    assert found_in(RIGHT, list.pop) == "tally has no rule"
    assert found_in(RIGHT, lambda lines: lines.append(lines[0])) == "holder has 2 rules"


def test_a_table_without_its_erasure_is_found() -> None:
    """Rows that belong to customers have a rule for their erasure, and others have none."""
    for name, erasure in (("holder", ()), ("tally", KEPT)):

        def change(lines: list[TableRule], name: str = name, erasure: tuple[RuleOf, ...] = erasure) -> None:
            lines[:] = [replace(line, erasure=erasure) if line.table.name == name else line for line in lines]

        assert f"{name} says what an erasure does" in found_in(RIGHT, change)


@pytest.mark.parametrize(("words", "rules"), WRONG, ids=[words for words, _ in WRONG])
def test_a_rule_that_cannot_be_right_is_found(words: str, rules: dict[str, RowRule]) -> None:
    """It would lose rows in a split or a merge, or divide them wrongly."""
    assert words in found_in(RIGHT | rules)


def test_cells_are_not_divided_by_wrong_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block of another package is refused before any row is deleted."""
    block = BLOCKS[0]
    monkeypatch.setattr(Block, "table_rules", property(lambda _: ()))
    with pytest.raises(ValueError, match=r"club\.account has no rule"):
        cell_tables([block])
