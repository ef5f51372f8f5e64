"""What holds for queries holds for subscriptions: access, limits, costs, trusted documents, rate limits."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from gateway import GatewaySettings, create_gateway
from gateway.errors import RequestError
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, articles, bodies, subscribed

QUERY = "subscription { published { id author { name } } }"
GUARDED = SDL.replace(
    "schema", 'schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)', 1
)
DIRECTIVE = "directive @authenticated on FIELD_DEFINITION | OBJECT\n"


def guarded(field: str) -> str:
    """The supergraph with a field that only those who are signed in may see."""
    found = GUARDED.replace(f"{field} @join__field", f"{field} @authenticated @join__field")
    assert found != GUARDED
    return DIRECTIVE + found


def app_of(newsroom: Newsroom, sdl: str = SDL, **settings: Any) -> Starlette:
    """A gateway over a newsroom, by another supergraph."""
    return create_gateway(sdl, newsroom.transports(), GatewaySettings(**settings))


async def refusal(app: Starlette, query: str = QUERY, **body: Any) -> tuple[str, int]:
    """The code and status of a refused subscription."""
    with pytest.raises(RequestError) as refused:
        await subscribed(app, query, **body)
    return refused.value.code, refused.value.status


async def test_a_hidden_subscription_field_is_refused() -> None:
    """Nothing is subscribed to."""
    newsroom = Newsroom(articles(1))
    app = app_of(newsroom, guarded("published(topic: String): Article"))
    assert await refusal(app) == ("UNAUTHORIZED_FIELD_OR_TYPE", 403)
    assert newsroom.opened == []


@pytest.mark.parametrize("execution", ["compiled", "interpreted"])
async def test_a_hidden_field_is_null_in_each_response(execution: str) -> None:
    """With an error that says so, and it is not fetched."""
    newsroom = Newsroom(articles(1, 2))
    app = app_of(newsroom, guarded("author: Author"), execution=execution)
    found = await bodies(await subscribed(app, QUERY))
    assert [each["data"] for each in found] == [
        {"published": {"id": str(id_), "author": None}} for id_ in (1, 2)
    ]
    assert all(each["errors"][0]["path"] == ["published", "author"] for each in found)
    assert newsroom.calls == []


async def test_a_subscription_costs_what_one_event_costs() -> None:
    """And 10 points because it lasts. One that may cost too much is refused before it is subscribed to."""
    newsroom = Newsroom(articles(1))
    settings: dict[str, Any] = {"cost": {"mode": "enforce", "limit": 12}}
    assert await bodies(await subscribed(app_of(newsroom, **settings), QUERY))
    settings["cost"]["limit"] = 11
    assert await refusal(app_of(newsroom, **settings)) == ("COST_ESTIMATED_TOO_EXPENSIVE", 400)
    assert len(newsroom.opened) == 1


async def test_limits_on_documents_hold() -> None:
    """Before a subscription is planned."""
    app = app_of(Newsroom(articles(1)), document_depth=2)
    assert (await refusal(app))[0] == "DOCUMENT_TOO_DEEP"


async def test_only_trusted_subscriptions_are_served(tmp_path: Path) -> None:
    """Where only trusted documents are; by their ids as well."""
    digest = sha256(QUERY.encode()).hexdigest()
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({digest: QUERY}))
    settings: dict[str, Any] = {"documents": {"manifests": [manifest], "mode": "only"}}
    app = app_of(Newsroom(articles(1)), **settings)
    assert len(await bodies(await subscribed(app, QUERY))) == 1
    code, _ = await refusal(app, "subscription { count }")
    assert code == "QUERY_NOT_IN_SAFELIST"


async def test_a_subscription_takes_points() -> None:
    """Each of them, when it begins; its events take none."""
    rule = {"by": "address", "points": 60, "seconds": 3600}
    app = app_of(Newsroom(articles(1, 2, 3, 4)), rate_limits={"rules": [rule]})
    assert len(await bodies(await subscribed(app, QUERY))) == 4
    found = {(await refusal_or_none(app)) for _ in range(12)}
    assert "RATE_LIMITED" in found


async def refusal_or_none(app: Starlette) -> str | None:
    """The code of a refused subscription; None if it is served."""
    try:
        await bodies(await subscribed(app, QUERY))
    except RequestError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"variables": {"topic": 5}}, "BAD_USER_INPUT"),
        ({"variables": {"topic": "a"}, "operationName": "Nothing"}, "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_a_subscription_is_validated_before_it_is_made(body: dict[str, Any], code: str) -> None:
    """Its variables and the name of its operation, too."""
    newsroom = Newsroom(articles(1))
    query = "subscription News($topic: String) { published(topic: $topic) { id } }"
    assert (await refusal(app_of(newsroom), query, **body))[0] == code
    assert newsroom.opened == []
