"""Pseudonyms are in their customer's partition, and say nothing else about the customer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.storage.cells.cell import Cell, customer_key, partition_of
from foundation.storage.cells.pseudonym import is_pseudonym, pseudonym_within
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms

AT = datetime(2026, 3, 27, 12, tzinfo=UTC)
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=64)
OWNERS = st.builds(Owner, IDS, IDS)
KEYS = st.binary(max_size=64)
RELEASE_1_0 = "erased-" + "0123456789abcdef" * 2


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Return a cell of any of up to 60 partitions."""
    of = draw(st.integers(1, 60))
    first = draw(st.integers(0, of - 1))
    return Cell("c1", first, draw(st.integers(first, of - 1)), of)


@given(OWNERS, KEYS, st.integers(1, 200))
def test_a_pseudonym_is_in_its_customers_partition(owner: Owner, key: bytes, of: int) -> None:
    """Whatever the key and the number of partitions; and it fits the column."""
    pseudonym = Pseudonyms(key, of).of_person(owner, AT)
    assert is_pseudonym(pseudonym)
    assert len(pseudonym) <= 64
    partitions = [partition_of(customer_key(owner.brand, one), of) for one in (owner.customer, pseudonym)]
    assert partitions[0] == partitions[1]


@given(OWNERS, KEYS)
def test_who_it_is_does_not_depend_on_partitions(owner: Owner, key: bytes) -> None:
    """The digits alone say it; they are another person's after another erasure, or with another key."""
    digits = {Pseudonyms(key, of).of_person(owner, AT).rpartition("-")[0] for of in (1, 4, 24)}
    assert len(digits) == 1
    others = (
        Pseudonyms(key, 4).of_person(owner, AT + timedelta(microseconds=1)),
        Pseudonyms(key + b"k", 4).of_person(owner, AT),
    )
    assert digits.isdisjoint(one.rpartition("-")[0] for one in others)


@given(IDS, cells(), st.integers(0, 10**6))
def test_a_misplaced_pseudonym_gets_a_partition_of_the_cell(brand: str, cell: Cell, number: int) -> None:
    """Whether release 1.0 made it, without a number, or it has one of another cell; and always the same."""
    found = {pseudonym_within(cell, brand, one) for one in (RELEASE_1_0, f"{RELEASE_1_0}-{number}")}
    (pseudonym,) = found
    assert cell.has(brand, pseudonym)
    assert pseudonym.startswith(f"{RELEASE_1_0}-")
    assert pseudonym_within(cell, brand, pseudonym) == pseudonym


@pytest.mark.parametrize("customer", ["erased-", "erased-1", RELEASE_1_0[:-1], f"{RELEASE_1_0}-x", "c-1"])
def test_ids_of_customers_are_no_pseudonyms(customer: str) -> None:
    """Not even those that begin alike."""
    assert not is_pseudonym(customer)
    with pytest.raises(ValueError, match="is no pseudonym"):
        pseudonym_within(Cell("c1", 0, 1, 4), "northbet", customer)
