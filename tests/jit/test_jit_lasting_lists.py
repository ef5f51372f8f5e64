"""Lists that never change are completed once by each operation that shows them."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, parse

from jit import SharedList, compile_operation
from jit.runtime.shared_list import MAX_RESULTS, own

SDL = "type Query { fruits: [Fruit!]! } type Fruit { name: String! seeds: Int }"


@dataclass
class Fruit:
    """A fruit, of which it is counted how often it is read."""

    name: Any
    seeds: int | None


def executed(fruits: list[Fruit], *queries: str) -> list[Any]:
    """What one after the other gives."""
    schema = build_schema(SDL)
    resolve_by(schema, fruits)
    operations = {query: compile_operation(schema, parse(query)) for query in queries}
    return [operations[query].execute() for query in queries]


def add(number: int, items: list[int]) -> list[int]:
    """The list with one more."""
    return [*items, number]


def resolve_by(schema: GraphQLSchema, fruits: list[Fruit]) -> None:
    """Lets a schema answer with fruits."""
    query = schema.query_type
    assert isinstance(query, GraphQLObjectType)
    query.fields["fruits"].resolve = lambda _source, _info: fruits


def test_a_lasting_list_is_completed_once_by_an_operation() -> None:
    """The second answer has the same list as the first."""
    query = "{ fruits { name seeds } }"
    first, second = executed(SharedList([Fruit("fig", 3), Fruit("plum", None)]), query, query)
    assert first.data == {"fruits": [{"name": "fig", "seeds": 3}, {"name": "plum", "seeds": None}]}
    assert second.data["fruits"] is first.data["fruits"]


def test_each_operation_completes_a_lasting_list_in_its_way() -> None:
    """What is kept is what one operation made of it."""
    first, second = executed(SharedList([Fruit("fig", 3)]), "{ fruits { name } }", "{ fruits { seeds } }")
    assert (first.data, second.data) == ({"fruits": [{"name": "fig"}]}, {"fruits": [{"seeds": 3}]})


def test_a_usual_list_is_completed_each_time() -> None:
    """It may have changed, and so may its items."""
    query = "{ fruits { name } }"
    first, second = executed([Fruit("fig", 3)], query, query)
    assert second.data == first.data
    assert second.data["fruits"] is not first.data["fruits"]


def test_a_lasting_list_with_an_error_in_it_tells_it_each_time() -> None:
    """Nothing is kept of what did not go well."""
    query = "{ fruits { name seeds } }"
    results = executed(SharedList([Fruit(None, 3)]), query, query)
    assert [[error.path for error in result.errors] for result in results] == [[["fruits", 0, "name"]]] * 2


def test_no_more_is_kept_with_a_lasting_list_than_some_operations_make() -> None:
    """Otherwise it would grow by every new document."""
    fruits, most = SharedList([1]), 3 * MAX_RESULTS
    made = [fruits.once(partial(add, number)) for number in range(most)]
    assert made == [[1, number] for number in range(most)]
    assert len(fruits._made) <= MAX_RESULTS


def test_an_answer_of_ones_own_shares_nothing_with_lasting_lists() -> None:
    """All in them is copied, however deep, and what was not shared stays as it is."""
    inner: dict[str, Any] = {"name": "fig", "tags": ["sweet"]}
    shared, usual = SharedList([inner, None]), {"kept": True}
    answer: dict[str, Any] = {"basket": {"fruits": shared, "usual": usual}}
    own(answer)
    answer["basket"]["fruits"][0]["tags"].append("written")
    answer["basket"]["fruits"][0]["name"] = "written"
    assert shared == [{"name": "fig", "tags": ["sweet"]}, None]
    assert answer["basket"]["usual"] is usual
