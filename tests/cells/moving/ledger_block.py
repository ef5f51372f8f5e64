"""A block that is only declared: accounts of customers and of the house, transfers, notes, and counts.

What it holds is worked out here from a list of transfers, and not by what divides cells.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, MetaData, String, Table, create_engine, make_url

from cells.moving.server import Location, Server
from cells.tables import CellTables
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import ByCustomer, ByParent, Count, Counted, Parent, RowRule
from foundation.storage.cells.ownership import cell_table
from foundation.storage.cells.pseudonym import is_pseudonym
from foundation.storage.columns import Identifier
from foundation.storage.installation import installation_table
from subgraphs.kit.records.erasure import kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_flaws import flaws
from subgraphs.kit.records.table_rules import TableRule, common_rules, database_rules
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table

from .conftest import PREFIX, CellServer

BRAND: Final = "northbet"
KEYED, SHARED = "club.choice.v1", "club.week.v1"
SCHEMA: Final = f"{PREFIX}_ledger"
HOUSE: Final = ("cash", "bonus")
METADATA: Final = MetaData()
CELL, INSTALLATION, ERASURE = cell_table(METADATA), installation_table(METADATA), erasure_table(METADATA)
STREAM, OUTBOX = StreamTables.declare(METADATA), OutboxTables.declare(METADATA)

HOLDER: Final = Table(
    "holder",
    METADATA,
    Column("id", Identifier(), primary_key=True),
    Column("brand_id", Identifier(), nullable=False),
    Column("customer_id", Identifier(128), nullable=True),
    Column("debits", BigInteger, nullable=False),
    Column("credits", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
)
TRANSFER: Final = Table(
    "transfer",
    METADATA,
    Column("id", Identifier(), primary_key=True),
    Column("debit", Identifier(), nullable=False),
    Column("credit", Identifier(), nullable=False),
    Column("amount", BigInteger, nullable=False),
)
NOTE: Final = Table(
    "note",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("transfer", Identifier(), nullable=True),
    Column("words", String(64), nullable=False),
)
PAID: Final = Table(
    "paid",
    METADATA,
    Column("account", Identifier(), primary_key=True),
    Column("transfers", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
)
_DEBITS, _CREDITS = (("id", "debit"),), (("id", "credit"),)
RULES: Final = (
    TableRule(
        HOLDER,
        Source.BACKUP,
        rows=ByCustomer(
            house=(
                Count("debits", "transfer", _DEBITS, "amount"),
                Count("credits", "transfer", _CREDITS, "amount"),
                Count("balance", "transfer", _CREDITS, "amount"),
                Count("balance", "transfer", _DEBITS, "-amount"),
                Count("refused"),
            )
        ),
        erasure=(kept("money"),),
    ),
    TableRule(
        TRANSFER,
        Source.BACKUP,
        rows=ByParent((Parent("holder", (("debit", "id"),)), Parent("holder", (("credit", "id"),)))),
        erasure=(kept("money"),),
    ),
    TableRule(
        NOTE,
        Source.BACKUP,
        rows=ByParent((Parent("transfer", (("transfer", "id"),)),)),
        erasure=(kept("money"),),
    ),
    TableRule(
        PAID,
        Source.DERIVED,
        ("transfer",),
        rows=Counted(
            (
                Count("transfers", "transfer", (("account", "credit"),)),
                Count("amount", "transfer", (("account", "credit"),), "amount"),
                Count("refused"),
            )
        ),
    ),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
assert flaws(METADATA, RULES) == []


def ledger_tables(**changes: RowRule) -> CellTables:
    """Return the tables of a cell that has the ledger alone, some under other rules."""
    rules = {rule.table.name: rule.rows for rule in RULES}
    return CellTables({"ledger": rules | changes}, frozenset({KEYED}))


def location_of(place: CellServer, **changes: RowRule) -> Location:
    """Return the ledger's database at a place, as an administrator sees it."""
    return Location.of(Server(make_url(place.admin_url)), ledger_tables(**changes), "furlong")


def second(customer: str) -> str:
    """Return the name of a customer's second account."""
    return f"{customer}#2"


class Transfer(NamedTuple):
    """A transfer between two accounts; the first of each customer is named by the customer's id."""

    debit: str
    credit: str
    amount: int


