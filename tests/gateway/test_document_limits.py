"""Documents that cost too much are refused before they are validated, in time linear in their length."""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    parse,
    print_ast,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import InvalidDocument, RequestError
from gateway.pipeline.limits import check_document
from gateway.pipeline.limits import measures as measuring
from gateway.pipeline.limits.measures import measure
from gateway.pipeline.preparation import document_reader, validation
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from gateway.settings.limits import DocumentLimits
from gateway.supergraph import load_supergraph
from tests.support.examples import examples

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://localhost/a") }
type Query @join__type(graph: A) { node(id: ID): Node  names(of: [String]): String }
type Node @join__type(graph: A) { id: ID  name: String  next: Node }
"""
NESTED = "".join(f"fragment F{n} on Node {{ next {{ ...F{n + 1} }} }} " for n in range(30))
DOUBLED = "fragment B{0} on Node {{ a: next {{ ...B{1} }} b: next {{ ...B{1} }} }} "
BOMB = "".join(DOUBLED.format(n, n + 1) for n in range(9))
ATTACKS = {
    "DOCUMENT_TOO_DEEP": "{ node " + "{ next " * 20 + "{ id }" + " }" * 20 + " }",
    "TOO_MANY_FIELDS": f"{{ node {{ ...B0 }} }} {BOMB} fragment B9 on Node {{ id }}",
    "TOO_MANY_ROOT_FIELDS": "{ " + " ".join(f"a{n}: names" for n in range(21)) + " }",
    "TOO_MANY_ALIASES": "{ node { " + " ".join(f"a{n}: id" for n in range(51)) + " } }",
    "TOO_MANY_DIRECTIVES": "{ node { id " + "@include(if: true) " * 101 + "} }",
    "TOO_MANY_FRAGMENTS": "{ node { id } } " + " ".join(f"fragment F{n} on Node {{ id }}" for n in range(51)),
    "FRAGMENTS_TOO_DEEP": f"{{ node {{ ...F0 }} }} {NESTED} fragment F30 on Node {{ id }}",
    "TOO_MANY_CONDITIONS": "query ("
    + " ".join(f"$v{n}: Boolean!" for n in range(7))
    + ") { node { "
    + " ".join(f"x{n}: id @include(if: $v{n})" for n in range(7))
    + " } }",
    "TOO_MANY_LITERALS": "{ names(of: [" + '"x" ' * 200 + "]) }",
    "VALUES_TOO_DEEP": "{ names(of: " + "[" * 21 + "]" * 21 + ") }",
    "TOO_MANY_OPERATIONS": " ".join(f"query Q{n} {{ names }}" for n in range(21)),
    "TOO_MANY_VARIABLES": "query (" + " ".join(f"$v{n}: ID" for n in range(101)) + ") { names }",
    "TOO_MANY_MERGED_FIELDS": "{ node { " + "id " * 31 + "} }",
}


@pytest.fixture(scope="module")
def preparer() -> Preparer:
    """Of a small graph, with the default limits."""
    return Preparer(load_supergraph(SUPERGRAPH), PreparationLimits())


@pytest.mark.parametrize("code", ATTACKS)
def test_each_limit_has_its_own_code(preparer: Preparer, code: str) -> None:
    """One more than allowed is refused, and says which limit it was."""
    with pytest.raises(RequestError) as refused:
        preparer.prepare(ATTACKS[code], None)
    assert refused.value.code == code


def test_what_is_allowed_is_planned(preparer: Preparer) -> None:
    """A document just within the limits of depth, aliases and merged fields is prepared."""
    deep = "{ node " + "{ next " * 18 + "{ id }" + " }" * 18 + " }"
    wide = "{ node { " + " ".join(f"a{n}: id" for n in range(50)) + " id" * 30 + " } }"
    assert preparer.prepare(deep, None).is_query
    assert preparer.prepare(wide, None).is_query


def test_lists_in_the_type_of_a_variable_count_as_levels_of_a_value(preparer: Preparer) -> None:
    """Validation compares such types level by level, for each use of the variable."""
    nested = "[" * 20 + "ID" + "]!" * 20
    with pytest.raises(RequestError) as refused:
        preparer.prepare(f"query ($v: [{nested}]) {{ node(id: $v) {{ id }} }}", None)
    assert refused.value.code == "VALUES_TOO_DEEP"
    assert measure(parse(f"query ($v: {nested}) {{ node(id: $v) {{ id }} }}")).value_depth == 20


@pytest.mark.parametrize("length", [1, 2, 40])
def test_a_cycle_of_fragments_is_refused_as_validation_would(preparer: Preparer, length: int) -> None:
    """With the same code, whatever its length, and before anything follows fragments."""
    cycle = " ".join(f"fragment F{n} on Node {{ next {{ ...F{(n + 1) % length} }} }}" for n in range(length))
    with pytest.raises(InvalidDocument) as refused:
        preparer.prepare(f"{{ node {{ ...F0 }} }} {cycle}", None)
    assert refused.value.code == "GRAPHQL_VALIDATION_FAILED"
    assert "within itself" in refused.value.message


def test_fragments_that_double_are_measured_without_being_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """2^40 fields take as many steps as there are nodes."""
    levels = 40
    bomb = "".join(DOUBLED.format(n, n + 1) for n in range(levels))
    document = parse(f"{{ node {{ ...B0 }} }} {bomb} fragment B{levels} on Node {{ id }}")
    steps = Counter[str]()
    original = measuring._count_directives
    monkeypatch.setattr(
        measuring, "_count_directives", lambda *given: (steps.update(["step"]), original(*given))[1]
    )
    found = measure(document)
    assert (found.fields, found.depth, found.fragment_depth) == (measuring.MAX_NUMBER, levels + 2, levels + 1)
    assert steps["step"] < 8 * levels


def test_white_space_and_comments_buy_nothing(preparer: Preparer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document with the same tokens is neither validated nor refused again."""
    validated: list[object] = []
    original = validation.validate_document
    monkeypatch.setattr(
        document_reader, "validate_document", lambda *a, **k: (validated.append(a), original(*a, **k))[1]
    )
    fresh = Preparer(preparer.supergraph, PreparationLimits())
    first = fresh.prepare("{ node { id } }", None)
    assert fresh.prepare("{ node { id } } # one", None) is first
    assert fresh.prepare("{\n  node { id, } }", None) is first
    for blanks in range(3):
        with pytest.raises(InvalidDocument) as refused:
            fresh.prepare(" " * blanks + "{ node { nothing } }", None)
        assert ("locations" in refused.value.entries[0]) == (blanks == 0)
    assert len(validated) == 2


