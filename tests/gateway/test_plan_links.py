"""A supergraph's links: a specification is its whole address without the version."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from gateway import GatewaySettings, SupergraphError, create_gateway
from gateway.supergraph import Access, CacheTag, load_supergraph
from gateway.supergraph.directives import read_links
from gateway.supergraph.specifications import KNOWN, Specification
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.plans import joined
from tests.gateway.world import FOLDER

APOLLO = "https://specs.apollo.dev"
JOIN = 'join/v0.5", for: EXECUTION)'
BODY = (
    "type Query @join__type(graph: A) { open: Int secret: Int @guard } directive @guard on FIELD_DEFINITION"
)


def written(name: str) -> str:
    """A supergraph as Apollo's composition 2.14 wrote it."""
    return (FOLDER / "links" / f"{name}.graphql").read_text()


def linked(url: str, how: str = "", body: str = BODY) -> str:
    """A supergraph with one more link."""
    return joined(body, "a").replace(JOIN, f'{JOIN} @link(url: "{url}", {how})', 1)


def test_a_spec_of_the_same_last_word_does_not_show_what_is_inaccessible() -> None:
    """A subgraph's own directive comes from such an address."""
    item = load_supergraph(written("alike_inaccessible")).public.type_map["Item"]
    assert set(item.fields) == {"id", "authed", "scoped", "policed"}  # type: ignore[attr-defined]


def test_an_address_that_begins_like_the_real_one_is_another() -> None:
    """The host is part of the address."""
    supergraph = load_supergraph(written("alike_join"))
    assert set(supergraph.subgraphs) == {"a", "b"}


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.dev/policy/v1.0",
        "https://acme.dev/policy/v0.1",
        "https://specs.apollo.dev.evil.example/policy/v0.1",
        "http://specs.apollo.dev/policy/v0.1",
        "https://specs.apollo.dev/more/policy/v0.1",
        "https://user@specs.apollo.dev/policy/v0.1",
        "https://specs.apollo.dev:8443/policy/v0.1",
        "https://specs.apollo.dev/Policy/v0.1",
        "https://specs.apollo.dev/policy",
        "https://specs.apollo.dev/connect/v0.1",
        *(f"{APOLLO}/{name}/v{version}" for name in KNOWN for version in ("0.9", "9.0", "1", "0.1.1")),
    ],
)
@pytest.mark.parametrize("purpose", ["SECURITY", "EXECUTION"])
def test_what_is_not_known_and_has_a_purpose_is_refused_by_name(url: str, purpose: str) -> None:
    """So says the link specification; a version that nobody knows may mean anything."""
    with pytest.raises(SupergraphError, match=f"{re.escape(url)} for {purpose.lower()}"):
        load_supergraph(linked(url, f'for: {purpose}, as: "other"'))


@pytest.mark.parametrize("url", ["https://acme.dev/join/v0.1", f"{APOLLO}/connect/v0.2"])
def test_what_is_not_known_and_has_no_purpose_is_left_aside(url: str) -> None:
    """Whatever it is called."""
    assert set(load_supergraph(linked(url)).subgraphs) == {"a"}


def test_a_link_that_extends_the_schema_counts() -> None:
    """Else it could leave out a purpose."""
    more = 'extend schema @link(url: "https://acme.dev/secrets/v1.0", for: SECURITY)'
    with pytest.raises(SupergraphError, match=r"acme\.dev/secrets"):
        load_supergraph(joined(BODY, "a") + more)


@pytest.mark.parametrize("how", ['import: ["@policy"]', "", 'as: "mine", import: ["@policy"]'])
def test_a_directive_of_another_spec_guards_nothing(how: str) -> None:
    """Its name is that of Apollo's, but a link says whose it is."""
    body = """type Query @join__type(graph: A) { secret: Int @policy(policies: [["owner"]]) }
    directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION"""
    assert load_supergraph(linked("https://acme.dev/policy/v1.0", how, body)).annotations.access == {}
    guarded = load_supergraph(joined(body, "a")).annotations.access
    assert guarded == {"Query.secret": Access(policies=(("owner",),))}


@given(
    name=st.sampled_from(sorted(KNOWN)),
    host=st.sampled_from(["specs.apollo.dev", "SPECS.apollo.dev", "specs.apollo.dev:443"]),
    end=st.sampled_from(["", "/", "?a=1", "#x", "/?a=/b/v1.0"]),
)
def test_one_address_may_be_spelled_in_several_ways(name: str, host: str, end: str) -> None:
    """Hosts have no case, and what follows the path counts for nothing."""
    for version in KNOWN[name]:
        found = Specification.at(f"https://{host}/{name}/v{version}{end}")
        assert found is not None
        assert (found.key, found.version, found.is_supported) == (name, version, True)


WORDS = st.text("abvV019._-", min_size=1, max_size=6)
HOSTS = st.sampled_from(["specs.apollo.dev", "acme.dev", "specs.apollo.dev.acme.dev", "apollo.dev"])