@dataclass(frozen=True)
class Books:
    """What the ledger holds.

    Attributes:
        refused: How often something was refused, by account: that nothing else tells.
    """

    customers: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    refused: Counter[str] = field(default_factory=Counter)

    def statements(self, cell: Cell) -> Iterator[str]:
        """Yield what replaces the content of a database by these books."""
        for table in METADATA.tables:
            yield f"DELETE FROM {SCHEMA}.{table}"  # noqa: S608
        yield (
            f"INSERT INTO {SCHEMA}.cell VALUES "  # noqa: S608
            f"('{cell.name}', {cell.first}, {cell.last}, {cell.of}, 1, 'open', NOW(6))"
        )
        debited, credited = sums(self.transfers, "debit"), sums(self.transfers, "credit")
        yield from _insert(
            "holder (id, brand_id, customer_id, debits, credits, balance, refused)",
            (
                (
                    f"a-{one}",
                    BRAND,
                    None if one in HOUSE else one.partition("#")[0],
                    debited[one],
                    credited[one],
                    credited[one] - debited[one],
                    self.refused[one],
                )
                for one in (*HOUSE, *self.customers, *map(second, self.customers))
            ),
        )
        numbered = list(enumerate(self.transfers))
        yield from _insert(
            "transfer (id, debit, credit, amount)",
            ((f"t-{n}", f"a-{one.debit}", f"a-{one.credit}", one.amount) for n, one in numbered),
        )
        yield from _insert(
            "note (transfer, words)",
            [*((f"t-{n}", f"{words} {n}") for n, _ in numbered for words in ("first", "second"))],
        )
        yield from _insert(
            "paid (account, transfers, amount, refused)",
            (
                (f"a-{one}", number, credited[one], self.refused[one])
                for one, number in Counter(transfer.credit for transfer in self.transfers).items()
            ),
        )
        yield from _insert(
            "outbox (topic, `key`, value, headers, written_at)",
            (
                (topic, f"{BRAND}:{one}", "{}", "{}", "2026-01-01")
                for topic, people in ((KEYED, self.customers), (SHARED, HOUSE))
                for one in people
            ),
        )


def sums(transfers: Iterable[Transfer], side: str) -> Counter[str]:
    """Return the sum of amounts by the account on one side."""
    found: Counter[str] = Counter()
    for transfer in transfers:
        found[getattr(transfer, side)] += transfer.amount
    return found


def _insert(into: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    values = [", ".join("NULL" if one is None else repr(one) for one in row) for row in rows]
    if values:
        yield f"INSERT INTO {SCHEMA}.{into} VALUES ({'), ('.join(values)})"  # noqa: S608


def create(place: CellServer) -> None:
    """Create the ledger's database at a place, without rows."""
    place.as_root(f"DROP DATABASE IF EXISTS {SCHEMA}", f"CREATE DATABASE {SCHEMA} CHARSET utf8mb4")
    engine = create_engine(make_url(place.admin_url).set(drivername="mysql+pymysql", database=SCHEMA))
    METADATA.create_all(engine)
    engine.dispose()


def drop(place: CellServer) -> None:
    """Drop the ledger's database at a place."""
    place.as_root(f"DROP DATABASE IF EXISTS {SCHEMA}")


def person(text: object) -> object:
    """Return whom a text stands for: of a pseudonym, all but its number."""
    return text[:39] if isinstance(text, str) and is_pseudonym(text) else text


class Held(NamedTuple):
    """What a database holds of customers; accounts of the house are told apart.

    Attributes:
        customers: The customers' accounts, with all they say.
        house: What accounts of the house say: debits, credits, balance, refused.
        paid: What is counted by account.
    """

    customers: Counter[tuple[Any, ...]]
    house: dict[str, tuple[int, ...]]
    transfers: Counter[tuple[Any, ...]]
    notes: Counter[tuple[Any, ...]]
    paid: dict[str, tuple[int, ...]]
    messages: Counter[tuple[Any, ...]]


def held_at(place: CellServer) -> Held:
    """Return what the ledger at a place holds, without the numbers of notes and pseudonyms."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return [tuple(map(person, row)) for row in place.as_root(query.format(SCHEMA))]

    numbers = "debits, credits, balance, refused"
    house = rows(f"SELECT id, {numbers} FROM {{}}.holder WHERE customer_id IS NULL")  # noqa: S608
    return Held(
        Counter(rows(f"SELECT id, customer_id, {numbers} FROM {{}}.holder WHERE customer_id IS NOT NULL")),  # noqa: S608
        {row[0]: row[1:] for row in house},
        Counter(rows("SELECT id, debit, credit, amount FROM {}.transfer")),
        Counter(rows("SELECT transfer, words FROM {}.note")),
        {row[0]: row[1:] for row in rows("SELECT account, transfers, amount, refused FROM {}.paid")},
        Counter(rows("SELECT topic, `key` FROM {}.outbox")),
    )


def both(one: Held, other: Held) -> Held:
    """Return what two databases hold together."""
    return Held(
        one.customers + other.customers,
        added(one.house, other.house),
        one.transfers + other.transfers,
        one.notes + other.notes,
        added(one.paid, other.paid),
        one.messages + other.messages,
    )


def added(one: dict[str, tuple[int, ...]], other: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Return the sums of numbers by account."""
    zeros = (0,) * 4
    return {
        account: tuple(
            a + b for a, b in zip(one.get(account, zeros), other.get(account, zeros), strict=False)
        )
        for account in one.keys() | other.keys()
    }
