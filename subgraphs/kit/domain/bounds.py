"""What may come in from outside: the sizes of texts and numbers, ids and currencies, declared once.

Each mutation checks its input here before anything is read or written: what no column, ledger or message can
hold is refused where it comes in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from msgspec import Struct

from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.kit.domain.errors import BadInput

MAX_AMOUNT: Final = 2**53 - 1
"""In minor units: the greatest of `MinorUnits`, and what JavaScript holds exactly."""

MAX_STAKE: Final = 2**31 - 1
"""In minor units: the greatest of the messages by which bets are told."""

MAX_INT: Final = 2**31 - 1
"""The greatest of GraphQL's `Int`."""


class Text(Struct, frozen=True):
    """A text of 1 to `most` printable characters; an id has no blanks, which a database may ignore."""

    most: int
    is_id: bool = True


class Whole(Struct, frozen=True):
    """A whole number, both ends included."""

    least: int
    most: int


class Money(Struct, frozen=True):
    """A currency: ISO 4217's alphabetic code, in capitals."""


Bound: TypeAlias = Text | Whole | Money

BOUNDS: Final[Mapping[str, Bound]] = MappingProxyType(
    {
        "amount_minor": Whole(0, MAX_AMOUNT),
        "brand": Text(64),
        "currency": Money(),
        "denominator": Whole(1, MAX_INT),
        "expected_version": Whole(0, MAX_INT),
        "free_bet_id": Text(64),
        "game_id": Text(160),
        "holder": Text(200, is_id=False),
        "iban": Text(64, is_id=False),
        "idempotency_key": Text(128),
        "method_id": Text(160),
        "minutes": Whole(0, MAX_INT),
        "months": Whole(1, MAX_INT),
        "numerator": Whole(1, MAX_INT),
        "odds_milli": Whole(0, MAX_INT),
        "option_id": Text(160),
        "places": Whole(1, MAX_INT),
        "selection_id": Text(160),
        "stake_minor": Whole(1, MAX_AMOUNT),
        "terms_version": Text(160, is_id=False),
    }
)
"""What is allowed in the fields of inputs, by their names; enums, booleans and times have none."""


def check(asked: object) -> None:
    """Refuse an input with a value that is out of its bounds.

    Args:
        asked: The input of a mutation: a dataclass, whose lists may have others.

    Raises:
        BadInput: A value is out of its bounds. The message names it, and never has it.
    """
    for name, value in _values(asked):
        check_value(name, value)


def check_value(name: str, value: str | int) -> None:
    """Refuse a value of one field.

    Raises:
        BadInput: It is out of its bounds.
    """
    if reason := _wrong(BOUNDS[name], value):
        first, *others = name.split("_")
        raise BadInput(f"`{first}{''.join(map(str.title, others))}` {reason}")


def _values(asked: Any) -> Iterator[tuple[str, str | int]]:
    """Yield the texts and numbers of an input, with the names of their fields."""
    for field in fields(asked):
        value = getattr(asked, field.name)
        if isinstance(value, bool | Enum):
            continue
        if isinstance(value, str | int):
            yield field.name, value
        elif is_dataclass(value):
            yield from _values(value)
        elif isinstance(value, Sequence):
            for inner in value:
                yield from _values(inner) if is_dataclass(inner) else [(field.name, inner)]


def _wrong(bound: Bound, value: str | int) -> str:
    """Return what is wrong with a value; "" if nothing is."""
    match bound:
        case Text(most, is_id):
            text = str(value)
            is_plain = text.isprintable() and not (is_id and " " in text)
            if 1 <= len(text) <= most and is_plain:
                return ""
            return f"must have 1 to {most} printable characters{' and no blanks' if is_id else ''}"
        case Whole(least, most):
            return "" if least <= int(value) <= most else f"must be {least} to {most}"
        case Money():
            return "" if value in all_currencies() else "must be a code of ISO 4217 in capitals, such as GBP"
