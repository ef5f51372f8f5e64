"""What a client may not see is null, explained, and not fetched."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.features.access.feature import GrantedByClaims
from gateway.pipeline.sessions import Session
from tests.gateway.pipeline.access.guarded_shop import Shop, asked, hidden, shop

SERVED = shop()
SESSIONS = {
    "ann": Session("https://login.test", {"sub": "ann"}),
    "reader": Session("https://login.test", {"sub": "bob", "scope": "read see"}),
    "half": Session("https://login.test", {"scope": "read"}),
    "all": Session("https://login.test", {"scp": ["all", "paint"]}),
    "nobody": Session(),
    "odd": {"scope": {"all": True}},
}


@pytest.fixture
def club() -> Shop:
    """The shop with its customers."""
    return Shop(SERVED, SESSIONS)


async def test_a_hidden_field_is_null_with_its_path_and_is_not_fetched(club: Shop) -> None:
    """The rest is answered."""
    answer = await club.ask("{ open guarded }")
    assert answer["data"] == {"open": "o", "guarded": None}
    assert answer["errors"] == [
        {
            "message": "Unauthorized field or type",
            "path": ["guarded"],
            "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"},
        }
    ]
    assert club.calls == [("a", "{ open }")]


async def test_a_subgraph_of_hidden_fields_alone_is_never_called(club: Shop) -> None:
    """Neither for a hidden root field, nor for a hidden field of an entity, nor for what it requires."""
    assert (await club.ask("{ guarded }"))["data"] == {"guarded": None}
    assert club.calls == []
    assert hidden(await club.ask("{ me { name sum } }")) == [["me", "sum"]]
    assert club.calls == [("a", "{ me { name } }")]


@pytest.mark.parametrize(
    ("who", "secret"),
    [
        (None, None),
        ("nobody", None),
        ("ann", None),
        ("half", None),
        ("reader", "s1"),
        ("all", "s1"),
        ("odd", None),
    ],
)
async def test_scopes_are_alternatives_of_which_one_is_needed_as_a_whole(
    club: Shop, who: str | None, secret: str | None
) -> None:
    """They come from the claims `scope` and `scp`, as a text or a list."""
    answer = await club.ask("{ me { secret } }", who)
    assert answer["data"] == {"me": {"secret": secret}}
    assert hidden(answer) == ([] if secret else [["me", "secret"]])


def test_only_the_space_separates_scopes() -> None:
    """What looks like one, or is a control character, is part of a scope's name (RFC 6749, section 3.3)."""
    granted = GrantedByClaims(("scope",))
    for blank in "\t\n\x1c\x85\u00a0\u2003\u3000":
        assert granted({"scope": f"read{blank}admin"}).scopes == {f"read{blank}admin"}
    assert granted({"scope": " read  see "}).scopes == {"read", "see"}


async def test_scopes_come_from_the_claims_of_the_settings(club: Shop) -> None:
    """Other claims grant nothing."""
    asking = ("{ me { secret } }", "reader")
    assert (await club.ask(*asking, access={"scope_claims": ["rights"]}))["data"] == {"me": {"secret": None}}


