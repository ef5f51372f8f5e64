"""Header rules: what each subgraph gets of a client's headers."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.errors import SupergraphError
from gateway.features.header_rules.feature import text
from gateway.features.header_rules.settings import HeaderRuleSettings
from gateway.pipeline.sessions import Sessions
from gateway.settings.header_names import HOP_BY_HOP, OWN_HEADERS
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.plans import joined
from tests.support.tokens.issued_tokens import AUDIENCE, FIRST, ISSUER, key_set, token

SDL = joined(
    """
    directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION
    enum CacheControlScope { PUBLIC PRIVATE }
    type Query @join__type(graph: A) @join__type(graph: B) {
      a: String @join__field(graph: A) @cacheControl(maxAge: 60)
      b: String @join__field(graph: B) @cacheControl(maxAge: 60)
    }
    type Mutation @join__type(graph: A) { change: String }
    """,
    "a",
    "b",
).replace("query: Query", "query: Query mutation: Mutation")


@dataclass
class Seen:
    """What subgraphs got, by name, and a client of their gateway."""

    client: httpx.AsyncClient
    headers: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)

    async def asked(self, query: str = "{ a b }", **headers: str) -> tuple[Mapping[str, str], ...]:
        """The headers that each subgraph got for a request; underscores in names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self.client.post("/graphql", json={"query": query}, headers=named)
        assert "errors" not in response.json(), response.text
        return tuple(each[-1] for _, each in sorted(self.headers.items()))


@asynccontextmanager
async def ruled(rules: Mapping[str, Any] | str, **settings: Any) -> AsyncIterator[Seen]:
    """A gateway with two subgraphs in its process, by our own server."""
    seen: Seen

    def subgraph(name: str) -> Any:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            seen.headers.setdefault(name, []).append(request.headers)
            field_name = "change" if "change" in request.query else name
            return {"data": {field_name: "x"}}

        return asking(ask)

    chosen = GatewaySettings(header_rules={"rules": rules}, **settings)
    app = create_gateway(SDL, {name: subgraph(name) for name in ("a", "b")}, chosen)
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(app, listener), httpx.AsyncClient(base_url=url) as client:
            seen = Seen(client)
            yield seen


