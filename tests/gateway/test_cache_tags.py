"""What @cacheTag says of types and fields."""

from __future__ import annotations

import re

import pytest

from gateway.errors import SupergraphError
from gateway.supergraph import CacheTag, load_supergraph
from tests.federation_kit.composer import compose
from tests.gateway.plans import joined

DIRECTIVE = "directive @cacheTag(format: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE"


@pytest.mark.parametrize(
    ("template", "values", "tag"),
    [
        ("all", {}, "all"),
        ("p-{$key.upc}", {"upc": "7"}, "p-7"),
        ("{$key.shop.id}/{$key.upc}", {"upc": 7, "shop": {"id": "a"}}, "a/7"),
        ("{$args.open}", {"open": True}, "true"),
        ("p-{$key.upc}", {}, None),
        ("p-{$key.upc}", {"upc": None}, None),
        ("p-{$key.upc}", {"upc": ["7"]}, None),
        ("p-{$key.upc.id}", {"upc": "7"}, None),
    ],
)
def test_a_tag_has_the_values_of_its_places(
    template: str, values: dict[str, object], tag: str | None
) -> None:
    """Without one of them there is no tag."""
    assert CacheTag.of(template).filled(values) == tag


@pytest.mark.parametrize(
    "template", ["{upc}", "{$upc}", "{$key}", "p-{$key.upc", "}", "{$key.a}{$args.b}", "{$key.1}"]
)
def test_a_malformed_tag_is_refused_when_the_supergraph_is_loaded(template: str) -> None:
    """In words that name where it is."""
    body = f'type Query @join__type(graph: A) {{ a: Int @cacheTag(format: "{template}") }}'
    with pytest.raises(SupergraphError, match=re.escape("@cacheTag of Query.a")):
        load_supergraph(joined(f"{DIRECTIVE}\n{body}", "a"))


def test_tags_come_through_composition() -> None:
    """By @composeDirective, those of all subgraphs."""
    head = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
        '"@composeDirective"]) @link(url: "https://specs.example.com/cacheTag/v1.0", '
        'import: ["@cacheTag"]) @composeDirective(name: "@cacheTag")\n'
    )
    sdl = compose(
        {
            "a": f"""{head}{DIRECTIVE}
            type Query {{ product(id: ID!): Product @cacheTag(format: "q-{{$args.id}}") }}
            type Product @key(fields: "id") @cacheTag(format: "p-{{$key.id}}") @cacheTag(format: "p") {{
              id: ID!
            }}
            """,
            "b": f"""{head}{DIRECTIVE}
            type Product @key(fields: "id") @cacheTag(format: "p") {{ id: ID! price: Int }}
            """,
        }
    ).supergraph
    tags = load_supergraph(sdl).cache_tags
    assert {coordinate: set(each) for coordinate, each in tags.items()} == {
        "Query.product": {CacheTag.of("q-{$args.id}")},
        "Product": {CacheTag.of("p-{$key.id}"), CacheTag.of("p")},
    }