@pytest.mark.parametrize(
    ("query", "data", "paths"),
    [
        ("{ x: me { y: secret } }", {"x": {"y": None}}, [["x", "y"]]),
        (
            "{ ...F } fragment F on Query { me { ... on User { ...G } } } fragment G on User { secret }",
            {"me": {"secret": None}},
            [["me", "secret"]],
        ),
        (
            "{ nodes { name } }",
            {"nodes": [{"name": "Ann"}, None, {"name": "Bob"}]},
            [["nodes", 1]],
        ),
        (
            "{ nodes { ... on User { secret } } }",
            {"nodes": [{"secret": None}, None, {"secret": None}]},
            [["nodes", 0, "secret"], ["nodes", 1], ["nodes", 2, "secret"]],
        ),
        (
            "{ nodes { __typename } }",
            {"nodes": [{"__typename": "User"}, None, {"__typename": "User"}]},
            [["nodes", 1]],
        ),
        ("{ found { __typename } }", {"found": None}, [["found", 0]]),
        ("{ items { name } }", {"items": None}, [["items"]]),
        ("{ me { name pin } }", {"me": None}, [["me", "pin"]]),
        ("{ colour }", {"colour": None}, [["colour"]]),
        ("{ painted(by: RED) }", {"painted": None}, [["painted"]]),
        ("{ painted(brush: { colour: RED }) }", {"painted": None}, [["painted"]]),
        ("{ painted(brush: { size: 1 }) }", {"painted": 'p({"brush": {"size": 1}})'}, []),
        ("{ a: guarded @skip(if: true) open }", {"open": "o"}, []),
    ],
)
async def test_every_way_to_a_hidden_value_ends_in_null(
    club: Shop, query: str, data: dict[str, Any], paths: list[list[str | int]]
) -> None:
    """Aliases, fragments, interfaces, unions, lists, non-null fields, enums and arguments."""
    answer = await club.ask(query)
    assert (answer["data"], hidden(answer)) == (data, paths)


async def test_a_hidden_enum_in_a_variable_hides_the_field(club: Shop) -> None:
    """Of a variable, the type decides."""
    async with club.client() as client:
        query = "query ($by: Colour) { painted(by: $by) }"
        assert hidden(await asked(client, query, variables={"by": "RED"})) == [["painted"]]
        assert hidden(await asked(client, query, "all", variables={"by": "RED"})) == []


async def test_a_mutation_whose_data_would_be_null_changes_nothing(club: Shop) -> None:
    """A hidden field that cannot be null makes everything null, so the others are not executed either."""
    assert (await club.ask("mutation { buy sell }"))["data"] is None
    assert club.calls == []
    assert (await club.ask("mutation { buy sell }", "ann"))["data"] == {"buy": "b", "sell": "s"}


async def test_known_bodies_and_plans_are_not_shared_between_clients(club: Shop) -> None:
    """The same bytes get each client's own answer, in any order, and again."""
    async with club.client() as client:
        query = "{ open guarded me { secret } }"
        for _ in range(2):
            for who, expected in (("reader", "s1"), (None, None), ("ann", None), ("all", "s1")):
                data = (await asked(client, query, who))["data"]
                assert data["me"] == {"secret": expected}
                assert data["guarded"] == (None if who is None else "g")


async def test_a_whole_operation_can_be_refused_instead(club: Shop) -> None:
    """All hidden fields are named, and nothing is fetched; fields that conditions leave out do not count."""
    query = "query ($c: Boolean!) { open guarded @include(if: $c) nodes { id ... on User { secret } } }"
    async with club.client(access={"mode": "reject"}) as client:
        refused = await client.post("/graphql", json={"query": query, "variables": {"c": True}})
        assert refused.status_code in (200, 403)
        assert "data" not in refused.json()
        assert hidden(refused.json()) == [["guarded"], ["nodes", "secret"]]
        assert club.calls == []
        answer = await asked(client, "{ open @include(if: true) guarded @include(if: false) }")
        assert answer == {"data": {"open": "o"}}
        assert hidden(await asked(client, query, "reader", variables={"c": True})) == []


async def test_a_dry_run_answers_everything_and_says_what_it_would_hide(
    club: Shop,
) -> None:
    """Each document and set of rules is logged once, and every request is counted."""
    with capture_logs() as logs:
        async with club.client(access={"mode": "dry-run"}) as client:
            for _ in range(2):
                assert (await asked(client, "{ guarded }"))["data"] == {"guarded": "g"}
            metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_access_denials_total{result="answered"} 2.0' in metrics
    (logged,) = [log for log in logs if log["event"] == "access_would_be_denied"]
    assert (logged["fields"], logged["rules"]) == (["Query.guarded"], ["authenticated"])


async def test_the_gateway_does_not_look_if_the_subgraphs_see_to_access(club: Shop) -> None:
    """That is a setting, for subgraphs that check every request."""
    assert await club.ask("{ guarded }", access={"mode": "subgraphs"}) == {"data": {"guarded": "g"}}
