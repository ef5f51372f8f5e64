"""Policies are decided once for a request, and do not hold unless somebody says so in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import httpx
import orjson
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from structlog.testing import capture_logs

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.features.access.deciders import Expressions
from gateway.pipeline.access.application import PolicyDecider, PolicyQuestion
from gateway.pipeline.sessions import Session
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.pipeline.access.guarded_shop import Shop, asked, hidden, shop
from tests.support.gateway.installing import Offers

SERVED = shop()
SESSIONS = {"ann": Session("https://login.test", {"sub": "ann", "groups": ["desk"], "age": 2**70})}
PIN = "query Pin { me { name pin } x: me { pin } }"
SEEN = {"me": {"name": "Ann", "pin": "p1"}, "x": {"pin": "p1"}}


def a_shop(**options: Any) -> Shop:
    """The shop with one customer."""
    return Shop(SERVED, SESSIONS, options)


async def test_the_application_decides_once_for_a_request() -> None:
    """It is asked for the policies that the operation touches, with the session and the variables."""
    questions: list[PolicyQuestion] = []

    async def decide(question: PolicyQuestion) -> Collection[str]:
        questions.append(question)
        return ["owner"] if question.claims.get("sub") == "ann" else []

    club = a_shop(features=[Offers(PolicyDecider(decide))])
    async with club.client() as client:
        assert (await asked(client, PIN, "ann"))["data"] == SEEN
        assert (await asked(client, PIN))["data"] == {"me": None, "x": None}
        assert (await asked(client, "{ open me { name } }"))["data"]["open"] == "o"
    first, second = questions
    assert first.policies == {"owner", "staff", "desk"}
    assert (first.session, first.authenticated, first.operation) == (SESSIONS["ann"], True, "Pin")
    assert (second.session, second.authenticated, second.headers) == (None, False, {})


@pytest.mark.parametrize("answer", [ValueError("broken"), None, 7, "owner"])
async def test_a_decision_that_fails_grants_nothing(answer: Any) -> None:
    """Nor does one that is not a collection of names; it is logged once, and counted."""

    async def decide(_question: PolicyQuestion) -> Collection[str]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with capture_logs() as logs:
        async with a_shop(features=[Offers(PolicyDecider(decide))]).client() as client:
            for _ in range(2):
                assert (await asked(client, PIN, "ann"))["data"] == {"me": None, "x": None}
    assert len([log for log in logs if log["event"] == "policy_decision_failed"]) == (answer != "owner")


async def test_policies_that_nobody_decides_never_hold() -> None:
    """The gateway says so when it starts."""
    with capture_logs() as logs:
        assert hidden(await a_shop().ask(PIN, "ann")) == [["me", "pin"], ["x", "pin"]]
    (said,) = [log for log in logs if log["event"] == "policies_never_hold"]
    assert said["policies"] == ["desk", "owner", "staff"]


@pytest.mark.parametrize(
    ("texts", "holds"),
    [
        ({"owner": "claims.sub == 'ann' && authenticated"}, True),
        ({"owner": "false", "staff": "true", "desk": "'desk' in claims.groups"}, True),
        ({"staff": "true"}, False),
        ({"owner": "claims.missing == 'x'"}, False),
        ({"owner": "'true'"}, False),
        ({"owner": "1"}, False),
        ({"owner": "claims.age > 'one'"}, False),
        ({"owner": "operation.name == 'Pin' && operation.kind == 'query' && client == null"}, True),
        ({"owner": "headers['as'] == 'ann' && scopes == []"}, True),
        ({"owner": "variables.missing"}, False),
    ],
)
async def test_expressions_decide(texts: dict[str, str], *, holds: bool) -> None:
    """Only true is true; what cannot be evaluated is not."""
    club = a_shop()
    answer = await club.ask(PIN, "ann", access={"policies": texts})
    assert (answer["data"] == SEEN) is holds


def test_a_broken_expression_keeps_the_gateway_from_starting() -> None:
    """The message names the policy."""
    with pytest.raises(ValueError, match="policy owner is not valid"):
        Expressions({"owner": "1 +"})


def test_only_one_decides_the_other_policies() -> None:
    """An application and a coprocessor might contradict each other."""

    async def decide(_question: PolicyQuestion) -> Collection[str]:
        return []

    settings = GatewaySettings(access={"policy_url": "http://127.0.0.1:1/"})
    transports = GatewayOf(SERVED).transports()
    with pytest.raises(ValueError, match="ACCESS__POLICY_URL"):
        create_gateway(
            SERVED.composed.supergraph, transports, settings, features=[Offers(PolicyDecider(decide))]
        )


@asynccontextmanager
async def coprocessor(reply: bytes | None, status: int = 200) -> AsyncIterator[tuple[str, list[Any]]]:
    """A server that answers every question alike, or never; with the questions."""
    questions: list[Any] = []
    app = FastAPI()

    @app.post("/v1/data/graph")
    async def answer(request: Request) -> Response:
        questions.append((orjson.loads(await request.body()), dict(request.headers)))
        if reply is None:
            await asyncio.Event().wait()
        return Response(reply, status, media_type="application/json")

    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1/data/graph", questions


@pytest.mark.parametrize(
    "reply", [b'{"result":{"owner":true,"staff":false}}', b'{"result":["owner","other"]}']
)
async def test_a_coprocessor_is_asked_as_the_open_policy_agent_is(reply: bytes) -> None:
    """One question a request, with the claims and a bearer token; the result is an object or a list."""
    async with coprocessor(reply) as (url, questions):
        club = a_shop()
        settings = {"access": {"policy_url": url, "policy_token": "t", "policy_seconds": 600}}
        async with club.client(**settings) as client:
            assert (await asked(client, PIN, "ann"))["data"] == SEEN
            assert 'policy_decisions_total{result="ok"} 1.0' in (await client.get("/metrics")).text
    ((question, headers),) = questions
    assert headers["authorization"] == "Bearer t"
    assert question["input"] == {
        "policies": ["desk", "owner", "staff"],
        "authenticated": True,
        "scopes": [],
        "claims": question["input"]["claims"],
        "client": None,
        "operation": {"name": "Pin", "kind": "query"},
    }
    assert question["input"]["claims"]["sub"] == "ann"


async def test_the_first_question_has_all_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks is made at the start: reading certificates takes a tenth of a second."""
    async with coprocessor(b'{"result":["owner","desk","staff"]}') as (url, _):
        made = a_shop().client(access={"policy_url": url, "policy_seconds": 600})
        async with made as client:

            def late(*_: object, **__: object) -> NoReturn:
                raise AssertionError("made for a request")

            monkeypatch.setattr(httpx.AsyncClient, "__init__", late)
            assert (await asked(client, PIN, "ann"))["data"] == SEEN


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (b'{"result":{"owner":"true"}}', 200),
        (b'{"result":true}', 200),
        (b"{}", 200),
        (b'["owner"]', 200),
        (b"not json", 200),
        (b'{"result":{"owner":true}}', 500),
        (b'{"result":["owner"' + b" " * 300_000 + b"]}", 200),
    ],
)
async def test_a_coprocessor_that_gives_no_such_result_grants_nothing(reply: bytes, status: int) -> None:
    """A truth value for all policies, an error or an endless answer are none."""
    async with coprocessor(reply, status) as (url, _):
        answer = await a_shop().ask(PIN, "ann", access={"policy_url": url, "policy_seconds": 600})
    assert hidden(answer) == [["me", "pin"], ["x", "pin"]]


async def test_a_coprocessor_that_hangs_or_is_away_grants_nothing_in_its_time() -> None:
    """The rest is answered."""
    async with coprocessor(None) as (url, _):
        answer = await a_shop().ask(PIN, "ann", access={"policy_url": url, "policy_seconds": 0.05})
        assert answer["data"] == {"me": None, "x": None}
    answer = await a_shop().ask(PIN, "ann", access={"policy_url": url, "policy_seconds": 600})
    assert answer["data"] == {"me": None, "x": None}


async def test_an_expression_answers_before_the_coprocessor_is_asked() -> None:
    """Nobody is asked about policies that all have expressions, or that the operation does not touch."""
    async with coprocessor(b'{"result":[]}') as (url, questions):
        settings: dict[str, Any] = {
            "access": {"policy_url": url, "policies": {"owner": "true", "staff": "false", "desk": "false"}},
        }
        assert (await a_shop().ask(PIN, **settings))["data"] == SEEN
        assert (await a_shop().ask("{ open }", **settings))["data"] == {"open": "o"}
    assert questions == []


def test_the_time_of_a_decision_is_limited() -> None:
    """A deadline of nothing is refused."""
    with pytest.raises(ValidationError):
        GatewaySettings(access={"policy_seconds": 0})
