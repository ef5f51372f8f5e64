"""What is kept of erased customers is in exactly one cell, whoever made their pseudonyms."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, make_url

from backoffice.support.privacy.customer_data import ERASURES
from cells.dividing.erased import misplaced, place_all
from cells.dividing.merge import open_merge
from cells.dividing.rows import trim
from cells.dividing.soundness import strangers
from cells.dividing.split import open_split
from cells.moving.journal import Journal, Step
from cells.moving.locations import locations_of
from cells.moving.move import Move
from cells.moving.server import Location, Server
from cells.verify import Verified, verify
from foundation.storage.cells.cell import Cell, customer_key, partition_of
from foundation.storage.cells.pseudonym import is_pseudonym
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from furlong.install.cell_tables import CELL_TABLES
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress.models import OUTCOME
from tests.support.database_probe import migrate
from tests.support.examples import examples
from tests.support.processes.forked_programs import run_forked

from .conftest import PREFIX, CellServer, MovingHarness
from .test_splits_and_merges import killed_everywhere, value_for

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(900),
]
AT = datetime(2026, 3, 27, 12, tzinfo=UTC)
BRAND = "northbet"
KEPT: dict[str, list[Table]] = {
    name: list(
        dict.fromkeys(
            rule.table
            for rule in of("mysql", Pseudonyms(b"", 1)).rules
            if rule.kept and "customer_id" in rule.table.c
        )
    )
    for name, of in ERASURES.items()
}
"""The tables of each subgraph in which rows are kept under a pseudonym."""

Split = tuple[Cell, Cell, list[str], list[str], list[str]]
"""The halves of a cell, and the customers in it."""

Rows = Counter[tuple[str, str]]
"""How many rows of whom each table has."""


def pseudonym_of_1_0(customer: str) -> str:
    """Return a pseudonym as release 1.0 made them: in any partition."""
    return "erased-" + hashlib.sha256(customer.encode()).hexdigest()[:32]


def person(customer: str) -> str:
    """Return whom an id stands for: of a pseudonym, all but its number."""
    return customer[:39] if is_pseudonym(customer) else customer


def put(place: CellServer, customers: list[str], kept: Mapping[str, list[Table]] = KEPT) -> None:
    """Replace the rows of a place by one for each customer in each table that keeps rows."""
    statements = []
    for name, tables in kept.items():
        for table in tables:
            into = f"{PREFIX}_{name}.{table.name}"
            columns = [c for c in table.columns if c.name != "id" and c.computed is None]
            names = ", ".join(f"`{column.name}`" for column in columns)
            rows = [", ".join(literal(value_for(c, customer)) for c in columns) for customer in customers]
            statements.append(f"DELETE FROM {into}")  # noqa: S608
            if rows:
                statements.append(f"INSERT INTO {into} ({names}) VALUES ({'), ('.join(rows)})")  # noqa: S608
    place.as_root(*statements)


def literal(value: Any) -> str:
    """Return a value as SQL writes it."""
    if isinstance(value, dict):
        return literal(json.dumps({"text": "x"}))
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, datetime):
        return f"'{value:%Y-%m-%d %H:%M:%S.%f}'"
    return f"'{value}'" if isinstance(value, str) else str(int(value))


def kept_at(place: CellServer) -> Rows:
    """Return the rows of a place by table and person."""
    found: Rows = Counter()
    for (table, customer), number in named_at(place).items():
        found[table, person(customer)] += number
    return found


def named_at(place: CellServer) -> Rows:
    """Return the rows of a place by table and id."""
    found: Rows = Counter()
    for name, tables in KEPT.items():
        for table in tables:
            rows = place.as_root(f"SELECT customer_id FROM {PREFIX}_{name}.{table.name}")  # noqa: S608
            found.update((f"{name}.{table.name}", str(customer)) for (customer,) in rows)
    return found


def location_of(place: CellServer) -> Location:
    """Return the databases of a place as an administrator sees them."""
    return Location.of(Server(make_url(place.admin_url)), CELL_TABLES, "furlong")


@st.composite
def splits(draw: st.DrawFn) -> Split:
    """Return the halves of a cell, and customers of it: there, erased now, and erased by release 1.0."""
    of = draw(st.sampled_from([2, 4, 24]))
    first = draw(st.integers(0, of - 2))
    last = draw(st.integers(first + 1, of - 1))
    middle = draw(st.integers(first + 1, last))
    whole = Cell("c1", first, last, of)
    numbers = draw(st.lists(st.integers(0, 10**6), unique=True, max_size=12))
    theirs = [c for c in (f"c-{number}" for number in numbers) if whole.has(BRAND, c)]
    kinds = draw(st.lists(st.sampled_from("abc"), min_size=len(theirs), max_size=len(theirs)))
    alive, now, before = (
        [c for c, kind in zip(theirs, kinds, strict=True) if kind == each] for each in "abc"
    )
    return Cell("c1", first, middle - 1, of), Cell("c2", middle, last, of), alive, now, before


def test_a_split_of_a_cell_with_erased_customers_keeps_each_row_once(moving: MovingHarness) -> None:
    """Both halves have what the cell had, with no foreign row; those erased now stay in their partition."""
    here, there = moving.here, moving.there
    for name in SUBGRAPHS:
        asyncio.run(migrate(DatabaseSettings(url=there.settings.url), name, METADATA[name]))
    source, target = location_of(here), location_of(there)

    @settings(max_examples=examples(15))
    @given(splits(), st.binary(max_size=8))
    def check(split: Split, key: bytes) -> None:
        lower, upper, alive, now, before = split
        pseudonyms = {c: Pseudonyms(key, lower.of).of_person(Owner(BRAND, c), AT) for c in now}
        ids = [*alive, *pseudonyms.values(), *map(pseudonym_of_1_0, before)]
        for place in (here, there):
            put(place, ids)
        whole = kept_at(here)
        assert whole.total() == len(ids) * sum(map(len, KEPT.values()))

        trim(target, upper, CELL_TABLES.keyed, is_copy=True)
        trim(source, upper, CELL_TABLES.keyed, is_copy=False)
        place_all(source, lower)
        assert kept_at(here) + kept_at(there) == whole
        for place, location, half in ((here, source, lower), (there, target, upper)):
            assert (strangers(location, half), misplaced(location, half)) == ([], 0)
            names = {customer for _, customer in named_at(place)}
            assert len(names) == len(set(map(person, names))), "a person has one name in all tables"
            own = [c for c in (*alive, *now) if half.has(BRAND, c)]
            assert {pseudonyms.get(c, c) for c in own} <= names

    check()


def verified(moving: MovingHarness) -> Verified:
    """Return what `furlong cell verify` finds."""
    return verify(*locations_of(moving.settings(), CELL_TABLES), moving.folder)


def split_of(moving: MovingHarness) -> Move:
    """Open a split before partition 1."""
    return open_split(moving.settings(), CELL_TABLES, "c2", 1)


def test_erased_customers_survive_a_split_and_a_merge(moving: MovingHarness) -> None:
    """Pseudonyms of 1.0 in other cells' partitions are renamed, also where both have one, or if killed."""
    here, there = moving.here, moving.there
    ids = [pseudonym_of_1_0(f"c-{number}") for number in range(100)]
    put(here, ids)
    whole = kept_at(here)
    others = [one for one in ids if partition_of(customer_key(BRAND, one), 4) > 1]
    columns = "brand_id, customer_hash, revision, erased_at, pseudonym, found, applied_at"
    markers = [
        f"('{BRAND}', '{n}', 1, '2026-03-27', '{one}', '{{}}', '2026-03-27')" for n, one in enumerate(ids)
    ]
    here.as_root(f"INSERT INTO {PREFIX}_fulfilment.erasure ({columns}) VALUES {', '.join(markers)}")  # noqa: S608
    assert 30 < len(others) < 70
    assert verified(moving).problems == []
    assert verified(moving).misplaced_pseudonyms == len(others)

    killed_everywhere(lambda: split_of(moving), (Step.TRIM_TARGET, Step.TRIM_SOURCE))
    journal = Journal.read(moving.folder, "c1")
    assert journal is not None
    assert journal.facts["misplaced_pseudonyms"] == str(len(others))
    assert kept_at(here) + kept_at(there) == whole
    assert verified(moving).problems == []
    assert verified(moving).misplaced_pseudonyms == 0
    noted = {str(one) for (one,) in here.as_root(f"SELECT pseudonym FROM {PREFIX}_fulfilment.erasure")}  # noqa: S608
    assert {customer for _, customer in named_at(here)} <= noted

    # Release 1.0 published outcomes under pseudonyms: they reached the cell of the pseudonym's partition.
    stray = next(one for one in ids if partition_of(customer_key(BRAND, one), 4) == 1)
    put(here, [stray], {"progress": [OUTCOME]})
    merged = kept_at(here) + kept_at(there)
    assert merged["progress.outcome", stray] == 2
    moving.here, moving.there = there, here
    killed_everywhere(lambda: open_merge(moving.settings(), CELL_TABLES), [Step.JOIN])
    moving.here, moving.there = here, there
    assert kept_at(here) == merged
    assert verified(moving).problems == []
    assert verified(moving).misplaced_pseudonyms == 0


def test_the_commands_say_how_many_pseudonyms_were_renamed(moving: MovingHarness) -> None:
    """`verify` counts them before a split and exits with 0; the split says where they are."""
    put(moving.here, [pseudonym_of_1_0(f"c-{number}") for number in range(10)])
    number = verified(moving).misplaced_pseudonyms
    assert number > 0
    environment, folder = moving.environment(), moving.folder.parent
    said = [
        run_forked("furlong", "cell", *words, environment=environment, folder=folder, timeout=300)
        for words in (("verify",), ("split", "c2", "1"), ("verify",))
    ]
    assert [one.returncode for one in said] == [0, 0, 0]
    assert f"misplaced_pseudonyms: {number}" in said[0].stdout
    assert f"that were in partitions of other cells: {number}." in said[1].stdout
    assert "misplaced_pseudonyms" not in said[2].stdout
