"""Which documents clients may send, through the gateway's HTTP interface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from gateway import GatewaySettings, create_gateway
from gateway.features.documents.manifests import ManifestFiles
from tests.gateway.merged_settings import merged
from tests.gateway.worlds import shop

ME = "query Me { me { name } }"
USERS = "query Users { users { id } }"
OTHER = "query Other { me { id } }"
ANSWER = {"data": {"me": {"name": "User 1"}}}
KEY = "a key of a developer"
DEVELOPERS = {
    "name": "developers",
    "key_sha256": [sha256(KEY.encode()).hexdigest()],
    "any_document": True,
    "introspection": True,
}
INTROSPECTION = "{ __typename ...Q } fragment Q on Query { __schema { queryType { name } } }"


class Shop:
    """A gateway with manifests, and a client that speaks to it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.app = create_gateway(
            shop().sdl,
            shop().transports(),
            GatewaySettings(**merged({"documents": {"manifests": [folder]}}, settings)),
        )
        transport = httpx.ASGITransport(self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    @property
    def manifests(self) -> ManifestFiles:
        """The manifests on disk."""
        app: Any = self.app
        return app._graph.current.endpoint.pipeline.documents.manifests

    async def post(self, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """The response to a POST; underscores in header names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        found: dict[str, Any] = (await self.client.post("/graphql", json=body, headers=named)).json()
        return found

    async def code(self, body: dict[str, Any], **headers: str) -> str | None:
        """The code of the first error, None without one."""
        errors = (await self.post(body, **headers)).get("errors")
        return str(errors[0]["extensions"]["code"]) if errors else None

    async def metric(self, line: str) -> float:
        """A number among the metrics."""
        for found in (await self.client.get("/metrics")).text.splitlines():
            if found.startswith(line + " "):
                return float(found.rsplit(" ", 1)[1])
        return 0.0

    async def reached(self, line: str, least: float) -> None:
        """Wait until a metric is large enough."""
        async with asyncio.timeout(60):
            while await self.metric(line) < least:  # noqa: ASYNC110 - what is planned signals nobody
                await asyncio.sleep(0.001)


Make = Callable[..., Shop]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a gateway whose manifest app.json has two documents."""
    (tmp_path / "app.json").write_text(json.dumps({"me": ME, "users": USERS}))

    def made(**settings: Any) -> Shop:
        return Shop(tmp_path, **settings)

    return made


def persisted(document_id: str) -> dict[str, Any]:
    """Apollo's extension."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": document_id}}}


@pytest.mark.parametrize("mode", ["off", "log", "only"])
@pytest.mark.parametrize("query", [{}, {"query": ""}])
@pytest.mark.parametrize("body", [{"documentId": "me"}, {"documentId": "sha256:me"}, persisted("me")])
async def test_an_id_is_answered_like_its_document(
    make: Make, mode: str, body: dict[str, Any], query: dict[str, str]
) -> None:
    """By POST, again from what is remembered of the body, and by GET; an empty document beside it is none."""
    served, body = make(documents={"mode": mode}), body | query
    for _ in range(2):
        assert await served.post(body) == ANSWER
    parameters = {name: each if isinstance(each, str) else json.dumps(each) for name, each in body.items()}
    assert (await served.client.get("/graphql", params=parameters)).json() == ANSWER


async def test_variables_and_operation_names_belong_to_the_document(tmp_path: Path) -> None:
    """A document may have several operations."""
    text = "query A($id: ID!) { user(id: $id) { name } } query B { me { id } }"
    (tmp_path / "app.json").write_text(json.dumps({"both": text}))
    served = Shop(tmp_path, documents={"mode": "only", "require_id": True})
    asked = {"documentId": "both", "operationName": "A", "variables": {"id": "2"}}
    assert await served.post(asked) == {"data": {"user": {"name": "User 2"}}}
    assert await served.code({"documentId": "both"}) == "OPERATION_RESOLUTION_FAILURE"


@pytest.mark.parametrize("body", [{"documentId": "none"}, persisted("none")])
async def test_an_unknown_id_is_refused(make: Make, body: dict[str, Any]) -> None:
    """With a well-formed response, and a code that other gateways use as well."""
    served = make()
    response = await served.client.post("/graphql", json=body)
    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"] == "PERSISTED_DOCUMENT_NOT_FOUND"


@pytest.mark.parametrize("mode", ["off", "log", "only"])
async def test_an_unknown_hash_makes_apollos_link_send_the_text_if_it_may(make: Make, mode: str) -> None:
    """A client that may send text is told that hashes are not registered here, and goes on with the text."""
    served, digest = make(documents={"mode": mode}, client_classes=[DEVELOPERS]), "a" * 64
    refused = "PERSISTED_DOCUMENT_NOT_FOUND" if mode == "only" else "PERSISTED_QUERY_NOT_SUPPORTED"
    for body in (persisted(digest), {"documentId": f"sha256:{digest}"}):
        assert await served.code(body) == refused
        assert await served.code(body, graphql_client_key=KEY) == "PERSISTED_QUERY_NOT_SUPPORTED"
    expected = "QUERY_NOT_IN_SAFELIST" if mode == "only" else None
    assert await served.code({"query": OTHER, **persisted(digest)}) == expected


@pytest.mark.parametrize("body", [{"documentId": "me"}, persisted("me")])
async def test_a_gateway_without_manifests_says_that_it_knows_no_ids(body: dict[str, Any]) -> None:
    """By the words that make Apollo's clients send documents as text."""
    app = create_gateway(shop().sdl, shop().transports())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        error = (await client.post("/graphql", json=body)).json()["errors"][0]
        assert error["message"] == "PersistedQueryNotSupported"
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert (await client.post("/graphql", json={"query": ME, **body})).json() == ANSWER


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": 7},
        {"documentId": ""},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "me"}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": "me"}},
        {"query": 7, "documentId": "me"},
        {},
    ],
)
async def test_what_is_no_id_is_no_request(make: Make, body: dict[str, Any]) -> None:
    """It is the client's mistake, never a fault."""
    response = await make().client.post("/graphql", json=body)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (
        400,
        "INVALID_REQUEST",
    )


