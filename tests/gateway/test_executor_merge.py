"""Merging answers into the tree of data: deep, and without sharing."""

from __future__ import annotations

from typing import Any

from gateway.executor.merge import copied, merge

DEEP = 20_000


def nested(levels: int, last: dict[str, Any]) -> dict[str, Any]:
    """Objects in lists in objects."""
    value = last
    for _ in range(levels):
        value = {"below": [value]}
    return value


def innermost(value: dict[str, Any]) -> dict[str, Any]:
    """The object at the end of the nesting."""
    while "below" in value:
        value = value["below"][0]
    return value


def test_objects_are_merged_however_deep() -> None:
    """No answer is deep enough to end in a recursion error."""
    tree = nested(DEEP, {"a": 1})
    merge(tree, nested(DEEP, {"b": 2}))
    assert innermost(tree) == {"a": 1, "b": 2}


def test_a_copy_shares_nothing_however_deep() -> None:
    """What is written into the copy does not show in the original."""
    original = nested(DEEP, {"a": [1]})
    copy = copied(original)
    innermost(copy)["a"].append(2)
    assert innermost(original) == {"a": [1]}


def test_the_first_of_two_answers_stays() -> None:
    """Subgraphs that contradict each other do not make a mixture."""
    tree: dict[str, Any] = {"a": 1, "b": [1, 2], "c": {"d": 1}}
    merge(tree, {"a": 2, "b": [3], "c": [4]})
    assert tree == {"a": 1, "b": [1, 2], "c": {"d": 1}}


def test_null_gives_way() -> None:
    """A value that one subgraph does not have may come from another, in lists as well."""
    tree: dict[str, Any] = {"a": None, "b": [None, {"c": 1}]}
    merge(tree, {"a": {"x": 1}, "b": [{"c": 2}, {"d": 3}]})
    assert tree == {"a": {"x": 1}, "b": [{"c": 2}, {"c": 1, "d": 3}]}


def test_a_concrete_type_replaces_the_name_of_an_interface() -> None:
    """Only for interfaces that are interface objects in some subgraph."""
    tree: dict[str, Any] = {"a": {"__typename": "Media"}, "b": {"__typename": "Book"}}
    merge(tree, {"a": {"__typename": "Film"}, "b": {"__typename": "Film"}}, frozenset({"Media"}))
    assert tree == {"a": {"__typename": "Film"}, "b": {"__typename": "Book"}}
