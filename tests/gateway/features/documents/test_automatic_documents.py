"""Automatic persisted queries: clients register documents by their digests, in a bounded store."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway import GatewaySettings, create_gateway
from gateway.features.documents.automatic import Texts
from tests.gateway.merged_settings import merged
from tests.gateway.worlds import shop

ME = "query Me { me { name } }"
ANSWER = {"data": {"me": {"name": "User 1"}}}


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway that has automatic persisted queries."""
    app = create_gateway(
        shop().sdl, shop().transports(), GatewaySettings(**merged({"documents": {"apq": True}}, settings))
    )
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
        app.router.lifespan_context(app),
    ):
        yield client


async def test_a_registered_document_takes_no_place_of_a_clients_own(tmp_path: Path) -> None:
    """An id may stand for a client's document, and for others be the digest of a registered one."""
    digest = sha256(ME.encode()).hexdigest()
    (tmp_path / "ios.json").write_text(json.dumps({digest: "{ me { id } }"}))
    clients = {"ios.json": ["ios"]}
    async with served(documents={"manifests": [tmp_path], "clients": clients}) as client:
        await post(client, query=ME, **by_digest(ME))
        for _ in range(2):
            assert await post(client, **by_digest(ME)) == ANSWER
            headers = {"graphql-client-name": "ios"}
            ios = await client.post("/graphql", json=by_digest(ME), headers=headers)
            assert ios.json() == {"data": {"me": {"id": "1"}}}


def by_digest(text: str) -> dict[str, Any]:
    """What a client sends first."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}}


async def post(client: httpx.AsyncClient, **body: Any) -> Any:
    """The code of the first error, or the whole response."""
    response = (await client.post("/graphql", json=body)).json()
    return response["errors"][0]["extensions"]["code"] if "errors" in response else response


async def metric(client: httpx.AsyncClient, result: str) -> int:
    """How many automatic persisted queries had a result."""
    line = f'furlong_gateway_automatic_persisted_queries_total{{result="{result}"}} '
    text = (await client.get("/metrics")).text
    return int(float(text.split(line)[1].split("\n")[0])) if line in text else 0


async def test_a_document_is_registered_and_then_found_by_its_digest() -> None:
    """As Apollo's clients do it; also by GET, and by the id of GraphQL over HTTP."""
    async with served() as client:
        missing = (await client.post("/graphql", json=by_digest(ME))).json()["errors"][0]
        assert missing["message"] == "PersistedQueryNotFound"
        assert missing["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert await post(client, query=ME, **by_digest(ME)) == ANSWER
        for _ in range(2):
            assert await post(client, **by_digest(ME)) == ANSWER
        digest = sha256(ME.encode()).hexdigest()
        assert await post(client, documentId=f"sha256:{digest}") == ANSWER
        parameters = {"extensions": json.dumps(by_digest(ME)["extensions"])}
        assert (await client.get("/graphql", params=parameters)).json() == ANSWER
        assert [await metric(client, each) for each in ("registered", "hit", "miss")] == [1, 3, 1]


async def test_get_registers_as_well() -> None:
    """Apollo's clients may send everything by GET."""
    async with served() as client:
        parameters = {"query": ME, "extensions": json.dumps(by_digest(ME)["extensions"])}
        assert (await client.get("/graphql", params=parameters)).json() == ANSWER
        assert await post(client, **by_digest(ME)) == ANSWER


async def test_another_documents_digest_is_refused() -> None:
    """Else one client could give another one its own answer."""
    async with served() as client:
        assert await post(client, query="{ me { id } }", **by_digest(ME)) == "PERSISTED_QUERY_HASH_MISMATCH"
        assert await post(client, **by_digest(ME)) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("text", ["{", "{ nope }"])
async def test_a_document_that_is_not_valid_is_not_registered(text: str) -> None:
    """It would take the place of another one."""
    async with served() as client:
        assert "GRAPHQL" in await post(client, query=text, **by_digest(text))
        assert await post(client, **by_digest(text)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_get_refuses_the_digest_of_a_mutation() -> None:
    """Whoever makes a browser follow a link changes nothing."""
    sdl = (Path(__file__).parents[2] / "supergraphs" / "club" / "supergraph.graphql").read_text()
    text = 'mutation { optIn(input: { brand: "b", termsVersion: "1" }) { errors { code } } }'
    app = create_gateway(sdl, settings=GatewaySettings(documents={"apq": True}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        await client.post("/graphql", json={"query": text, **by_digest(text)})
        parameters = {"extensions": json.dumps(by_digest(text)["extensions"])}
        response = await client.get("/graphql", params=parameters)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_a_document_that_was_forgotten_is_registered_again() -> None:
    """Though the body that registers it is the same as before."""
    others = [f"{{ a{number}: me {{ id }} }}" for number in range(20)]
    async with served(documents={"apq_bytes": 5_000}) as client:
        for number in range(2):
            assert await post(client, query=ME, **by_digest(ME)) == ANSWER
            assert await post(client, **by_digest(ME), variables={"a": number}) == ANSWER
            for text in others:
                assert "data" in await post(client, query=text, **by_digest(text))
            forgotten = await post(client, **by_digest(ME), variables={"b": number})
            assert forgotten == "PERSISTED_QUERY_NOT_FOUND"


async def test_other_ids_are_left_to_manifests(tmp_path: Path) -> None:
    """A manifest's document comes first; an id that is no digest cannot be registered."""
    digest = sha256(b"{ me { id } }").hexdigest()
    (tmp_path / "app.json").write_text(json.dumps({"own": ME, digest: ME}))
    async with served(documents={"manifests": [tmp_path], "mode": "log"}) as client:
        assert await post(client, documentId="own") == ANSWER
        assert await post(client, documentId=digest) == ANSWER
        assert await post(client, documentId="other") == "PERSISTED_DOCUMENT_NOT_FOUND"
        assert await post(client, query="{ me { id } }", documentId="other") == {"data": {"me": {"id": "1"}}}
        assert await post(client, documentId="other") == "PERSISTED_DOCUMENT_NOT_FOUND"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 300)), max_size=80))
def test_texts_stay_within_their_bytes(puts: list[tuple[int, int]]) -> None:
    """Whatever is put there, in whatever order; what was put last is there, unless it is too long."""
    texts, bound = Texts(4_000), 4_000
    for key, length in puts:
        text = f"{key}:" + "ä" * length
        texts.put(text, text)
        kept = list(texts._texts.values())
        size = sum(len(each.encode()) + 300 for each in kept)
        assert size == texts._bytes <= bound
        assert (texts.get(text) == text) == (len(text.encode()) + 300 <= bound / 8)


def test_what_is_used_is_kept_longest() -> None:
    """The others are forgotten."""
    texts = Texts(8 * 301)
    for key in "abcdefgh":
        texts.put(key, key)
    assert texts.get("a") == "a"
    texts.put("i", "i")
    assert (texts.get("a"), texts.get("b"), len(texts)) == ("a", None, 8)


@pytest.mark.parametrize(
    "settings",
    [
        {"documents": {"apq": True, "manifests": ["x"], "mode": "only"}},
        {"documents": {"apq_valkey_url": "redis://127.0.0.1:6379/0"}},
    ],
)
def test_settings_that_contradict_one_another_are_refused(settings: dict[str, Any]) -> None:
    """At the start, in words."""
    with pytest.raises(ValidationError, match="apq"):
        GatewaySettings(**settings)
