"""A block with parents, rows of the house and pseudonyms is split, merged and moved: nothing gets lost."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymysql.cursors import Cursor

from cells.dividing.erased import place_all
from cells.dividing.merge import join, open_merge
from cells.dividing.rows import trim
from cells.dividing.soundness import orphans, strangers
from cells.dividing.split import open_split
from cells.errors import MoveError
from cells.moving.journal import Step
from cells.moving.locations import locations_of
from cells.moving.move import Move, open_move, run
from cells.verify import Verified, verify
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.division import BY_CUSTOMER, RowRule, Rows
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms
from tests.support.examples import examples

from .conftest import CellServer, MovingHarness
from .ledger_block import (
    BRAND,
    HOUSE,
    KEYED,
    SCHEMA,
    Books,
    Held,
    Transfer,
    both,
    create,
    drop,
    held_at,
    ledger_tables,
    location_of,
    second,
)
from .test_erased_customers import AT, Split, pseudonym_of_1_0, splits
from .test_moves import Killed, quietly
from .test_splits_and_merges import killed_everywhere

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(900),
]
WHOLE = Cell("c1", 0, 1, 4)
CUSTOMERS = tuple(f"c-{n}" for n in range(1000, 1040) if WHOLE.has(BRAND, f"c-{n}"))


@pytest.fixture
def ledger(servers: tuple[CellServer, CellServer], moving: MovingHarness) -> Iterator[MovingHarness]:
    """Provide two servers, of which the first has an empty ledger."""
    create(moving.here)
    yield moving
    for place in servers:
        drop(place)


@st.composite
def books(draw: st.DrawFn) -> tuple[Split, Books]:
    """Return the halves of a cell, and a ledger of its customers, some of whom are erased."""
    split = draw(splits())
    _, _, alive, now, before = split
    key = draw(st.binary(max_size=8))
    ids = [*alive, *(Pseudonyms(key, split[0].of).of_person(Owner(BRAND, one), AT) for one in now)]
    ids += map(pseudonym_of_1_0, before)
    accounts = st.sampled_from([*HOUSE, *ids, *map(second, ids)])
    house = st.sampled_from(HOUSE)
    pairs = st.one_of(
        st.tuples(accounts, house),
        st.tuples(house, accounts),
        *(st.just((one, second(one))) for one in ids),
    )
    drawn = draw(st.lists(st.tuples(pairs, st.integers(1, 10_003)), max_size=25))
    refused = draw(st.dictionaries(accounts, st.integers(1, 9), max_size=4))
    transfers = [Transfer(debit, credit, amount) for (debit, credit), amount in drawn]
    paid = {transfer.credit for transfer in transfers}
    known = Counter({one: number for one, number in refused.items() if one in paid})
    return split, Books(tuple(ids), tuple(transfers), known)


def killed_after(statements: int, action: Callable[[], Any]) -> None:
    """Carry something out, killed after some statements, and again until the end."""
    left = [statements]
    execute = Cursor.execute

    def execute_or_die(cursor: Cursor, query: str, arguments: Any = None) -> int:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return execute(cursor, query, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", execute_or_die)
        with suppress(Killed):
            action()
    action()


def belongs(held: Held, cell: Cell) -> bool:
    """Return whether all transfers with an account of a customer alive are those of a cell's customers."""
    names = [name.removeprefix("a-").partition("#")[0] for _, *pair, _ in held.transfers for name in pair]
    return all(cell.has(BRAND, name) for name in names if name.startswith("c-"))


def house_counts_its_own(held: Held) -> bool:
    """Return whether accounts of the house say what their transfers add up to."""
    debited, credited = (
        {
            name: sum(one[3] * number for one, number in held.transfers.items() if one[side] == name)
            for name in held.house
        }
        for side in (1, 2)
    )
    return all(
        numbers[:3] == (debited[name], credited[name], credited[name] - debited[name])
        for name, numbers in held.house.items()
    )


