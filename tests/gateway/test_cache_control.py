"""For how long answers may be cached, by the rules of Apollo Server's @cacheControl."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    parse,
)
from graphql.utilities import value_from_ast_untyped
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.pipeline.cache_control import CachePolicy
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import CacheHint, load_supergraph
from tests.federation_kit.composer import compose
from tests.gateway.plans import joined
from tests.support.examples import examples

MACHINERY = """
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
  on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
"""
SCHEMA = """
type Query @join__type(graph: A) {
  plain: Int
  hinted: Int @cacheControl(maxAge: 60)
  private: Int @cacheControl(maxAge: 60, scope: PRIVATE)
  never: Int @cacheControl(maxAge: 0)
  scoped: Int @cacheControl(scope: PUBLIC)
  inheriting: Int @cacheControl(inheritMaxAge: true)
  bare: Bare
  book: Book
  shortBook: Book @cacheControl(maxAge: 10)
  openBook: Book @cacheControl(scope: PUBLIC)
  reader: Reader @cacheControl(maxAge: 100)
  any: Any @cacheControl(maxAge: 200)
  named: Named @cacheControl(maxAge: 300)
}
type Mutation @join__type(graph: A) { hinted: Int @cacheControl(maxAge: 60) }
type Bare @join__type(graph: A) { name: String @cacheControl(maxAge: 60) }
type Book implements Named @join__type(graph: A) @join__implements(graph: A, interface: "Named")
  @cacheControl(maxAge: 240, scope: PRIVATE) {
  name: String
  votes: Int @cacheControl(maxAge: 30)
  bare: Bare
  hintedBare: Bare @cacheControl(maxAge: 50)
  inheritingBare: Bare @cacheControl(inheritMaxAge: true)
  privateBare: Bare @cacheControl(inheritMaxAge: true, scope: PRIVATE)
  ignoredAge: Bare @cacheControl(inheritMaxAge: true, maxAge: 5)
  next: Book
  inheritingBook: Book @cacheControl(inheritMaxAge: true)
}
type Reader implements Named @join__type(graph: A) @join__implements(graph: A, interface: "Named")
  @cacheControl(inheritMaxAge: true) {
  name: String @cacheControl(maxAge: 70)
  friend: Reader
  book: Book
}
interface Named @join__type(graph: A) { name: String }
union Any @join__type(graph: A) @join__unionMember(graph: A, member: "Book")
  @join__unionMember(graph: A, member: "Reader") = Book | Reader