@given(
    host=HOSTS,
    words=st.lists(st.one_of(WORDS, st.sampled_from(sorted(KNOWN))), min_size=1, max_size=3),
    version=st.sampled_from(["v0.1", "v0.2", "v1.0", "v9.9", ""]),
    alias=st.sampled_from(["", 'as: "other"', 'as: "_0join"', 'import: ["@guard"]']),
    purpose=st.sampled_from(["", "for: SECURITY", "for: EXECUTION"]),
)
def test_generated_links_are_known_by_their_whole_address(
    host: str, words: list[str], version: str, alias: str, purpose: str
) -> None:
    """Only Apollo's addresses in a known version may be needed, and no other takes their names."""
    url = "/".join([f"https://{host}", *words, *([version] if version else [])])
    how = ", ".join(part for part in (alias, purpose) if part)
    links = read_links(parse(f'schema @link(url: "{url}", {how}) {{ query: Query }}'))
    parts = url.removeprefix(f"https://{host}/").split("/")
    real = (
        host == "specs.apollo.dev"
        and len(parts) == 2
        and parts[1].removeprefix("v") in KNOWN.get(parts[0], ())
        and parts[1].startswith("v")
    )
    assert (links.unsupported == {}) is (real or not purpose)
    if host != "specs.apollo.dev":
        assert not set(links.linked) & set(KNOWN)
        assert links.directive("join", "type") == "join__type"


ITEMS = {"Query.items": "items", "Query.one": "one-{$args.id}", "Item": "item-{$key.id}"}


@pytest.mark.parametrize("purpose", [", for: EXECUTION", ""])
@pytest.mark.parametrize("given_name", ["federation__cacheTag", "cacheTag", "fed__cacheTag", "tagged"])
def test_cache_tags_come_under_the_names_of_federation_and_of_the_subgraph(
    purpose: str, given_name: str
) -> None:
    """Composition says by a link of the subgraph what the subgraph calls the directive."""
    sdl = written("cachetag").replace('cacheTag/v0.1", for: EXECUTION)', f'cacheTag/v0.1"{purpose})')
    own_link = (
        f'args: {{url: "{APOLLO}/federation/v2.12", as: "fed", '
        'import: [{name: "@cacheTag", as: "@tagged"}, "@key"]}'
    )
    sdl = sdl.replace("{\n  query", f'@join__directive(graphs: [A], name: "link", {own_link}) {{\n  query', 1)
    tags = load_supergraph(sdl.replace("federation__cacheTag", given_name)).cache_tags
    assert tags == {at: (CacheTag.of(template),) for at, template in ITEMS.items()}


def test_a_name_is_that_of_the_subgraph_that_gave_it() -> None:
    """Another subgraph's directive of the same name is another directive."""
    sdl = written("cachetag").replace("federation__cacheTag", "tagged")
    assert load_supergraph(sdl).cache_tags == {}
    link = f'{{url: "{APOLLO}/federation/v2.12", import: [{{name: "@cacheTag", as: "@tagged"}}]}}'
    own_link = f'@join__directive(graphs: [B], name: "link", args: {link})'
    assert load_supergraph(sdl.replace("{\n  query", f"{own_link} {{\n  query", 1)).cache_tags == {}


async def test_tags_that_composition_wrote_invalidate_a_shared_cache() -> None:
    """From the supergraph as it is: an answer is kept, and asked for again once its tag is invalid."""
    asked: list[str] = []
    directive = "directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT"
    hint = f"{directive} type Item @cacheControl(maxAge: 60)"
    sdl = written("cachetag").replace("type Item", hint, 1)
    sdl = sdl.replace("items: [Item!]!", "items: [Item!]! @cacheControl(maxAge: 60)")

    async def first(_request: SubgraphRequest) -> dict[str, Any]:
        asked.append("a")
        return {
            "data": {"items": [{"__typename": "Item", "id": id_, "name": f"n{len(asked)}"} for id_ in "12"]}
        }

    async def second(request: SubgraphRequest) -> dict[str, Any]:
        (entities,) = (value for value in request.variables.values() if isinstance(value, list))
        asked.extend(f"b{entity['id']}" for entity in entities)
        return {"data": {"_entities": [{"__typename": "Item", "price": len(asked)} for _ in entities]}}

    key = "a key of the newsroom"
    settings = GatewaySettings(response_cache={"enabled": True, "invalidation_key": SecretStr(key)})
    app = create_gateway(sdl, {"a": asking(first), "b": asking(second)}, settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:

        async def query() -> list[str]:
            asked.clear()
            response = await client.post("/graphql", json={"query": "{ items { id name price } }"})
            assert "errors" not in response.json()
            return list(asked)

        async def invalidate(subgraph: str, tag: str) -> None:
            entry = {"kind": "cache_tag", "subgraphs": [subgraph], "cache_tag": tag}
            headers = {"authorization": f"Bearer {key}"}
            response = await client.post("/invalidation", json=[entry], headers=headers)
            assert response.json() == {"invalidations": 1}

        assert await query() == ["a", "b1", "b2"]
        assert await query() == []
        await invalidate("b", "item-2")
        assert await query() == ["b2"]
        await invalidate("a", "items")
        assert await query() == ["a"]
