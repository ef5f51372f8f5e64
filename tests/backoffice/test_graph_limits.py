"""Limits of the back office's graph: what one request may ask for, and what its answers may hold."""

import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.types import Message

from backoffice.access import Actor, Role
from backoffice.areas import create_schema
from backoffice.errors import NotFound
from backoffice.graph.area import Area
from backoffice.graph.documents import GraphLimits
from backoffice.graph.execution import OfficeGraph
from backoffice.people.area import PeopleArea
from foundation.graphql_http import GRAPHQL_JSON
from gateway.settings.limits import ResponseLimits
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.office.backoffice_site import Browser, OfficeSite, codes, running_site
from tests.support.office.permission_rules import ask

ME: Final = "{ me { id } }"
ANN: Final = Actor("ann", "ann", "Ann", "s", "127.0.0.1", {ALL_BRANDS: frozenset({Role.ADMINISTRATOR})})
USUAL: Final = "{ __schema { types { name fields { name type { name ofType { name } } } } } }"
PEOPLE: Final = "{ users(first: 100) { nodes { id roles { brand } } } }"
REFUSED: Final = {
    "DOCUMENT_TOO_LARGE": f"{{ me {{ id {'#' * 8200}\n }} }}",
    "GRAPHQL_PARSE_FAILED": "{ me { id }",
    "GRAPHQL_VALIDATION_FAILED": "{ me { salary } }",
    "OPERATION_RESOLUTION_FAILURE": "query A { me { id } } query B { me { id } }",
    "DOCUMENT_TOO_DEEP": "{ __schema { types" + " { fields { type" * 11 + " { name }" + " } }" * 11 + "}}",
    "TOO_MANY_FIELDS": "{ me { " + "id " * 250 + "} }",
    "TOO_MANY_ROOT_FIELDS": "{ " + " ".join(f"m{number}: me {{ id }}" for number in range(9)) + " }",
    "TOO_MANY_ALIASES": "{ me { " + " ".join(f"a{number}: id" for number in range(51)) + " } }",
    "TOO_MANY_MERGED_FIELDS": "{ me { " + "id " * 31 + "} }",
    "TOO_MANY_DIRECTIVES": "{ me { id " + "@skip(if: false) " * 101 + "} }",
    "TOO_MANY_LITERALS": "{ me { id } " + f"users(first: {[1] * 201}) {{ nodes {{ id }} }} }}",
    "TOO_MANY_MUTATIONS": "mutation { a: newRecoveryCodes b: newRecoveryCodes }",
    "INTROSPECTION_TOO_LARGE": "{ __schema { types { fields { type { fields { name description } } } } } }",
    "COST_ESTIMATED_TOO_EXPENSIVE": "{ contentItems { nodes { revisions { nodes { lint { rule } "
    "document { texts { locale } } } } open { lint { rule } } } } "
    "a: contentBrands { rewards { kind } } }",
    "BAD_USER_INPUT": "query($first: Int!) { users(first: $first) { nodes { id } } }",
}
"""A document for each refusal."""


class Accounts:
    """Accounts that cannot be read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def recovery_codes_left(self, _actor: Actor) -> int:
        """Fail."""
        raise self._error


class StoppedPeople(PeopleArea):
    """The area of people, whose accounts cannot be read."""

    def __init__(self, error: Exception) -> None:
        self.accounts: Any = Accounts(error)


def graph(*areas: Area, **limits: Any) -> OfficeGraph:
    """Return the graph over areas, with other limits."""
    by_class = {next(kind for kind in type(area).__mro__ if kind.__base__ is Area): area for area in areas}
    made = OfficeGraph.over(create_schema(), (), replace(GraphLimits(), **limits))
    return replace(made, areas=by_class)


@pytest.fixture(scope="module")
def office() -> OfficeGraph:
    """The graph, without any area: what is refused needs none."""
    return graph()


@pytest.mark.parametrize("code", REFUSED)
async def test_what_asks_for_too_much_is_refused_before_it_runs(office: OfficeGraph, code: str) -> None:
    """Each limit has a code, as at the customers' gateway."""
    if code == "COST_ESTIMATED_TOO_EXPENSIVE":
        office = graph(cost=500)
    assert codes(await ask(office, ANN, REFUSED[code])) == [code]


@pytest.mark.parametrize(
    ("document", "points"),
    [
        (ME, 1),
        (PEOPLE, 111),
        ('mutation { endSession(id: "a") { id } }', 11),
        ("query($no: Boolean!) { me { id } users @skip(if: $no) { nodes { id } } }", 1),
    ],
)
async def test_the_cost_of_an_operation_is_estimated(document: str, points: int) -> None:
    """Objects cost a point, lists count as ten, mutations cost ten, and what is skipped nothing."""
    variables = {"no": True} if "$no" in document else {}
    said = await ask(graph(cost=points - 1), ANN, document, variables)
    assert said["errors"][0]["message"] == (
        f"The operation may cost {points} points, more than the limit of {points - 1}."
    )
    assert "COST_ESTIMATED_TOO_EXPENSIVE" not in codes(
        await ask(graph(cost=points), ANN, document, variables)
    )


async def test_variables_are_limited(office: OfficeGraph) -> None:
    """Items of lists and fields of objects count."""
    document = "query($states: [ContentState!]) { contentItems(states: $states) { nodes { id } } }"
    refused = await ask(office, ANN, document, {"states": ["DRAFT"] * 5000})
    assert codes(refused) == ["TOO_MANY_VARIABLE_VALUES"]


