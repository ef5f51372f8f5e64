"""Responses as JSON: the same text as by orjson alone, and what is shared is encoded once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.encoding import as_json
from jit import SharedList

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4)
)


def sharing(value: Any) -> Any:
    """The same value with all its lists shared."""
    match value:
        case list():
            return SharedList(sharing(item) for item in value)
        case dict():
            return {key: sharing(item) for key, item in value.items()}
        case _:
            return value


@given(VALUES)
def test_shared_lists_are_encoded_as_lists(value: Any) -> None:
    """Also within each other, and the second time."""
    shared = sharing(value)
    assert as_json(value) == as_json(shared) == as_json(shared) == orjson.dumps(value)


def test_a_shared_list_is_encoded_once() -> None:
    """Nobody may change it, so its text stays the same."""
    item = {"name": "Table"}
    shared = SharedList([item])
    assert as_json({"items": shared}) == b'{"items":[{"name":"Table"}]}'
    item["name"] = "Chair"
    assert as_json([shared]) == b'[[{"name":"Table"}]]'


class Kind(StrEnum):
    """A text with a name."""

    BET = "bet"


class Name(str):
    """A text with a form of its own for people."""

    __slots__ = ()

    def __str__(self) -> str:
        return "a name"


class Number(int):
    """A number."""


class Items(list[Any]):
    """A list."""


class Fields(dict[str, Any]):
    """An object."""


@pytest.mark.parametrize("value", [Kind.BET, Name("x"), Number(3), Items([Number(1)]), Fields(a=Items())])
def test_subclasses_are_encoded_as_what_they_are_made_of(value: object) -> None:
    """As by orjson alone."""
    assert as_json([value]) == orjson.dumps([value])


def test_what_has_no_form_in_json_is_refused() -> None:
    """Rather than written in some form."""
    with pytest.raises(TypeError):
        as_json([object()])