def without_zeros(held: Held) -> Held:
    """Leave out what is counted of nothing, which may be there or not."""
    return held._replace(paid={name: numbers for name, numbers in held.paid.items() if any(numbers)})


def check_division(
    ledger: MovingHarness, split: Split, held: Books, kills: tuple[int, int, int], **changes: RowRule
) -> None:
    """Divide a ledger in two, and unite it again, killed on the way; compare all that it holds.

    Args:
        ledger: Where it is.
        split: The halves of the cell.
        held: The ledger.
        kills: After how many statements the copy's trimming, the original's, and the union are killed.
        changes: Other rules of tables.
    """
    here, there = ledger.here, ledger.there
    lower, upper = split[:2]
    whole = Cell(lower.name, lower.first, upper.last, lower.of)
    for place in (here, there):
        place.as_root(*held.statements(whole))
    before, keyed = held_at(here), frozenset({KEYED})
    source, target = location_of(here, **changes), location_of(there, **changes)

    killed_after(kills[0], lambda: trim(target, upper, keyed, is_copy=True))
    killed_after(kills[1], lambda: trim(source, upper, keyed, is_copy=False))
    place_all(source, lower)
    for place, location, half in ((here, source, lower), (there, target, upper)):
        place.as_root(f"UPDATE {SCHEMA}.cell SET first = {half.first}, last = {half.last}")  # noqa: S608
        assert [*orphans(location), *strangers(location, half)] == []
        part = held_at(place)
        assert belongs(part, half)
        assert part.house.keys() == before.house.keys()
        assert house_counts_its_own(part)
    assert without_zeros(both(held_at(here), held_at(there))) == before

    killed_after(kills[2], lambda: join(target, source, whole, upper, keyed))
    assert without_zeros(held_at(here)) == before
    assert orphans(source) == []


def test_a_divided_ledger_holds_what_the_whole_one_held(ledger: MovingHarness) -> None:
    """Each transfer and note is in its customer's half, and the house's money adds up."""
    create(ledger.there)
    kills = st.integers(1, 30)

    @settings(max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow])
    @given(books(), st.tuples(kills, kills, kills))
    def check(drawn: tuple[Split, Books], kills: tuple[int, int, int]) -> None:
        check_division(ledger, *drawn, kills)

    check()


def some_books() -> Books:
    """Return a ledger with transfers of all kinds, and pseudonyms of both."""
    erased = tuple(pseudonym_of_1_0(f"c-{number}") for number in range(8))
    now = tuple(Pseudonyms(b"k", 4).of_person(Owner(BRAND, one), AT) for one in CUSTOMERS[:3])
    people = (*CUSTOMERS[3:], *erased, *now)
    transfers = [
        *(Transfer("cash", one, 500 + n) for n, one in enumerate(people)),
        *(Transfer(one, "bonus", 7 + n) for n, one in enumerate(people) if n % 2),
        *(Transfer(one, second(one), 3) for one in people),
        Transfer("cash", "bonus", 10_003),
    ]
    return Books(people, tuple(transfers), Counter({"cash": 3, "bonus": 4, people[0]: 5}))


def split_of(ledger: MovingHarness) -> Move:
    """Open a split before partition 1."""
    return open_split(ledger.settings(), ledger_tables(), "c2", 1)


def verified(ledger: MovingHarness) -> Verified:
    """Return what `furlong cell verify` finds."""
    return verify(*locations_of(ledger.settings(), ledger_tables()), ledger.folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"transfer": Rows.COPIED, "note": Rows.COPIED},
        {"note": Rows.COPIED},
        {"holder": BY_CUSTOMER},
        {"paid": Rows.COPIED},
    ],
    ids="-".join,
)
def test_the_comparison_finds_what_was_guessed_before(
    ledger: MovingHarness, changes: dict[str, RowRule]
) -> None:
    """That tables without a customer are copied, and rows of the house count what they did, loses money."""
    create(ledger.there)
    halves = Cell("c1", 0, 0, 4), Cell("c2", 1, 1, 4)
    with pytest.raises(AssertionError):
        check_division(ledger, (*halves, [], [], []), some_books(), (99, 99, 99), **changes)
    check_division(ledger, (*halves, [], [], []), some_books(), (99, 99, 99))