def test_errors_suggest_names_only_where_introspection_is_on(preparer: Preparer) -> None:
    """A suggestion tells a part of the schema."""
    for suggestions in (False, True):
        one = Preparer(preparer.supergraph, PreparationLimits(suggestions=suggestions))
        with pytest.raises(InvalidDocument) as refused:
            one.prepare("{ node { nam } }", None)
        assert ("Did you mean" in refused.value.message) == suggestions


names = st.sampled_from(["a", "b", "c"])


def selections(depth: int) -> st.SearchStrategy[str]:
    """The text of a selection set, which may spread F0 to F3."""
    leaf = st.one_of(names, st.builds("{}: {}".format, names, names))
    if depth == 0:
        one: st.SearchStrategy[str] = leaf
    else:
        below = selections(depth - 1)
        spread = st.builds("...F{}".format, st.integers(0, 3))
        one = st.one_of(
            leaf, spread, st.builds("... {}".format, below), st.builds("{} {}".format, leaf, below)
        )
    return st.lists(one, min_size=1, max_size=4).map(lambda each: "{ " + " ".join(each) + " }")


def _fragment(n: int, text: str) -> str:
    return f"fragment F{n} on T {_only_later(text, n)}"


def documents() -> st.SearchStrategy[str]:
    """An operation and four fragments, of which each spreads later ones alone."""
    fragments = [selections(2).map(partial(_fragment, n)) for n in range(4)]
    return st.tuples(selections(3), *fragments).map(" ".join)


def _only_later(text: str, number: int) -> str:
    for other in range(number + 1):
        text = text.replace(f"...F{other}", "a")
    return text


@settings(max_examples=examples(150))
@given(text=documents())
def test_measures_are_those_of_the_document_with_fragments_in_place(text: str) -> None:
    """As counted by putting each fragment in place, which takes exponential time."""
    document = parse(text)
    found = measure(document)
    roots = list(_placed(document))
    placed = [each for root in roots for each in root]
    assert found.fields == len(placed)
    assert found.depth == max(level for level, _ in placed)
    assert found.root_fields == max(sum(level == 1 for level, _ in root) for root in roots)
    assert found.aliases == max(sum(field.alias is not None for _, field in root) for root in roots)
    with pytest.raises(RequestError) if len(placed) > 3 else nullcontext():
        check_document(document, DocumentLimits(fields=3))


def _placed(document: DocumentNode) -> Iterator[list[tuple[int, FieldNode]]]:
    """For the operation, and each fragment that is spread nowhere, all fields with their levels."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }

    def below(node: Any, level: int) -> Iterator[tuple[int, FieldNode]]:
        for each in node.selection_set.selections if node.selection_set else ():
            if isinstance(each, FieldNode):
                yield level, each
                yield from below(each, level + 1)
            elif isinstance(each, FragmentSpreadNode):
                yield from below(fragments[each.name.value], level)
            else:
                yield from below(each, level)

    text = print_ast(document)
    yield list(below(document.definitions[0], 1))
    for name, fragment in fragments.items():
        if f"...{name}" not in text:
            yield list(below(fragment, 1))