def own(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rule for requests to the subgraph a."""
    return {"subgraphs": {"a": {"request": [rule]}}}


async def test_a_header_is_propagated_to_one_subgraph() -> None:
    """Others get what forwarded_headers say, and nothing of it."""
    async with ruled(own({"propagate": {"named": "X-Flavour"}})) as seen:
        a, b = await seen.asked(x_flavour="mint", accept_language="de", x_other="1")
    assert dict(a) == {"x-flavour": "mint", "accept-language": "de"}
    assert dict(b) == {"accept-language": "de"}


async def test_a_header_is_renamed_and_has_a_default() -> None:
    """The old name does not go out; without the header the subgraph gets the default."""
    rule = {"propagate": {"named": "x-flavour", "rename": "x-taste", "default": "plain"}}
    async with ruled(own(rule)) as seen:
        given_, _ = await seen.asked(x_flavour="mint")
        absent, _ = await seen.asked()
    assert (given_["x-taste"], absent["x-taste"]) == ("mint", "plain")
    assert "x-flavour" not in given_


async def test_headers_are_propagated_by_pattern() -> None:
    """A pattern passes on neither credentials nor a client's key."""
    rules = {"all": {"request": [{"propagate": {"matching": "*a*"}}]}}
    async with ruled(rules, forwarded_headers=[]) as seen:
        a, b = await seen.asked(
            x_trace_a="1", authorization="Bearer t", cookie="a=b", x_none="2", graphql_client_name="web"
        )
    assert a == b
    assert {"x-trace-a", "graphql-client-name"} <= a.keys()
    assert not {"authorization", "cookie", "x-none", "accept", "user-agent"} & a.keys()


async def test_rules_for_one_subgraph_come_after_those_for_all() -> None:
    """It may lose what all get."""
    rules = {
        "all": {"request": [{"propagate": {"matching": "x-*"}}]},
        "subgraphs": {
            "a": {"request": [{"remove": {"named": "x-two"}}, {"remove": {"matching": "accept-*"}}]},
        },
    }
    async with ruled(rules) as seen:
        a, b = await seen.asked(x_one="1", x_two="2", accept_language="de")
    assert dict(a) == {"x-one": "1"}
    assert dict(b) == {"x-one": "1", "x-two": "2", "accept-language": "de"}


async def test_an_inserted_header_is_never_the_clients() -> None:
    """Even if other rules pass on a header of its name, in any order."""
    rules = {
        "all": {"request": [{"insert": {"name": "x-source", "value": "gateway"}}]},
        "subgraphs": {"a": {"request": [{"propagate": {"matching": "x-*"}}]}},
    }
    async with ruled(rules, forwarded_headers=["x-source"]) as seen:
        for each in await seen.asked(x_source="client"):
            assert each["x-source"] == "gateway"


@pytest.mark.parametrize("query", ["{ a b }", "mutation { change }"])
async def test_claims_and_the_clients_name_are_inserted(tmp_path: Path, query: str) -> None:
    """An anonymous request has none, and cannot bring its own."""
    (tmp_path / "keys.json").write_bytes(key_set(FIRST))
    issuer = {"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_file": tmp_path / "keys.json"}
    times = {"iat": int(time.time()), "exp": int(time.time()) + 3600}
    inserted = [
        {"insert": {"name": "x-customer", "claim": "sub"}},
        {"insert": {"name": "x-client", "client": "name"}},
        {"propagate": {"matching": "x-*"}},
    ]
    async with ruled(
        {"all": {"request": inserted}}, sessions={"issuers": [issuer], "anonymous": True}
    ) as seen:
        for customer in ("c1", "c2", "c1"):
            got = await seen.asked(
                query,
                authorization=f"Bearer {token(claims={'sub': customer, **times})}",
                graphql_client_name="web",
                x_customer="admin",
            )
            assert (got[0]["x-customer"], got[0]["x-client"]) == (customer, "web")
        got = await seen.asked(query, x_customer="admin", x_client="admin")
        assert not {"x-customer", "x-client"} & got[0].keys()
        assert not any(":" in name for name in got[0])


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        (["g1", "g2"], "g1,g2"),
        ([1, True], "1,true"),
        ("a b, c", "a b, c"),
        (["g1,admin"], None),
        (["g1", " admin"], None),
        (["g1", ["admin"]], None),
        ("boss ", None),
        (" boss", None),
        ("boss\n", None),
        ({"a": "b"}, None),
    ],
    ids=repr,
)
def test_a_claim_that_would_be_read_as_another_is_no_value(claim: object, value: str | None) -> None:
    """HTTP drops blanks at both ends, and commas separate."""
    assert text(claim) == value


@pytest.mark.parametrize("name", sorted(OWN_HEADERS))
def test_no_rule_passes_on_what_is_the_gateways_own(name: str) -> None:
    """Neither by a rule, nor under another name, nor by the list of forwarded headers."""
    for rule in (
        {"propagate": {"named": name}},
        {"propagate": {"named": "x", "rename": name.upper()}},
        {"insert": {"name": name, "value": "1"}},
    ):
        with pytest.raises(ValidationError, match="set by the gateway alone"):
            GatewaySettings(header_rules={"rules": own(rule)})
    with pytest.raises(ValidationError, match="set by the gateway alone"):
        GatewaySettings(forwarded_headers=[name])


async def test_patterns_pass_on_nothing_that_is_the_gateways_own() -> None:
    """However wide they are."""
    async with ruled({"all": {"request": [{"propagate": {"matching": "*e*"}}]}}) as seen:
        a, _ = await seen.asked(te="trailers", proxy_authenticate="x", keep_alive="5")
    assert not a.keys() & (OWN_HEADERS | HOP_BY_HOP)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (own({"propagate": {}}), "either named or matching"),
        (own({"propagate": {"named": "a b"}}), "not a header name"),
        (own({"propagate": {"matching": "*"}}), "not a pattern"),
        (own({"propagate": {"matching": "x-*", "rename": "y"}}), "need named"),
        (own({"insert": {"name": "x", "value": "a\r\nb: c"}}), "control characters"),
        (own({"insert": {"name": "x"}}), "one of value, claim and client"),
        (own({"insert": {"name": "x", "value": "1"}, "remove": {"named": "y"}}), "one of propagate"),
        (own({"copy": {"named": "x"}}), "Extra inputs"),
        ({"all": {"response": [{"propagate": {"named": "set-cookie"}}]}}, "all.response: Extra inputs"),
        ("/nowhere/rules.yaml", "No such file"),
        ("{", "neither YAML nor JSON"),
    ],
)
def test_wrong_rules_end_the_start(rules: Any, message: str) -> None:
    """With a message that says what is wrong."""
    with pytest.raises(ValidationError, match=message):
        GatewaySettings(header_rules={"rules": rules})


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"subgraphs": {"c": {}}}, "no subgraph c"),
        (own({"propagate": {"named": "graphql-client-key"}}), "keys of clients"),
    ],
)
def test_rules_that_do_not_fit_end_the_start(rules: Any, message: str) -> None:
    """A misspelled subgraph would be without its rules."""
    with pytest.raises(SupergraphError, match=message):
        create_gateway(SDL, {}, GatewaySettings(header_rules={"rules": rules}))