async def test_only_trusted_documents_are_answered(make: Make) -> None:
    """As text, whatever its white space; another text is refused, also beside the id of a trusted one."""
    served = make(documents={"mode": "only"})
    for _ in range(2):
        assert await served.post({"query": "query   Me{me{name}} # as text"}) == ANSWER
        assert await served.code({"query": OTHER}) == "QUERY_NOT_IN_SAFELIST"
        assert await served.code({"query": OTHER, "documentId": "me"}) == "QUERY_NOT_IN_SAFELIST"
        assert await served.code({"query": "{ nope }"}) == "GRAPHQL_VALIDATION_FAILED"
    refused = 'furlong_gateway_untrusted_requests_total{class="default",result="refused"}'
    assert await served.metric(refused) == 4.0
    assert await served.metric('furlong_gateway_refusals_total{code="QUERY_NOT_IN_SAFELIST"}') == 4.0
    assert await served.metric("furlong_gateway_trusted_documents") == 2.0


async def test_documents_as_text_are_refused_before_they_are_parsed_if_ids_are_required(make: Make) -> None:
    """Even a trusted one, and even one that is no GraphQL."""
    served = make(documents={"mode": "only", "require_id": True})
    for text in (ME, OTHER, "{"):
        assert await served.code({"query": text}) == "PERSISTED_DOCUMENT_ID_REQUIRED"
    assert await served.post({"documentId": "me"}) == ANSWER


