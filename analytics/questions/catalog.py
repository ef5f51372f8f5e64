"""What can be asked: the tables of a role with their sentences, and the statements that list them."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Final, NamedTuple

from analytics.errors import QuestionRefused
from analytics.questions.columns import COLUMNS
from analytics.questions.roles import tables
from analytics.record_tables import RECORD_TABLES
from analytics.schema import DERIVED, rollups, views

_NAME: Final = r"[`\"]?(?P<table>\w+)[`\"]?"
_SHOW: Final = re.compile(r"SHOW\s+TABLES(?:\s+LIKE\s+'(?P<like>[^']*)')?", re.IGNORECASE)
_DESCRIBE: Final = re.compile(
    rf"(?:DESC(?:RIBE)?(?:\s+TABLE)?|SHOW\s+COLUMNS\s+(?:FROM|IN))\s+{_NAME}", re.IGNORECASE
)
_OWN: Final = {
    "zone_weeks": "The weeks of each time zone of a brand.",
    "readings": "How far each partition was read.",
    "exchange_rates": "What a minor unit of a currency is worth in the reporting currency from a day on.",
    **dict.fromkeys(DERIVED, "What the store keeps to count weeks."),
}


class Listing(NamedTuple):
    """What a statement lists: the tables whose names are like a pattern, or the columns of one table."""

    table: str = ""
    like: str = ""


def listing_of(sql: str) -> Listing | None:
    """Return what a statement lists; None if it is a question, or anything else."""
    statement = sql.strip().removesuffix(";").strip()
    if shown := _SHOW.fullmatch(statement):
        return Listing(like=shown["like"] or "%")
    if described := _DESCRIBE.fullmatch(statement):
        return Listing(table=described["table"])
    return None


@cache
def sentences() -> Mapping[str, str]:
    """Return what a row of each table means, by name: reports first, and roll-ups last."""
    said = {view.name: view.says for view in views()} | {table.name: table.says for table in rollups()}
    said |= _OWN | {table.name: f"One row: a record of {table.topic}, as it came." for table in RECORD_TABLES}

    def place(name: str) -> tuple[bool, bool, str]:
        return not name.startswith("report_"), name.startswith("rollup_"), name

    return {name: said[name] for name in sorted(said, key=place)}


def listed(hidden: Collection[str], like: str = "%") -> Mapping[str, str]:
    """Return the tables that may be asked with what a row means, those whose names are like a pattern.

    Args:
        hidden: Tables that the person may not read.
        like: With `%` for any letters, and `_` for one.
    """
    letters = {"%": ".*", "_": "."}
    pattern = "".join(letters.get(letter, re.escape(letter)) for letter in like)
    return {
        name: says
        for name, says in sentences().items()
        if name not in hidden and re.fullmatch(pattern, name, re.IGNORECASE)
    }


def described(table: str, hidden: Collection[str]) -> Mapping[str, str]:
    """Return what the columns of a table mean, by name.

    Raises:
        QuestionRefused: There is no such table for the person.
    """
    if table in hidden or table not in tables():
        raise QuestionRefused(f"there is no table {table} for you; SHOW TABLES lists those there are")
    return COLUMNS
