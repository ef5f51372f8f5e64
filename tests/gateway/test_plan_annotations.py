"""What is said about access and cost reaches the model, and unclear access is not served by accident."""

import pytest

from gateway import GatewaySettings, SupergraphError, create_gateway
from gateway.supergraph import Access, ListSize, load_supergraph
from tests.gateway.federated import federated
from tests.gateway.plans import joined

GUARDED = federated(
    {"Query": {"__typename": "Query", "user": None}},
    a="""
    type Query {
      user: User @authenticated
      users(first: Int @cost(weight: 3)): [User] @listSize(slicingArguments: ["first"], assumedSize: 9)
    }
    type User @requiresScopes(scopes: [["read", "see"], ["all"]]) @cost(weight: 5) {
      id: ID!
      secret: String @policy(policies: [["owner"]])
    }
    """,
).composed.supergraph

BODY = (
    "type Query @join__type(graph: A) { secret: Int @guard open: Int }\ndirective @guard on FIELD_DEFINITION"
)


def linked(how: str) -> str:
    """A supergraph with a link to the specification of authentication."""
    return joined(BODY, "a").replace(
        'join/v0.5", for: EXECUTION)',
        f'join/v0.5", for: EXECUTION) @link(url: "https://specs.apollo.dev/authenticated/v0.1", {how})',
        1,
    )


def test_access_is_known_by_coordinate() -> None:
    """For types and fields, with alternatives as they are written."""
    assert load_supergraph(GUARDED).annotations.access == {
        "Query.user": Access(authenticated=True),
        "User": Access(scopes=(("read", "see"), ("all",))),
        "User.secret": Access(policies=(("owner",),)),
    }


def test_cost_is_known_by_coordinate() -> None:
    """Weights of types and arguments, and the lengths of lists."""
    annotations = load_supergraph(GUARDED).annotations
    assert annotations.cost == {"User": 5, "Query.users(first:)": 3}
    assert annotations.list_size == {"Query.users": ListSize(assumed=9, slicing=("first",))}


@pytest.mark.parametrize(
    "how",
    [
        'import: [{ name: "@authenticated", as: "@guard" }], for: SECURITY',
        'as: "guard", for: SECURITY',
        'import: [{ name: "@authenticated", as: "@guard" }]',
    ],
)
def test_access_is_found_under_another_name(how: str) -> None:
    """An import or a namespace may rename the directive; what it guards stays guarded."""
    sdl = linked(how)
    assert load_supergraph(sdl).annotations.access == {"Query.secret": Access(authenticated=True)}


def test_a_link_alone_is_enough_to_be_careful() -> None:
    """Where access is spoken of, but no use of it is recognised, nothing is served either."""
    with pytest.raises(SupergraphError, match="FURLONG_GATEWAY__ACCESS__MODE=subgraphs"):
        create_gateway(linked("for: SECURITY"))


def test_an_unlinked_use_guards_too() -> None:
    """A directive of that name without a link may have been meant to guard something."""
    sdl = joined(BODY.replace("@guard", "@authenticated"), "a")
    assert load_supergraph(sdl).annotations.access == {"Query.secret": Access(authenticated=True)}


def test_what_several_subgraphs_demand_has_to_hold_together() -> None:
    """If a directive is applied twice, both lists of alternatives count; one name stands for a list of it."""
    guarded = """@requiresScopes(scopes: [["a"], ["b"]]) @requiresScopes(scopes: "c")
        @requiresScopes(scopes: [[]])"""
    text = f"type Query @join__type(graph: A) {{ secret: Int {guarded} }}"
    machinery = "scalar S\ndirective @requiresScopes(scopes: [[S!]!]!) repeatable on FIELD_DEFINITION"
    found = load_supergraph(joined(f"{text}\n{machinery}", "a")).annotations.access
    assert found == {"Query.secret": Access(scopes=(("a", "c"), ("b", "c")))}


def test_it_is_served_if_the_subgraphs_see_to_access() -> None:
    """Who runs the gateway says so in the settings."""
    assert create_gateway(
        linked("for: SECURITY"), settings=GatewaySettings(access={"mode": "subgraphs"})
    ).graph


def test_types_that_are_called_like_a_specification_are_public() -> None:
    """Only names with its prefix belong to a specification's machinery."""
    body = "type Query @join__type(graph: A) { cost: cost } type cost @join__type(graph: A) { weight: Int }"
    sdl = joined(body, "a").replace(
        'join/v0.5", for: EXECUTION)',
        'join/v0.5", for: EXECUTION) @link(url: "https://specs.apollo.dev/cost/v0.1")',
        1,
    )
    assert "cost" in load_supergraph(sdl).public.type_map
