"""Bets as columns, a block at a time: there are a thousand of them for each other fact.

A block is read here if all of its records have the plainest form that the contract allows. If one has not,
the block is read record by record, as those of other topics are, so that both say the same of it. Ids and
times are checked for all records together, by one search each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from struct import unpack
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

import msgspec

from analytics.pseudonyms import Pseudonyms
from consumers.messages.bet_legs import BetLegs
from consumers.messages.fields import BetType, Channel, Money, Odds, Ordinal, Product, UncheckedId
from consumers.progress.messages import legs_text
from consumers.stream.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE: Final = 1024
"""How many bets are turned into columns at once: so many stay in the processor's cache meanwhile."""

_WORD: Final = "[!-9;-~]+"
_PLAIN_WORDS: Final = re.compile(rf"(?:{_WORD} {_WORD} {_WORD} [A-Z]{{3}}\n)*").fullmatch
_PLAIN_INSTANTS: Final = re.compile(
    r"(?:20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\n)*", re.ASCII
).fullmatch


class _PlainBet(msgspec.Struct, gc=False):
    """A bet whose words and times are not checked yet."""

    schema: Literal["club.progress/1"]
    event_id: UUID
    brand_id: UncheckedId
    customer_id: UncheckedId
    bet_id: UncheckedId
    bet_revision: Ordinal
    status: Literal["placed", "settled", "void", "partially_void", "cashed_out"]
    bet_type: BetType | None
    stake_minor: Money
    counting_stake_minor: Money
    currency: str
    stake_source: Literal["cash", "free_bet"]
    odds_milli: Odds | None
    placed_at: str
    occurred_at: str
    product: Product
    channel: Channel | None = None
    legs: BetLegs = ()


_decode: Final = msgspec.json.Decoder(_PlainBet).decode_lines


def plain_bets(records: Sequence[Record], pseudonyms: Pseudonyms) -> dict[str, pa.Array] | None:
    """Return the columns that bets fill, or None if a record is no plain bet or of an erased customer."""
    import pyarrow as pa

    pieces = []
    for first in range(0, len(records), AT_ONCE):
        piece = _columns(records[first : first + AT_ONCE], pseudonyms)
        if piece is None:
            return None
        pieces.append(piece)
    return {name: pa.concat_arrays([piece[name] for piece in pieces]) for name in pieces[0]}


def _columns(records: Sequence[Record], pseudonyms: Pseudonyms) -> dict[str, pa.Array] | None:
    import pyarrow as pa

    bets = _decoded(records)
    if bets is None:
        return None
    try:
        times = {
            name: pa.array([getattr(bet, name) for bet in bets], pa.string()).cast(
                pa.timestamp("us", tz="UTC")
            )
            for name in ("placed_at", "occurred_at")
        }
    except pa.ArrowInvalid:  # such as the 31st of February
        return None
    customers = pseudonyms.numbers_unless_erased([record.key or b"" for record in records])
    if customers is None:
        return None
    numbers = pseudonyms.numbers_of([f"{bet.brand_id}\0{bet.bet_id}" for bet in bets])
    return times | {
        "brand": pa.array([bet.brand_id for bet in bets], pa.string()),
        "customer": pa.array(customers, pa.uint64()),
        "bet": pa.array(unpack(f">{len(bets)}Q", numbers), pa.uint64()),
        "revision": pa.array([bet.bet_revision for bet in bets], pa.uint32()),
        "status": pa.array([bet.status for bet in bets], pa.string()),
        "bet_type": pa.array([bet.bet_type or "" for bet in bets], pa.string()),
        "product": pa.array([bet.product for bet in bets], pa.string()),
        "channel": pa.array([bet.channel or "" for bet in bets], pa.string()),
        "stake_minor": pa.array([bet.stake_minor for bet in bets], pa.int64()),
        "counting_stake_minor": pa.array([bet.counting_stake_minor for bet in bets], pa.int64()),
        "currency": pa.array([bet.currency for bet in bets], pa.string()),
        "stake_source": pa.array([bet.stake_source for bet in bets], pa.string()),
        "odds_milli": pa.array([bet.odds_milli for bet in bets], pa.int64()),
        "legs": pa.array([legs_text(bet.legs) if bet.legs else "" for bet in bets], pa.string()),
    }


def _decoded(records: Sequence[Record]) -> list[_PlainBet] | None:
    """Return the bets in records, if all are plain, and keys and headers agree with them."""
    lines = b"\n".join([record.value or b"" for record in records])
    if not lines.isascii() or lines.count(b"\n") != len(records) - 1:
        return None
    try:
        bets = _decode(lines)
    except (msgspec.DecodeError, RecursionError):
        return None
    if any(map(_is_odd, bets)):
        return None
    # If a line was empty, there are fewer bets.
    if [record.key for record in records] != [f"{bet.brand_id}:{bet.customer_id}".encode() for bet in bets]:
        return None
    words = "".join([f"{bet.brand_id} {bet.customer_id} {bet.bet_id} {bet.currency}\n" for bet in bets])
    instants = "".join([f"{bet.placed_at}\n{bet.occurred_at}\n" for bet in bets])
    if _PLAIN_WORDS(words) is None or _PLAIN_INSTANTS(instants) is None:
        return None
    return bets if all(map(_agrees, records, bets)) else None


def _is_odd(bet: _PlainBet) -> bool:
    """Tell whether fields may contradict each other: then the block is read record by record."""
    return (
        (bet.product == "betting") is (bet.bet_type is None)
        or bet.counting_stake_minor > bet.stake_minor
        or bet.occurred_at < bet.placed_at
    )


def _agrees(record: Record, bet: _PlainBet) -> bool:
    """Tell whether the headers agree with the body."""
    for name, value in record.headers:
        if value is not None and (
            (name == "brand" and value != bet.brand_id.encode())
            or (name == "schema" and value != bet.schema.encode())
        ):
            return False
    return True
