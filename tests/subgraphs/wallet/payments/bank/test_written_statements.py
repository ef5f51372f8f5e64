"""What the simulated bank writes of any movements is read as just these."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.bank.statements import (
    NEWER,
    OLDER,
    Booking,
    DayStatement,
    Movement,
    MovementKind,
    Version,
    write_statements,
)
from subgraphs.wallet.payments.bank.entries import Entry
from subgraphs.wallet.payments.bank.statements import Statement, read_statements
from tests.support.payments.bank_documents import OURS, THEIRS

MADE_AT: Final = datetime(2026, 11, 21, 6, tzinfo=UTC)
DEBITS: Final = (MovementKind.PAYMENT, MovementKind.CHARGE)
TEXTS: Final = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30
).map(lambda text: f"x{text}")
"""Whatever XML may have, in one word; nobody is called as what stands for a missing id."""

versions = st.sampled_from([OLDER, NEWER])
currencies = st.sampled_from(["EUR", "JPY", "BHD"])


@st.composite
def movements(draw: st.DrawFn, kind: MovementKind) -> Movement:
    """Draw a movement of a kind, with a reference that is still to be given."""
    amount = draw(st.integers(1, 10**9))
    charge = kind is MovementKind.CHARGE
    return Movement(
        reference="",
        kind=kind,
        amount=-amount if kind in DEBITS else amount,
        part="" if charge else draw(TEXTS),
        holder="" if charge else draw(TEXTS),
        account="" if charge else draw(st.sampled_from(["", THEIRS])),
        remittance=draw(st.one_of(st.just(""), TEXTS)),
        reason=draw(st.sampled_from(["", "AC04", "MD07"])) if kind is MovementKind.RETURN else "",
    )


@st.composite
def statements(draw: st.DrawFn) -> DayStatement:
    """Draw a statement whose balances are right."""
    kinds = draw(st.lists(st.sampled_from(list(MovementKind)), max_size=6))
    bookings, number = [], 0
    for kind in kinds:
        of_one = []
        for movement in draw(st.lists(movements(kind), min_size=1, max_size=3)):
            number += 1
            of_one.append(replace(movement, reference=f"B{number}"))
        bookings.append(Booking(tuple(of_one), bare=draw(st.booleans())))
    opening = draw(st.integers(-(10**9), 10**9))
    return DayStatement(
        id="20261120-32013000",
        number=draw(st.integers(1, 1_000)),
        account=OURS,
        currency=draw(currencies),
        day=date(2026, 11, 20),
        opening=opening,
        closing=opening + sum(booking.amount for booking in bookings),
        bookings=tuple(bookings),
        copy=draw(st.booleans()),
    )


def expected(statement: DayStatement) -> Statement:
    """Return what a reader has to make of a statement."""
    return Statement(
        id=statement.id,
        account=statement.account,
        currency=statement.currency,
        opening=statement.opening,
        closing=statement.closing,
        day_from=statement.day,
        day_to=statement.day,
        entries=tuple(
            entry
            for place, booking in enumerate(statement.bookings, 1)
            for entry in entries(statement, booking, f"{statement.id}:{statement.day}:{place}")
        ),
    )


def entries(statement: DayStatement, booking: Booking, name: str) -> list[Entry]:
    """Return what a reader has to make of what is booked together."""
    first = booking.movements[0]
    if booking.bare:
        bare = Movement(reference=first.reference, kind=first.kind, amount=booking.amount)
        return [entry(statement, bare, f"{name}/1")]
    return [
        entry(statement, movement, f"{name}/{place}") for place, movement in enumerate(booking.movements, 1)
    ]


def entry(statement: DayStatement, movement: Movement, name: str) -> Entry:
    """Return what a reader has to make of a movement."""
    return Entry(
        id=name,
        part=movement.part,
        reference=movement.reference,
        amount=movement.amount,
        currency=statement.currency,
        day=statement.day,
        is_return=movement.kind is MovementKind.RETURN,
        reason=movement.reason,
        remittance=movement.remittance,
        holder=movement.holder,
        account=movement.account,
    )


@given(versions, st.lists(statements(), min_size=1, max_size=2))
def test_what_is_written_is_read_as_it_was_meant(version: Version, drawn: list[DayStatement]) -> None:
    """In both versions and all kinds of currencies, with one movement or several in an entry."""
    document = write_statements(version, "M1", MADE_AT, tuple(drawn))
    assert read_statements(document) == tuple(map(expected, drawn))


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_the_same_statement_is_the_same_bytes(version: Version) -> None:
    """A file can be compared with what was sent before."""
    movement = Movement(reference="B1", kind=MovementKind.CREDIT, amount=5, holder="Ann")
    statement = DayStatement(
        id="s",
        number=1,
        account=OURS,
        currency="EUR",
        day=date(2026, 11, 20),
        opening=0,
        closing=5,
        bookings=(Booking((movement,)),),
    )
    written = [write_statements(version, "M1", MADE_AT, (statement,)) for _ in range(2)]
    assert written[0] == written[1]