"""
SUPERGRAPH = joined(MACHINERY + SCHEMA, "a").replace("query: Query", "query: Query mutation: Mutation")
MODEL = load_supergraph(SUPERGRAPH)


def policy(query: str, sdl: str | None = None) -> CachePolicy | None:
    """The policy of a document with one operation."""
    model = MODEL if sdl is None else load_supergraph(sdl)
    return Preparer(model, PreparationLimits()).prepare(query, None).cache_policy


PUBLIC_60 = CachePolicy(60)
EXAMPLES: Mapping[str, CachePolicy | None] = {
    "{ plain }": None,
    "{ hinted }": PUBLIC_60,
    "{ hinted plain }": None,
    "{ hinted never }": None,
    "{ private }": CachePolicy(60, is_private=True),
    "{ hinted private }": CachePolicy(60, is_private=True),
    "{ scoped }": None,
    "{ inheriting }": None,
    "{ __typename }": None,
    "{ __typename hinted }": PUBLIC_60,
    "{ __schema { queryType { name } } hinted }": None,
    "mutation { hinted }": None,
    "{ bare { name } }": None,
    "{ book { name } }": CachePolicy(240, is_private=True),
    "{ book { votes } }": CachePolicy(30, is_private=True),
    "{ shortBook { name } }": CachePolicy(10, is_private=True),
    "{ openBook { name __typename } }": CachePolicy(240),
    "{ openBook { bare { name } } }": None,
    "{ openBook { hintedBare { name } } }": CachePolicy(50),
    "{ openBook { inheritingBare { name } } }": CachePolicy(60),
    "{ openBook { privateBare { name } } }": CachePolicy(60, is_private=True),
    "{ openBook { ignoredAge { name } } }": CachePolicy(60),
    "{ openBook { inheritingBook { name } } }": CachePolicy(240, is_private=True),
    "{ reader { friend { friend { friend { name } } } } }": CachePolicy(70),
    "{ reader { book { name } } }": CachePolicy(100, is_private=True),
    "{ any { __typename } }": CachePolicy(200),
    "{ any { ... on Reader { friend { name } } } }": CachePolicy(70),
    "{ any { ... on Reader { name } ... on Book { votes } } }": CachePolicy(30),
    "{ named { name } }": CachePolicy(70),
    "{ named { ... on Book { name } } }": CachePolicy(300),
    "{ hinted @skip(if: true) plain @include(if: false) }": None,
    "{ ...F } fragment F on Query { hinted ...G } fragment G on Query { openBook { votes } }": CachePolicy(
        30
    ),
}


@pytest.mark.parametrize("query", EXAMPLES)
def test_examples(query: str) -> None:
    """The smallest age holds; root fields and objects without a hint are not cached; PRIVATE wins."""
    assert policy(query) == EXAMPLES[query]


# A reference that follows Apollo Server's plugin step by step, over the objects that an answer may have.


def said(node: Any) -> tuple[int | None, str | None, bool]:
    """The age, the scope and whether the age is inherited, as the directive says."""
    for directive in (node.directives if node else None) or ():
        if directive.name.value == "cacheControl":
            found = {
                each.name.value: value_from_ast_untyped(each.value) for each in directive.arguments or ()
            }
            if found.get("inheritMaxAge"):
                return None, found.get("scope"), True
            return found.get("maxAge"), found.get("scope"), False
    return None, None, False


def visits(selections: Any, owner: GraphQLObjectType, fragments: Mapping[str, Any]) -> Iterator[FieldNode]:
    """The fields that are resolved of an object."""
    for selection in selections:
        if isinstance(selection, FieldNode):
            yield selection
            continue
        below = selection if hasattr(selection, "selection_set") else fragments[selection.name.value]
        condition = below.type_condition.name.value if below.type_condition else owner.name
        applies: Any = MODEL.schema.get_type(condition)
        if applies is owner or (
            not isinstance(applies, GraphQLObjectType) and MODEL.schema.is_sub_type(applies, owner)
        ):
            yield from visits(below.selection_set.selections, owner, fragments)


def field_policy(owner: GraphQLObjectType, name: str, *, is_root: bool) -> tuple[int | None, str | None]:
    """The age and the scope of one field, by the type's hint, the field's hint, and the default."""
    definition = owner.fields[name]
    target = get_named_type(definition.type)
    is_composite = is_composite_type(target)
    age, scope, inherits = said(target.ast_node) if is_composite else (None, None, False)
    own_age, own_scope, own_inherits = said(definition.ast_node)
    if own_inherits and age is None:
        inherits = True
    elif own_age is not None:
        age = own_age
    if age is None and ((is_composite and not inherits) or is_root):
        age = 0
    return age, own_scope or scope


def restrict(query: str) -> tuple[int | None, str | None]:
    """The overall age and scope, if each possible object occurs in the answer."""
    definitions: Any = parse(query).definitions
    operation, *rest = definitions
    fragments = {each.name.value: each for each in rest}
    found: list[tuple[int | None, str | None]] = []

    def resolve(selections: Any, owner: GraphQLObjectType, *, is_root: bool) -> None:
        for field in visits(selections, owner, fragments):
            name = field.name.value
            if name == "__typename":
                continue
            found.append(field_policy(owner, name, is_root=is_root))
            for possible in _possible(get_named_type(owner.fields[name].type)):
                below: Any = field.selection_set
                resolve(below.selections, possible, is_root=False)

    assert MODEL.schema.query_type is not None
    resolve(operation.selection_set.selections, MODEL.schema.query_type, is_root=True)
    ages = [age for age, _ in found if age is not None]
    return min(ages, default=None), "PRIVATE" if (any(scope == "PRIVATE" for _, scope in found)) else None


def _possible(target: Any) -> list[GraphQLObjectType]:
    if isinstance(target, GraphQLObjectType):
        return [target]
    return MODEL.schema.get_possible_types(target) if is_abstract_type(target) else []


@st.composite
def selections(draw: st.DrawFn, type_name: str = "Query", depth: int = 4) -> str:
    """A selection set on a type, with inline fragments."""
    named: Any = MODEL.public.get_type(type_name)
    fields = getattr(named, "fields", {})
    parts = ["__typename"] if draw(st.booleans()) or not fields else []
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=3)) if fields else []:
        target = get_named_type(fields[name].type)
        assert not is_list_type(target)
        if not is_composite_type(target):
            parts.append(name)
        elif depth:
            parts.append(f"{name} {draw(selections(target.name, depth - 1))}")
    narrowed = [each.name for each in _possible(named) if depth and draw(st.integers(0, 2)) == 0]
    parts += [f"... on {each} {draw(selections(each, depth - 1))}" for each in narrowed]
    return f"{{ {' '.join(parts or ['__typename'])} }}"


@settings(max_examples=examples(150))
@given(selections())
def test_policies_are_those_of_the_reference(query: str) -> None:
    """For generated documents, as if each object that an answer may have were in it."""
    age, scope = restrict(query)
    expected = CachePolicy(age, is_private=scope == "PRIVATE") if age else None
    assert policy(query) == expected


def test_hints_come_through_composition_and_the_strictest_holds() -> None:
    """By @composeDirective, under another name in one of the subgraphs' supergraph."""
    head = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
        '"@composeDirective"]) @link(url: "https://specs.example.com/cacheControl/v1.0", '
        'import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")\n'
    )
    sdl = compose(
        {
            "a": f"""{head}{MACHINERY}
            type Query {{ product: Product @cacheControl(maxAge: 60) }}
            type Product @key(fields: "id") @cacheControl(maxAge: 30, scope: PUBLIC) {{ id: ID! }}
            """,
            "b": f"""{head}{MACHINERY}
            type Product @key(fields: "id") @cacheControl(scope: PRIVATE) {{
              id: ID!
              price: Int @cacheControl(maxAge: 5)
            }}
            """,
        }
    ).supergraph
    renamed = sdl.replace('["@cacheControl"]', '[{ name: "@cacheControl", as: "@cached" }]')
    for text in (sdl, renamed.replace("@cacheControl(", "@cached(")):
        assert load_supergraph(text).cache_hints == {
            "Query.product": CacheHint(60),
            "Product": CacheHint(30, is_private=True),
            "Product.price": CacheHint(5),
        }


def test_hints_are_read_from_join_directives() -> None:
    """Composition may carry a directive's application so, without its definition."""
    sdl = joined(
        "directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) "
        "repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION\n"
        "scalar join__DirectiveArguments\n"
        "type Query @join__type(graph: A) {\n"
        '  a: Int @join__directive(graphs: [A], name: "cacheControl", args: { maxAge: 60, scope: PRIVATE })\n'
        '  b: Int @join__directive(graphs: [A], name: "other", args: { maxAge: 60 })\n'
        "}",
        "a",
    )
    assert load_supergraph(sdl).cache_hints == {"Query.a": CacheHint(60, is_private=True)}
    assert policy("{ a }", sdl) == CachePolicy(60, is_private=True)
    assert policy("{ b }", sdl) is None