@pytest.mark.parametrize("as_file", [False, True])
async def test_rules_are_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, as_file: bool
) -> None:
    """As JSON, or from a file of YAML."""
    text = json.dumps(own({"propagate": {"named": "x-flavour"}}))
    if as_file:
        (tmp_path / "rules.yaml").write_text(
            "subgraphs:\n  a:\n    request:\n      - propagate: {named: x-flavour}\n"
        )
        text = str(tmp_path / "rules.yaml")
    monkeypatch.setenv("FURLONG_GATEWAY__HEADER_RULES__RULES", text)
    given = GatewaySettings(header_rules={"rules": own({"propagate": {"named": "x-flavour"}})})
    assert GatewaySettings().of(HeaderRuleSettings) == given.of(HeaderRuleSettings)


async def test_a_session_stays_in_the_gateway_if_its_header_is_removed() -> None:
    """A subgraph in the process must not learn by the session what it may not see in the headers."""
    sessions: list[object] = []

    def prepare(_document: str, _name: str | None) -> Any:
        async def call(_variables: Any, _headers: Any, session: object) -> Mapping[str, Any]:
            sessions.append(session)
            return {"data": {"a": "x", "b": "x"}}

        return call

    async def authenticate(_headers: Mapping[str, str]) -> str:
        return "session"

    for rules, expected in ((own({"remove": {"named": "authorization"}}), None), (None, "session")):
        app = create_gateway(
            SDL,
            {name: MemoryTransport(prepare) for name in ("a", "b")},
            GatewaySettings(header_rules={"rules": rules}),
            sessions=Sessions(authenticate),
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.post("/graphql", json={"query": "{ a }"}, headers={"authorization": "t"})
        assert sessions.pop() == expected


async def test_rules_leave_errors_to_a_subgraph_that_masks_them() -> None:
    """A subgraph in the process has written them for clients, whatever headers it gets."""

    def prepare(_document: str, _name: str | None) -> Any:
        async def call(_variables: Any, _headers: Any, _session: object) -> Mapping[str, Any]:
            return {"data": {"a": None}, "errors": [{"message": "Sold out.", "path": ["a"]}]}

        return call

    rules = own({"propagate": {"named": "x-flavour"}})
    transports = {name: MemoryTransport(prepare, masks_errors=True) for name in ("a", "b")}
    app = create_gateway(SDL, transports, GatewaySettings(header_rules={"rules": rules}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        answer = (await client.post("/graphql", json={"query": "{ a }"})).json()
    assert answer["errors"][0]["message"] == "Sold out."


async def test_answers_by_unnamed_headers_are_private() -> None:
    """Vary cannot name what a pattern passes on, so no shared cache keeps the answer."""
    for rules, expected in (
        ({"all": {"request": [{"propagate": {"matching": "x-*"}}]}}, "private, max-age=60"),
        ({"all": {"request": [{"propagate": {"named": "x-flavour"}}]}}, "public, max-age=60"),
    ):
        async with ruled(rules) as seen:
            headers = (await seen.client.get("/graphql", params={"query": "{ a }"})).headers
            assert headers["cache-control"] == expected
            assert ("x-flavour" in headers["vary"]) == (expected[:6] == "public")
            flavoured = await seen.client.get(
                "/graphql", params={"query": "{ a }"}, headers={"x-flavour": "mint"}
            )
            assert flavoured.headers["cache-control"] == "private, max-age=60"
