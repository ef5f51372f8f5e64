"""Whatever schema, resolvers and operation come: compiled execution gives what graphql-core gives."""

import gc
import random
from collections.abc import Iterator

import graphql
import pytest
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st

import jit
from tests.jit.both_ways import assert_same, run_both
from tests.jit.generated_graphs import Graph

# graphql-core loses coroutines when errors meet, and so do the generated values; ours are tested elsewhere.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
SEEDS = st.integers(0, 2**32)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Lost coroutines are found within the test that lost them."""
    yield
    gc.collect()


def check(seed: int, *, waiting: bool, trouble: int, kind: str = "query") -> None:
    """Compares the two over one generated graph."""
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    graph = Graph(chance, waiting=waiting, trouble=trouble)
    document = parse(graph.operation(kind))
    assert not validate(graph.schema, document)
    variables = graph.variables(chance)
    assert jit.compile_operation(graph.schema, document).fallback_reason is None
    run_both(graph.schema, document, after=graph.close_unstarted, variable_values=variables)
    graph.close_unstarted()  # resolvers that went on until the event loop closed may have made more


@given(SEEDS)
def test_without_trouble_answers_are_the_same(seed: int) -> None:
    """Awaitables of every kind, and no errors."""
    check(seed, waiting=True, trouble=0)


@given(SEEDS)
def test_with_trouble_answers_are_the_same(seed: int) -> None:
    """Errors, nulls and wrong values wherever they can be."""
    check(seed, waiting=True, trouble=8)


@given(SEEDS)
def test_with_much_trouble_answers_are_the_same(seed: int) -> None:
    """Nearly everything fails."""
    check(seed, waiting=True, trouble=35)


@given(SEEDS)
def test_mutations_are_the_same(seed: int) -> None:
    """Root fields one after another."""
    check(seed, waiting=True, trouble=6, kind="mutation")


@given(SEEDS)
def test_synchronous_answers_and_errors_are_the_same_in_order(seed: int) -> None:
    """Without awaitables the result is no awaitable, and errors come in the same order."""
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    graph = Graph(chance, waiting=False, trouble=10)
    document = parse(graph.operation())
    variables = graph.variables(chance)
    expected = graphql.execute(graph.schema, document, variable_values=variables)
    result = jit.execute(graph.schema, document, variable_values=variables)
    assert isinstance(expected, graphql.ExecutionResult)
    assert isinstance(result, graphql.ExecutionResult)
    assert_same(expected, result)
    assert [str(error) for error in result.errors or ()] == [str(error) for error in expected.errors or ()]