async def test_the_schema_is_shown_to_staff(office: OfficeGraph) -> None:
    """Tools load it; only signed-in people reach the graph."""
    answer = await ask(office, ANN, USUAL)
    assert "contentItems" in str(answer["data"])


async def test_a_response_may_not_hold_too_much() -> None:
    """A limit on fields and list items ends the execution."""
    assert codes(await ask(graph(response=ResponseLimits(places=40)), ANN, USUAL)) == ["RESPONSE_TOO_LARGE"]


async def test_faults_are_masked_and_refusals_are_not() -> None:
    """A fault has the id of its log entry; what is meant for the person has its message."""
    fault = await ask(graph(StoppedPeople(RuntimeError("the password is hunter2"))), ANN, ME)
    assert codes(fault) == ["INTERNAL_SERVER_ERROR"]
    assert "hunter2" not in str(fault)
    assert fault["errors"][0]["extensions"]["id"]
    shown = await ask(graph(StoppedPeople(NotFound("It is gone."))), ANN, ME)
    assert shown["errors"][0]["message"] == "It is gone."
    assert codes(shown) == ["NOT_FOUND"]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """The running application."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as running:
        yield running


@pytest.fixture
async def chief(site: OfficeSite) -> Browser:
    """The browser of an administrator."""
    return await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))


async def test_statuses_follow_the_media_type(chief: Browser) -> None:
    """With `application/json` a well-formed request has 200; what is no request has its own status."""
    wrong = {"query": "{ me { salary } }"}
    assert (await chief.send("POST", "graphql", wrong)).status_code == 200
    assert (await chief.send("POST", "graphql", wrong, accept=GRAPHQL_JSON)).status_code == 400
    assert (await chief.send("POST", "graphql", {"query": ME}, accept="text/html")).status_code == 406
    assert (await chief.send("POST", "graphql", {"wrong": ME})).status_code == 400
    batch = await chief.send("POST", "graphql", [{"query": ME}])
    assert (batch.status_code, codes(batch.json())) == (400, ["BATCHING_NOT_ENABLED"])


async def test_bodies_and_responses_are_limited(site: OfficeSite, chief: Browser) -> None:
    """A body with an image fits, a larger one does not; nor does a response that is too long."""
    routes = site.office.app._app.routes  # type: ignore[attr-defined]
    endpoint = next(route.app for route in routes if route.path == "/backoffice/graphql")
    large = await chief.send("POST", "graphql", {"query": ME, "extensions": {"file": "x" * 9 * 2**20}})
    assert (large.status_code, codes(large.json())) == (413, ["REQUEST_TOO_LARGE"])
    graph = site.office.graph
    endpoint.graph = replace(graph, limits=replace(graph.limits, response=ResponseLimits(bytes=20)))
    answer = (await chief.send("POST", "graphql", {"query": ME})).json()
    assert (codes(answer), answer["data"]) == (["RESPONSE_TOO_LARGE"], None)
    endpoint.graph = replace(graph, limits=replace(graph.limits, requests=0))
    busy = await chief.send("POST", "graphql", {"query": ME})
    assert (busy.status_code, codes(busy.json()), busy.headers["retry-after"]) == (503, ["OVERLOADED"], "1")


async def test_a_browser_that_went_is_no_fault(
    site: OfficeSite, chief: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever closes a page while its request is on the way leaves no error in the log, and wakes nobody."""
    cookies = "; ".join(f"{name}={value}" for name, value in chief.client.cookies.items())
    headers = {
        **chief.sent,
        "host": chief.client.base_url.netloc.decode(),
        "cookie": cookies,
        "x-csrf-token": chief.csrf,
        "content-type": "application/json",
    }
    arriving: list[Message] = [
        {"type": "http.request", "body": b'{"query": "', "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": chief.client.base_url.scheme,
        "path": "/backoffice/graphql",
        "raw_path": b"/backoffice/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 4711),
        "server": ("localhost", 80),
    }

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(_message: Message) -> None:
        pass

    await site.office.app(scope, receive, send)
    assert arriving == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    metrics = (await site.browser().client.get("/metrics")).text
    assert 'furlong_backoffice_graph_seconds_count{outcome="gone"} 1.0' in metrics


async def test_large_responses_are_compressed(chief: Browser) -> None:
    """For clients that accept it, as browsers do."""
    for accepted in ("gzip", "identity"):
        async with chief.client.stream(
            "POST",
            "/backoffice/graphql",
            json={"query": USUAL},
            headers={**chief.sent, "x-csrf-token": chief.csrf, "accept-encoding": accepted},
        ) as response:
            raw = b"".join([part async for part in response.aiter_raw()])
        assert response.headers.get("content-encoding") == ("gzip" if accepted == "gzip" else None)
        assert b"contentItems" in (gzip.decompress(raw) if accepted == "gzip" else raw)


async def test_operators_see_health_and_metrics(site: OfficeSite, chief: Browser) -> None:
    """Requests are counted by outcome, without a session; the process is there as well."""
    await chief.ask(ME)
    await chief.ask("{ me { salary } }")
    get = site.browser().client.get
    assert [(await get(path)).text for path in ("/health", "/ready")] == ["ok", "ready"]
    metrics = (await get("/metrics")).text
    assert 'furlong_backoffice_graph_seconds_count{outcome="ok"} 1.0' in metrics
    assert 'furlong_backoffice_graph_seconds_count{outcome="refused"} 1.0' in metrics
    assert (
        'furlong_backoffice_sign_in_total{outcome="ok"' in metrics or "furlong_backoffice_sign_in" in metrics
    )
    assert "process_cpu_seconds_total" in metrics
