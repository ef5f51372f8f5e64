"""What an earlier fetch has returned is not asked for again, and no fetch is left without a field."""

from collections.abc import Iterable

import pytest

from gateway.plan import Step
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.fetch_node import FetchNode, FieldDraft, SelectionDraft
from gateway.planner.passes.prune_redundant import prune_redundant

ITEM = frozenset({"Item"})


def selection(names: Iterable[str], identifying: Iterable[str] = ()) -> SelectionDraft:
    """Return a selection of leaves of an item, some of which only name it."""
    fields = {name: FieldDraft(name, "", frozenset(), None) for name in names}
    for name in identifying:
        fields[name].identifies_only = True
    return SelectionDraft(None, False, {ITEM: fields})


def names_left(earlier: SelectionDraft, later: SelectionDraft) -> list[str]:
    """Return what is left of an entity fetch that follows a fetch of the same item."""
    path = (Step("item", None, 0),)
    query = SelectionDraft("Query", False, {frozenset({"Query"}): {}})
    query.fields_by_types[frozenset({"Query"})]["item"] = FieldDraft("item", "", frozenset(), earlier)
    first = FetchNode("a", (), ResponseScope(), query)
    second = FetchNode("b", path, ResponseScope(), later, {first}, {"Item": ()})
    prune_redundant([first, second])
    return list(later.fields_by_types[ITEM])


@pytest.mark.parametrize(
    ("known", "asked", "left"),
    [
        pytest.param(["id"], ["id", "name"], ["name"], id="a key"),
        pytest.param(["id", "code"], ["id", "name", "code"], ["name"], id="on both sides of what is new"),
        pytest.param(["id"], ["name", "price"], ["name", "price"], id="nothing"),
        pytest.param(["id", "name"], ["id"], ["id"], id="all there is"),
        pytest.param(["id", "name"], ["id", "name"], ["name"], id="all of several"),
    ],
)
def test_known_leaves_are_dropped_but_not_the_last(
    known: list[str], asked: list[str], left: list[str]
) -> None:
    """A selection without fields could not be written."""
    earlier = selection(known)
    assert names_left(earlier, selection(asked)) == left


def test_a_leaf_that_only_named_the_item_is_fetched_where_it_is_resolved() -> None:
    """The earlier subgraph's value of it is not the response's."""
    earlier = selection(["id", "code"], identifying=["code"])
    assert names_left(earlier, selection(["id", "code", "name"])) == ["code", "name"]


def test_leaves_of_what_both_select_within_the_item_are_dropped_as_well() -> None:
    """An object within the item is the same in both responses, however deep it lies."""
    earlier, later = selection(["id"]), selection(["id", "name"])
    known, asked = selection(["id", "code"]), selection(["id", "code", "price"])
    earlier.fields_by_types[ITEM]["spare"] = FieldDraft("spare", "", frozenset(), known)
    later.fields_by_types[ITEM]["spare"] = FieldDraft("spare", "", frozenset(), asked)
    assert names_left(earlier, later) == ["name", "spare"]
    assert list(asked.fields_by_types[ITEM]) == ["price"]


@pytest.mark.parametrize("through", ["the earlier fetch", "the later fetch"])
def test_what_one_fetch_knows_only_through_an_interface_object_is_fetched(through: str) -> None:
    """Its unknown concrete type may stand for another object, whichever fetch it is."""
    earlier, later = selection(["id", "code"]), selection(["id", "code", "name"])
    unsure = earlier if through == "the earlier fetch" else later
    unsure.interface_object_of = {"Item": "Thing"}
    assert names_left(earlier, later) == ["id", "code", "name"]