@pytest.mark.parametrize("require_id", [False, True])
async def test_a_class_of_clients_may_send_any_document(make: Make, *, require_id: bool) -> None:
    """What is remembered of its bodies opens nothing to others."""
    served = make(
        documents={"mode": "only", "require_id": require_id},
        client_classes=[DEVELOPERS],
    )
    refusal = "PERSISTED_DOCUMENT_ID_REQUIRED" if require_id else "QUERY_NOT_IN_SAFELIST"
    for _ in range(2):
        assert await served.code({"query": OTHER}, graphql_client_key=KEY) is None
        assert await served.code({"query": OTHER}) == refusal
        assert await served.code({"query": INTROSPECTION}, graphql_client_key=KEY) is None


@pytest.mark.parametrize("require_id", [False, True])
async def test_who_may_introspect_still_may(make: Make, *, require_id: bool) -> None:
    """With a document that only introspects."""
    served = make(documents={"mode": "only", "require_id": require_id}, introspection=True)
    refusal = "PERSISTED_DOCUMENT_ID_REQUIRED" if require_id else "QUERY_NOT_IN_SAFELIST"
    for _ in range(2):
        assert await served.code({"query": INTROSPECTION}) is None
        assert await served.code({"query": "{ __schema { queryType { name } } me { id } }"}) == refusal


async def test_introspection_stays_refused_to_others(make: Make) -> None:
    """Trusting a document opens nothing that is switched off."""
    served = make(documents={"mode": "only"})
    assert await served.code({"query": INTROSPECTION}) == "INTROSPECTION_DISABLED"


async def test_log_only_answers_and_logs_each_document_once_for_each_client(make: Make) -> None:
    """The log names the client, leaves out string values, and is bounded; the metric counts all."""
    served = make(documents={"mode": "log", "logged": 3})
    secret = 'query Find { user(id: "a \\"secret\\" word") { name } }'
    with capture_logs() as logs:
        for _ in range(2):
            assert await served.post({"query": ME}) == ANSWER
            assert await served.code({"query": OTHER}, graphql_client_name="ios") is None
            assert await served.code({"query": OTHER}, graphql_client_name="web") is None
            assert await served.code({"query": secret}) is None
        for number in range(5):
            assert await served.code({"query": f"{{ a{number}: me {{ id }} }}"}) is None
    entries = [log for log in logs if log["event"] == "untrusted_document"]
    assert [(entry["operation"], entry["client"]) for entry in entries] == [
        ("Other", "ios"),
        ("Other", "web"),
        ("Find", None),
    ]
    assert entries[2]["document"] == 'query Find{user(id:""){name}}'
    assert [each["event"] for each in logs[3:]] == ["untrusted_documents_not_logged_any_more"]
    answered = 'furlong_gateway_untrusted_requests_total{class="default",result="answered"}'
    assert await served.metric(answered) == 11.0


async def test_a_removed_document_is_refused_at_once(make: Make) -> None:
    """By id and as text, though the body and the plan are remembered; a new one is answered."""
    served = make(documents={"mode": "only"})
    by_id, as_text = {"documentId": "me"}, {"query": ME}
    for _ in range(2):
        assert await served.post(by_id) == await served.post(as_text) == ANSWER
    (served.folder / "app.json").write_text(json.dumps({"other": OTHER}))
    assert served.manifests.refresh()
    for _ in range(2):
        assert await served.code(by_id) == "PERSISTED_DOCUMENT_NOT_FOUND"
        assert await served.code(as_text) == "QUERY_NOT_IN_SAFELIST"
        assert await served.post({"documentId": "other"}) == {"data": {"me": {"id": "1"}}}


async def test_an_id_that_gets_another_document_is_answered_by_that_at_once(make: Make) -> None:
    """Ids of one's own making may stand for the newest version of an operation."""
    served = make()
    for _ in range(2):
        assert await served.post({"documentId": "me"}) == ANSWER
    (served.folder / "app.json").write_text(json.dumps({"me": OTHER}))
    assert served.manifests.refresh()
    for _ in range(2):
        assert await served.post({"documentId": "me"}) == {"data": {"me": {"id": "1"}}}