def test_the_commands_conserve_a_ledger_whatever_is_killed(ledger: MovingHarness) -> None:
    """Split, merged back and moved by their steps, each killed: the cell has what it had."""
    here, there = ledger.here, ledger.there
    here.as_root(*some_books().statements(WHOLE))
    before = held_at(here)

    killed_everywhere(lambda: split_of(ledger), (Step.TRIM_TARGET, Step.TRIM_SOURCE))
    assert verified(ledger).problems == []
    halves = held_at(here), held_at(there)
    assert all(part.transfers and part.customers and house_counts_its_own(part) for part in halves)
    assert without_zeros(both(*halves)) == before
    assert ("t-" + str(len(some_books().transfers) - 1), "a-cash", "a-bonus", 10_003) in halves[0].transfers

    ledger.here, ledger.there = there, here
    killed_everywhere(lambda: open_merge(ledger.settings(), ledger_tables()), [Step.JOIN])
    assert without_zeros(held_at(here)) == before

    drop(there)
    ledger.here, ledger.there = here, there
    run(open_move(ledger.settings(), ledger_tables()), quietly)
    assert without_zeros(held_at(there)) == before


def test_rows_without_their_parent_are_found_and_not_deleted_twice(ledger: MovingHarness) -> None:
    """`verify` names them; a split leaves them where they are."""
    here, there = ledger.here, ledger.there
    here.as_root(
        *some_books().statements(WHOLE),
        f"INSERT INTO {SCHEMA}.transfer VALUES ('t-x', 'a-cash', 'a-gone', 5)",  # noqa: S608
        f"INSERT INTO {SCHEMA}.note (transfer, words) VALUES ('t-y', 'gone'), (NULL, 'of none')",  # noqa: S608
    )
    problems = verified(ledger).problems
    assert [words.partition(" has ")[2] for words in problems] == [
        "1 rows of note whose row of transfer is missing, such as t-y",
        "1 rows of transfer whose row of holder is missing, such as a-gone",
    ]
    before = held_at(here)
    run(split_of(ledger), quietly)
    assert without_zeros(both(held_at(here), held_at(there))).transfers == before.transfers
    assert both(held_at(here), held_at(there)).notes == before.notes


def test_a_table_that_no_rule_names_is_an_error(ledger: MovingHarness) -> None:
    """Its rows would be in both halves, or lost in a merge; nobody is told so otherwise."""
    ledger.here.as_root(*some_books().statements(WHOLE), f"CREATE TABLE {SCHEMA}.bet (id INT)")
    words = "has tables whose rows nothing is known about: bet"
    assert any(words in problem for problem in verified(ledger).problems)
    assert any(words in problem for problem in split_of(ledger).findings.problems)
    with pytest.raises(MoveError, match=words):
        run(split_of(ledger), quietly)
    ledger.here.as_root(f"DROP TABLE {SCHEMA}.bet, {SCHEMA}.note")
    assert any("lacks tables (run `furlong db upgrade`): note" in one for one in verified(ledger).problems)


def test_a_transfer_between_customers_of_both_halves_cannot_be_divided(ledger: MovingHarness) -> None:
    """It would be in one half only, and the other customer's account without it."""
    lower, upper = Cell("c1", 0, 0, 4), Cell("c2", 1, 1, 4)
    people = [
        next(customer for customer in CUSTOMERS if half.has(BRAND, customer)) for half in (lower, upper)
    ]
    ledger.here.as_root(*Books(tuple(people), (Transfer(people[0], people[1], 5),)).statements(WHOLE))
    words = f"transfer between customers of both halves, such as {people[0]} and {people[1]}"
    assert any(words in problem for problem in split_of(ledger).findings.problems)
    with pytest.raises(MoveError, match="they cannot be divided"):
        run(split_of(ledger), quietly)
    assert verified(ledger).problems == []
