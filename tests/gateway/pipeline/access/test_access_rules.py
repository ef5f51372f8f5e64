"""Directives apply on every path to a value, and under every name by which they are imported."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.pipeline.access.requirements import Rule, implies, requirement
from gateway.pipeline.access.rules import AccessRules
from gateway.pipeline.sessions import Session
from gateway.supergraph import Access, load_supergraph
from tests.gateway.federated import federated
from tests.gateway.pipeline.access.guarded_shop import Shop, hidden, shop
from tests.gateway.pipeline.access.guarded_worlds import GuardedGateway
from tests.gateway.plans import joined
from tests.gateway.test_plan_context import market

SERVED = shop()
ANN = {"ann": Session("https://login.test", {"scope": "see"})}
DEFINITIONS = """
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE
directive @requiresScopes(scopes: [[S!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE
scalar S
"""


def rules(body: str) -> AccessRules:
    """The rules of a supergraph of one subgraph."""
    return AccessRules.of(load_supergraph(joined(body + DEFINITIONS, "a")))


def interfaces(node: str, node_id: str, **types: str) -> AccessRules:
    """The rules of an interface and its implementations, each with a directive at type or field."""
    parts = [f"interface Node @join__type(graph: A) {node} {{ id: ID {node_id} }}"]
    for name, (at_type, _, at_field) in ((name, text.partition("/")) for name, text in types.items()):
        parts.append(
            f"type {name} implements Node @join__type(graph: A) "
            f'@join__implements(graph: A, interface: "Node") {at_type} {{ id: ID {at_field} }}'
        )
    fields = " ".join(f"{name.lower()}: {name}" for name in types)
    return rules(f"type Query @join__type(graph: A) {{ node: Node {fields} }} {' '.join(parts)}")


AUTHENTICATED = frozenset({Rule("authenticated")})


def test_a_rule_of_an_interface_holds_for_its_implementations() -> None:
    """Otherwise a fragment on an implementation would be a way around it."""
    known = interfaces("", "@authenticated", User="", Item="")
    assert known.of_field("User", "id") == known.of_field("Item", "id") == AUTHENTICATED
    known = interfaces("@authenticated", "", User="", Item="")
    assert known.of_type("User") == known.of_field("Query", "user") == AUTHENTICATED
    assert known.of_field("Query", "node") == AUTHENTICATED


def test_a_rule_that_follows_from_the_implementations_forbids_none_of_them() -> None:
    """Recent composition writes at an interface what all implementations demand together."""
    known = interfaces("", "@authenticated", User="/@authenticated", Item="")
    assert known.of_field("User", "id") == AUTHENTICATED
    assert known.of_field("Item", "id") == frozenset()
    known = interfaces("@authenticated", "", User="@authenticated", Item="")
    assert known.of_type("User") == AUTHENTICATED
    assert known.of_field("Query", "item") == known.of_field("Query", "node") == frozenset()


def test_only_what_does_not_follow_is_the_interfaces_own() -> None:
    """An interface may demand more than its implementations do."""
    see = '@requiresScopes(scopes: [["see"]])'
    known = interfaces("", f"@authenticated {see}", User="/@authenticated", Item="")
    assert known.of_field("Item", "id") == {Rule("scopes", frozenset({frozenset({"see"})}))}


@pytest.mark.parametrize(
    ("have", "wanted", "follows"),
    [
        ([[["a"]], [["b"]]], [["a", "b"]], True),
        ([[["a"]]], [["a", "b"]], False),
        ([[["a", "b"]]], [["a"], ["c"]], True),
        ([[["a"], ["c"]]], [["a"]], False),
        ([[["a"], ["c"]], [["a"]]], [["a"]], True),
        ([], [["a"]], False),
        ([[[str(number)] for number in range(10)]] * 4, [["0"]], False),
    ],
)
def test_scopes_follow_from_scopes(have: Any, wanted: Any, *, follows: bool) -> None:
    """One list of alternatives follows from others if every choice among these satisfies it."""
    given = [rule for each in have for rule in requirement(Access(scopes=each))]
    (rule,) = requirement(Access(scopes=wanted))
    assert implies(given, rule) is follows


def test_an_empty_list_demands_nothing() -> None:
    """Neither of alternatives, nor of names."""
    assert requirement(Access(scopes=())) == requirement(Access(scopes=((), ("a",)))) == frozenset()


async def test_a_field_needs_what_the_fields_need_that_it_requires() -> None:
    """Also if the supergraph is of a composition that did not check that; nothing is fetched for it."""
    sdl = SERVED.composed.supergraph
    stated = 'requires: "secret") @requiresScopes(scopes: [["read", "see"], ["all"]])'
    assert stated in sdl
    club = Shop(SERVED, sdl=sdl.replace(stated, 'requires: "secret")'))
    answer = await club.ask("{ me { name sum } }")
    assert (answer["data"], hidden(answer)) == ({"me": {"name": "Ann", "sum": None}}, [["me", "sum"]])
    assert club.calls == [("a", "{ me { name } }")]


@pytest.mark.parametrize("at", ["User.currency", "Firm.coin", "Firm"])
def test_a_field_needs_what_its_context_needs(at: str) -> None:
    """An argument that an ancestor sets may show the ancestor's field, whichever ancestor it is."""
    stated = {at: Access(authenticated=True)}
    gateway = GuardedGateway(market(), stated=stated)
    known = AccessRules.of(gateway.supergraph)
    assert known.of_field("Item", "price") == AUTHENTICATED
    assert known.of_field("Item", "like") == frozenset()


async def test_a_renamed_directive_is_enforced() -> None:
    """By an import's name or a namespace."""
    sdl = SERVED.composed.supergraph
    link = '@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)'
    assert link in sdl
    for how in ('as: "guard"', 'import: [{ name: "@authenticated", as: "@guard" }]'):
        guard = sdl.replace("@authenticated", "@guard")
        renamed = guard.replace(link, link.replace("for:", f"{how}, for:"))
        assert "@authenticated " not in renamed
        club = Shop(SERVED, ANN, sdl=renamed)
        assert hidden(await club.ask("{ guarded }")) == [["guarded"]]
        assert club.calls == []
        assert (await club.ask("{ guarded }", "ann"))["data"] == {"guarded": "g"}


MEDIA = federated(
    {
        "Query": {"__typename": "Query", "media": [{"$ref": "Book/1"}, {"$ref": "Film/2"}]},
        "Book/1": {"__typename": "Book", "id": "1", "rating": 5},
        "Film/2": {"__typename": "Film", "id": "2", "rating": 4},
    },
    a="""
    type Query { open: String }
    interface Media @key(fields: "id") { id: ID! }
    type Book implements Media @key(fields: "id") @authenticated { id: ID! }
    type Film implements Media @key(fields: "id") { id: ID! }
    """,
    b="""
    type Query { media: [Media] }
    type Media @key(fields: "id") @interfaceObject { id: ID! rating: Int }
    """,
)


async def test_a_hidden_type_is_hidden_where_a_subgraph_does_not_know_it() -> None:
    """Behind an interface object, the concrete type is asked for before anything is shown."""
    answer = await Shop(MEDIA).ask("{ media { rating } }")
    assert (answer["data"], hidden(answer)) == ({"media": [None, {"rating": 4}]}, [["media", 0]])
    nothing = await Shop(MEDIA).ask("{ media { rating @skip(if: true) } }")
    assert (nothing["data"], hidden(nothing)) == ({"media": [None, {}]}, [["media", 0]])
    club = Shop(MEDIA, ANN)
    assert (await club.ask("{ media { rating } }", "ann"))["data"] == {
        "media": [{"rating": 5}, {"rating": 4}]
    }
    assert [name for name, _ in club.calls] == ["b"]