async def test_documents_of_one_client_are_no_others(make: Make, tmp_path: Path) -> None:
    """By id and as text; the same body means what the client's name makes of it."""
    (tmp_path / "ios.json").write_text(json.dumps({"me": OTHER}))
    served = make(documents={"mode": "only", "clients": {"ios.json": ["ios"]}})
    for _ in range(2):
        ios = await served.post({"documentId": "me"}, apollographql_client_name="ios")
        assert ios == {"data": {"me": {"id": "1"}}}
        assert await served.post({"documentId": "me"}, graphql_client_name="web") == ANSWER
        assert await served.post({"documentId": "me"}) == ANSWER
        assert await served.code({"query": OTHER}, graphql_client_name="ios") is None
        assert await served.code({"query": OTHER}, graphql_client_name="web") == "QUERY_NOT_IN_SAFELIST"


async def test_operations_may_be_safelisted_by_name_and_client(make: Make) -> None:
    """A trusted document that a client may not execute is refused to it, by id and as text."""
    served = make(documents={"mode": "only", "operations": {"*": ["Me"], "backoffice": ["Users"]}})
    for _ in range(2):
        assert await served.post({"documentId": "me"}) == ANSWER
        assert await served.code({"documentId": "users"}) == "OPERATION_NOT_IN_SAFELIST"
        assert await served.code({"query": USERS}, graphql_client_name="web") == "OPERATION_NOT_IN_SAFELIST"
        assert await served.code({"documentId": "users"}, graphql_client_name="backoffice") is None
        assert await served.code({"documentId": "me"}, graphql_client_name="backoffice") is None


async def test_get_refuses_the_id_of_a_mutation(tmp_path: Path) -> None:
    """GET must not change anything, whatever names the document."""
    sdl = (Path(__file__).parents[2] / "supergraphs" / "club" / "supergraph.graphql").read_text()
    text = 'mutation { optIn(input: { brand: "b", termsVersion: "1" }) { errors { code } } }'
    (tmp_path / "app.json").write_text(json.dumps({"opt-in": text}))
    app = create_gateway(sdl, settings=GatewaySettings(documents={"manifests": [tmp_path]}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        for parameters in (
            {"documentId": "opt-in"},
            {"extensions": json.dumps(persisted("opt-in")["extensions"])},
        ):
            response = await client.get("/graphql", params=parameters)
            assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_limits_hold_for_trusted_documents(make: Make) -> None:
    """A manifest does not raise them."""
    served = make(document_depth=1)
    assert await served.code({"documentId": "me"}) == "DOCUMENT_TOO_DEEP"


async def test_trusted_documents_are_planned_ahead(make: Make, tmp_path: Path) -> None:
    """Those of the start and of each reload, in the background; one that cannot be answered is logged."""
    served = make(documents={"reload_seconds": 0.001})
    counted = 'furlong_gateway_plan_cache_total{result="miss"}'
    with capture_logs() as logs:
        async with served.app.router.lifespan_context(served.app):
            await served.reached(counted, 2)
            (tmp_path / "more.json").write_text(json.dumps({"bad": "{ nope }", "other": OTHER}))
            await served.reached(counted, 3)
            assert await served.code({"documentId": "me"}) is None
            assert await served.code({"documentId": "other"}) is None
            assert await served.metric(counted) == 3
    refused = [log for log in logs if log["event"] == "trusted_document_refused"]
    assert [(each["document"], each["code"]) for each in refused] == [
        ("more.json: bad", "GRAPHQL_VALIDATION_FAILED")
    ]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"mode": "only"}, "mode: only needs manifests"),
        ({"mode": "log"}, "mode: log needs manifests"),
        ({"manifests": ["x"], "require_id": True}, "require_id: needs the mode only"),
    ],
)
def test_settings_that_would_refuse_everything_or_nothing_are_refused(
    settings: dict[str, Any], reason: str
) -> None:
    """At the start, in words."""
    with pytest.raises(ValidationError, match=reason):
        GatewaySettings(documents=settings)
