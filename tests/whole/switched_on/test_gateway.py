"""`furlong gateway serve` works with everything on; what excludes something of that is on in another one."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import httpx
import pytest
from graphql import get_introspection_query

from foundation.signatures import SignatureVerifier
from foundation.signatures.verifier import RequestHead
from tests.support.gateway.signing import PUBLIC, fixed
from tests.support.processes.running_furlong import FURLONG, PATIENCE_SECONDS, eventually, without_settings
from tests.support.product.declared_switches import shows
from tests.support.telemetry.otlp_receiver import Receiver
from tests.whole.switched_on.gateways import (
    ACCOUNT,
    CLIENT_KEY,
    GUEST_KEY,
    INVALIDATION_KEY,
    OTHER,
    TRUSTED,
    Gateway,
    digest,
    everything,
    lenient,
    started,
    strict,
)
from tests.whole.switched_on.neighbours import NAME, OPAQUE, STREAMS, Neighbours, Received, bearer

G: Final = "FURLONG_GATEWAY"
TOOLS: Final = {"graphql-client-key": CLIENT_KEY}
PRODUCTS: Final = "{ products { id name } }"
CACHED: Final = "{ product { stock } }"
WHO: Final = "{ account }"


@pytest.fixture(scope="module")
def on(
    processes: None,
    tmp_path_factory: pytest.TempPathFactory,
    around: Neighbours,
    streams: str,
    traces: Receiver,
) -> Iterator[Gateway]:
    """A gateway with everything on."""
    folder = tmp_path_factory.mktemp("everything")
    settings = everything(folder, around, streams, traces)
    with started(folder, around, f"{around.url}/supergraph", settings) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def refusing(
    processes: None, tmp_path_factory: pytest.TempPathFactory, around: Neighbours, streams: str
) -> Iterator[Gateway]:
    """A gateway that refuses more."""
    folder = tmp_path_factory.mktemp("strict")
    settings = strict(folder, around, streams)
    (folder / "supergraph.graphql").write_text(around.served.composed.supergraph)
    with started(folder, around, "supergraph.graphql", settings) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def lenient_ones(
    processes: None, tmp_path_factory: pytest.TempPathFactory, around: Neighbours, streams: str
) -> Iterator[dict[str, Gateway]]:
    """Gateways that refuse less, by what they do about access."""
    folder = tmp_path_factory.mktemp("lenient")
    (folder / "supergraph.graphql").write_text(around.served.composed.supergraph)
    own = {mode: folder / mode for mode in ("dry-run", "subgraphs")}
    for each in own.values():
        each.mkdir()
    dry = started(
        own["dry-run"], around, str(folder / "supergraph.graphql"), lenient(around, streams, "dry-run")
    )
    off = started(
        own["subgraphs"], around, str(folder / "supergraph.graphql"), lenient(around, streams, "subgraphs")
    )
    with dry as one, off as other:
        yield {"dry-run": one, "subgraphs": other}


@pytest.fixture
def dry(lenient_ones: dict[str, Gateway]) -> Gateway:
    """The one that answers and logs."""
    return lenient_ones["dry-run"]


@pytest.fixture
def unchecked(lenient_ones: dict[str, Gateway]) -> Gateway:
    """The one that leaves access to subgraphs."""
    return lenient_ones["subgraphs"]


@contextmanager
def meanwhile(*work: Callable[[], Any]) -> Iterator[None]:
    """Do some work beside the block, and be done with it at its end."""
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


@shows("furlong gateway serve", f"{G}_SUBGRAPH_URLS", f"{G}_SUBGRAPH_CA_FILE", f"{G}_SUBGRAPH_TLS")
def test_subgraphs_are_called_over_tls(on: Gateway) -> None:
    """At the URLs of the settings, and with a certificate where they name one."""
    answer = on.ask("{ product { name stock } }")
    assert answer == {"data": {"product": {"name": f"{NAME} 1", "stock": 1}}}
    assert on.around.asked("stock")[-1].has_certificate
    assert not on.around.asked("shop")[-1].has_certificate


@shows(f"{G}_SUPERGRAPH_HEADERS", f"{G}_SUPERGRAPH_CA_FILE")
def test_the_supergraph_comes_from_a_registry(on: Gateway) -> None:
    """Over TLS of an authority that the settings name, with the registry's key."""
    assert "/supergraph" in {each.path for each in on.around.received}


@shows(
    f"{G}_TLS_CERTIFICATE",
    f"{G}_TLS_KEY",
    f"{G}_TLS_CLIENT_CA_FILE",
    f"{G}_TLS_CLIENT_CERTIFICATES=optional",
    f"{G}_HSTS_SECONDS",
)
def test_clients_may_have_a_certificate(on: Gateway) -> None:
    """One of the authority is accepted, and so is none; browsers are told to use TLS alone."""
    with httpx.Client(base_url=on.client.base_url, verify=on.around.authority.trusting()) as client:
        response = client.get("/health")
    assert response.status_code == httpx.codes.OK
    assert response.headers["strict-transport-security"] == "max-age=60"


@shows(f"{G}_OPERATORS", f"{G}_OPERATORS_TOKEN", f"{G}_OPERATORS_TLS", f"{G}_METRICS_ANY_NAME")
def test_operators_have_a_port(on: Gateway) -> None:
    """Over TLS and with a token; metrics name every operation."""
    on.ask("query NobodyKnows { product { id } }")
    trusting = on.around.authority.trusting()
    refused = httpx.get(f"{on.operators}/metrics", verify=trusting)
    assert refused.status_code == httpx.codes.UNAUTHORIZED
    eventually(lambda: 'operation="NobodyKnows"' in on.metrics(), "metrics name the operation")


@shows(f"{G}_GRAPHIQL_DIR")
def test_browsers_get_graphiql(on: Gateway) -> None:
    """That of the folder."""
    page = on.client.get("/graphql", headers={"accept": "text/html"}, follow_redirects=True)
    assert "GraphiQL of the tests" in page.text


@shows(f"{G}_GZIP_REQUESTS", "feature compression", f"{G}__COMPRESSION__ENABLED")
def test_requests_and_responses_are_compressed(on: Gateway) -> None:
    """Both by gzip."""
    body = gzip.compress(json.dumps({"query": PRODUCTS}).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip", "accept-encoding": "gzip"}
    response = on.client.post("/graphql", content=body, headers=headers)
    assert response.headers["content-encoding"] == "gzip"
    assert response.json()["data"]["products"][1]["name"] == f"{NAME} 2"


@shows(f"{G}_INTROSPECTION=known", f"{G}_CLIENT_CLASSES")
def test_a_class_may_introspect_more(on: Gateway) -> None:
    """Without a key only by the usual query; with one by any."""
    alias = "{ a: __schema { queryType { name } } }"
    assert "errors" not in on.ask(get_introspection_query(descriptions=False))
    assert on.code(alias) == "INTROSPECTION_NOT_KNOWN"
    assert on.ask(alias, TOOLS) == {"data": {"a": {"queryType": {"name": "Query"}}}}


@shows(f"{G}_MUTATION_FIELDS")
def test_a_mutation_may_have_one_field(on: Gateway) -> None:
    """A second one is refused."""
    assert on.ask("mutation { buy }") == {"data": {"buy": "bought"}}
    assert on.code("mutation { buy sell }") == "TOO_MANY_MUTATIONS"


@shows(f"{G}_TRUSTED_PROXIES", f"{G}__RATE_LIMITS__RULES", "feature rate_limits")
def test_an_address_has_a_limit(on: Gateway) -> None:
    """That which a trusted proxy names has a bucket of its own."""
    has_a_limit(on, "x-forwarded-for", "{}", query=PRODUCTS)


def has_a_limit(gateway: Gateway, header: str, form: str, **body: Any) -> None:
    """Spend what guests at one address have; those at another one still have theirs."""

    def status(address: str) -> int:
        headers = {"graphql-client-key": GUEST_KEY, header: form.format(address)}
        return gateway.client.post("/graphql", json=body, headers=headers).status_code

    eventually(lambda: status("192.0.2.1") == httpx.codes.TOO_MANY_REQUESTS, "all points are spent")
    assert status("192.0.2.2") == httpx.codes.OK


@shows(f"{G}_SUBGRAPH_COMPRESSION", f"{G}__HEADER_RULES__RULES", "feature header_rules")
def test_subgraphs_get_headers_by_rules(on: Gateway) -> None:
    """They may compress what they answer, and learn who asks."""
    assert on.ask(PRODUCTS)["data"]["products"]
    received = on.around.asked("shop")[-1]
    assert received.header("accept-encoding") == "gzip"
    assert received.header("x-source") == "gateway"


@shows(f"{G}_SUBGRAPH_SECONDS")
def test_a_subgraph_has_a_deadline_of_its_own(on: Gateway) -> None:
    """It answers late, and nobody waits."""
    assert on.code("{ late }") == "SUBGRAPH_TIMEOUT"


@shows(f"{G}_SUBGRAPH_CONNECTION_LIMITS")
def test_a_subgraph_has_a_limit_of_connections(on: Gateway) -> None:
    """It is asked one thing at a time."""
    answers: list[dict[str, Any]] = []
    asks = [lambda n=n: answers.append(on.ask(f"{{ narrow(number: {n}) }}")) for n in range(4)]
    with meanwhile(*asks):
        pass
    assert len(answers) == len(on.around.asked("narrow")) == len(asks)
    assert all("errors" not in answer for answer in answers), answers
    assert on.around.most["narrow"] == 1


@shows(f"{G}_SUBGRAPH_ERROR_EXTENSIONS")
def test_a_hint_of_a_subgraph_is_shown(on: Gateway) -> None:
    """Beside the code, and nothing else."""
    (error,) = on.ask("{ broken }")["errors"]
    assert (error["message"], error["path"]) == ("Broken.", ["broken"])
    assert error["extensions"].keys() - {"id", "service"} == {"code", "hint"}


@shows(f"{G}_SETTINGS_FILE")
def test_a_file_has_more_settings(on: Gateway) -> None:
    """Three aliases are allowed there."""
    assert on.code("{ a: account b: account c: account d: account }") == "TOO_MANY_ALIASES"


@shows(f"{G}_FEATURES")
def test_a_feature_of_others_is_used(on: Gateway) -> None:
    """That of the manual counts calls."""
    response = on.client.post("/graphql", json={"query": PRODUCTS})
    assert response.headers["x-subgraph-calls"] == "1"


@shows(
    f"{G}__SESSIONS__ISSUERS",
    f"{G}__SESSIONS__INTROSPECTION",
    f"{G}__SESSIONS__ANONYMOUS",
    "feature sessions",
)
def test_tokens_are_signed_or_introspected(on: Gateway) -> None:
    """Or there are none; a token that nobody issued is refused."""
    for headers in (bearer(), {"authorization": f"Bearer {OPAQUE}"}):
        assert on.ask(WHO, headers) == {"data": {"account": "account"}}
    assert on.ask(WHO)["data"] == {"account": None}
    assert on.code(WHO, {"authorization": "Bearer forged"}) == "UNAUTHENTICATED"


@shows(
    f"{G}__OBSERVATION__TRACING",
    f"{G}__OBSERVATION__TRACING_TRUSTS_CLIENTS",
    f"{G}__OBSERVATION__DEBUG_IN_RESPONSE",
    "feature observation",
)
def test_requests_are_traced_and_explained(on: Gateway, traces: Receiver) -> None:
    """In the client's trace; and the plan stands beside the answer."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "graphql-debug": "plan"}
    assert 'service: "shop"' in on.ask(PRODUCTS, headers)["extensions"]["queryPlan"]["text"]
    eventually(lambda: traces.trace(trace), "the spans have arrived")


@shows(f"{G}__SIGNATURES__KEYS_FILE", "feature signatures")
def test_requests_to_subgraphs_are_signed(on: Gateway) -> None:
    """By the key of the file."""
    on.ask("{ products { name } }")
    is_signed(on.around.asked("shop")[-1])


def is_signed(received: Received) -> None:
    """Check the signature of a request to the shop."""
    verifier = SignatureVerifier("shop", fixed(PUBLIC))
    headers = [(name.encode(), value.encode()) for name, value in received.headers]
    verifier.verify(RequestHead("POST", "https", received.path.encode(), b"", headers))


@shows(f"{G}__CORS__ORIGINS", f"{G}__CORS__CREDENTIALS", "feature cors")
def test_pages_of_another_origin_may_ask(on: Gateway) -> None:
    """With cookies."""
    asked = {"origin": "https://pages.test", "access-control-request-method": "POST"}
    allowed = on.client.options("/graphql", headers=asked).headers
    assert allowed["access-control-allow-origin"] == "https://pages.test"
    assert allowed["access-control-allow-credentials"] == "true"


@shows(f"{G}__USAGE__FILE", "feature usage")
def test_usage_is_counted(on: Gateway) -> None:
    """The command tells it."""
    on.ask("query Counted { products { id } }")

    def told() -> bool:
        command = (FURLONG, "gateway", "usage", "--store", on.environment[f"{G}__USAGE__FILE"], "--days", "1")
        told = subprocess.run(command, capture_output=True, text=True, check=False, env=without_settings())
        return "Query.products" in told.stdout

    eventually(told, "the usage is told")


@shows(
    f"{G}__DOCUMENTS__MANIFESTS", f"{G}__DOCUMENTS__MODE=log", f"{G}__DOCUMENTS__CLIENTS", "feature documents"
)
def test_a_trusted_document_is_sent_by_its_id(on: Gateway) -> None:
    """By the client whose it is; another document is answered and logged."""
    known: dict[str, Any] = {"documentId": digest(TRUSTED)}
    assert on.ask(None, {"graphql-client-name": "ios"}, **known) == {"data": {"product": {"id": "1"}}}
    assert on.code(None, {"graphql-client-name": "web"}, **known) is not None
    on.ask("query Untrusted { product { id } }")
    lines = eventually(lambda: on.logged("untrusted_document"), "it is logged")
    assert "Untrusted" in {line["operation"] for line in lines}


@shows(f"{G}__DOCUMENTS__APQ")
def test_a_client_registers_a_document(on: Gateway) -> None:
    """And then sends its digest alone."""
    text = "query Registered { product { id } }"
    by_digest: dict[str, Any] = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}}
    assert on.code(None, **by_digest) == "PERSISTED_QUERY_NOT_FOUND"
    assert on.ask(text, **by_digest) == on.ask(None, **by_digest) == {"data": {"product": {"id": "1"}}}


@shows(f"{G}__BATCHES__REQUESTS", "feature batches")
def test_two_requests_come_as_one(on: Gateway) -> None:
    """Each is answered; three are too many."""
    one = {"query": "{ product { id } }"}
    answer = {"data": {"product": {"id": "1"}}}
    assert on.client.post("/graphql", json=[one, one]).json() == [answer, answer]
    assert on.client.post("/graphql", json=[one] * 3).is_client_error


@shows(f"{G}__COST__IN_RESPONSE", "feature cost")
def test_a_client_asks_what_it_costs(on: Gateway) -> None:
    """By a header."""
    assert on.ask(PRODUCTS, {"graphql-cost": "1"})["extensions"]["cost"]


@shows(
    f"{G}__ACCESS__POLICIES",
    f"{G}__ACCESS__POLICY_URL",
    f"{G}__ACCESS__POLICY_TOKEN",
    "feature access",
)
def test_policies_are_decided(on: Gateway) -> None:
    """By an expression, or by a server that wants a token."""
    staff = on.ask("{ staff desk }", bearer(groups=["staff"]))
    assert staff == {"data": {"staff": "staff", "desk": "desk"}}
    assert on.ask("{ staff desk }", bearer(groups=["guests"]))["data"] == {"staff": None, "desk": "desk"}


@shows(f"{G}__LABELS__ON", f"{G}__LABELS__SHARES", "feature labels")
def test_fields_have_moved(on: Gateway) -> None:
    """One by its label, one for all requests by a share: the old subgraph would refuse both."""
    assert on.ask("{ product { origin maker } }") == {"data": {"product": {"origin": "here", "maker": "us"}}}
    assert "origin" not in on.around.asked("shop")[-1].body.decode()


@shows(
    f"{G}__RESPONSE_CACHE__ENABLED",
    f"{G}__RESPONSE_CACHE__PRIVATE",
    f"{G}__RESPONSE_CACHE__INVALIDATION_KEY",
    "feature response_cache",
)
def test_responses_are_cached_until_they_are_invalidated(on: Gateway) -> None:
    """Those of one customer for that customer."""

    def calls(query: str, headers: dict[str, str]) -> int:
        before = len(on.around.asked("stock"))
        assert "errors" not in on.ask(query, headers)
        return len(on.around.asked("stock")) - before

    mine, others = bearer(sub="cached-1"), bearer(sub="cached-2")
    private = "{ product { viewed } }"
    assert [calls(private, each) for each in (mine, mine, others)] == [1, 0, 1]
    calls(CACHED, {})
    assert calls(CACHED, {}) == 0
    tag = [{"kind": "cache_tag", "subgraphs": ["stock"], "cache_tag": "product-1"}]
    key = {"authorization": f"Bearer {INVALIDATION_KEY}"}
    assert on.client.post("/invalidation", json=tag, headers=key).status_code == httpx.codes.ACCEPTED
    assert calls(CACHED, {}) == 1


@shows(
    f"{G}__RESILIENCE__ENABLED",
    f"{G}__RESILIENCE__CIRCUIT_BREAKERS",
    f"{G}__RESILIENCE__CIRCUIT_CODES",
    "feature resilience",
)
def test_a_code_of_errors_opens_a_circuit(on: Gateway) -> None:
    """After two of them the subgraph is not asked."""
    codes = [on.code("{ flaky }") for _ in range(4)]
    assert codes[-1] == "SUBGRAPH_CIRCUIT_OPEN"
    assert len(on.around.asked("flaky")) == 2


@shows(f"{G}__RESILIENCE__CLIENT_DEADLINE_HEADER")
def test_a_client_gives_up_when_it_says_so(on: Gateway) -> None:
    """It says in how many milliseconds."""
    assert on.code("{ held(number: 0) }", {"x-deadline": "100"}) == "DEADLINE_EXCEEDED"


@shows(f"{G}__RESILIENCE__SUBGRAPH_CALL_LIMITS", f"{G}__RESILIENCE__SHARE_FETCHES")
def test_a_subgraph_has_a_limit_of_calls(on: Gateway) -> None:
    """Two requests may wait for it; they are the same, so it is called once. A third one is refused."""
    answers: list[dict[str, Any]] = []

    def ask() -> None:
        answers.append(on.ask("{ held(number: 1) }"))

    before = len(on.around.asked("held"))
    shared = 'furlong_gateway_subgraph_shared_total{scope="customer",subgraph="held"}'
    with meanwhile(ask, ask):
        eventually(lambda: on.metric(shared) == 1, "one call is shared")
        assert on.code("{ held(number: 2) }") == "SUBGRAPH_BUSY"
        on.around.let.set()
    assert len(on.around.asked("held")) == before + 1
    assert [answer["data"] for answer in answers] == [{"held": 'held({"number": 1})'}] * 2


@pytest.mark.parametrize("protocol", STREAMS)
@shows(
    *(f"{G}__SUBSCRIPTIONS__PROTOCOLS={protocol}" for protocol in STREAMS),
    f"{G}__SUBSCRIPTIONS__PROTOCOLS",
    f"{G}__SUBSCRIPTIONS__URLS",
    f"{G}__SUBSCRIPTIONS__CALLBACK_URL",
    f"{G}__SUBSCRIPTIONS__ENABLED",
    f"{G}_LIVE",
    "feature subscriptions",
)
def test_subgraphs_are_subscribed_to(on: Gateway, protocol: str) -> None:
    """By each protocol; that by WebSocket at a URL of its own."""
    field = STREAMS[protocol]
    with on.events(f"subscription {{ {field} {{ headline }} }}") as events:
        assert [event["data"][field]["headline"] for event in events] == ["News 1", "News 2"]


@shows(f"{G}__SUBSCRIPTIONS__AT_SUBGRAPHS")
def test_a_subgraph_has_a_limit_of_subscriptions(on: Gateway) -> None:
    """A second one is refused."""
    query = 'subscription { byMultipart(topic: "wait") { headline } }'
    with on.events(query) as events:
        assert next(events)["data"]
        assert on.code(query, {"accept": "text/event-stream"}) == "SUBGRAPH_BUSY"


@shows(f"{G}__SUBSCRIPTIONS__SHARED", f"{G}__SUBSCRIPTIONS__PUBLIC_FIELDS")
def test_a_public_subscription_is_shared(on: Gateway, streams: str) -> None:
    """Two clients have one source."""
    query = 'subscription { bySse(topic: "wait") { headline } }'
    eventually(lambda: httpx.get(f"{streams}/open").text == "0", "earlier subscriptions are closed")
    with on.events(query) as one:
        assert next(one)["data"]
        with on.events(query):
            joined = "furlong_gateway_subscriptions_joined_total"
            eventually(lambda: on.metric(joined) == 1, "the second one has joined")
            assert httpx.get(f"{streams}/open").text == "1"


@shows(f"{G}__SUBSCRIPTIONS__MERGED_FIELDS")
def test_a_slow_subscriber_gets_the_newest_event(on: Gateway) -> None:
    """Those that it has not read are replaced, and counted."""
    merged = r'furlong_gateway_subscription_events_merged_total{[^}]*subgraph="callback"[^}]*}'
    with on.events('subscription { byCallback(topic: "flood") { headline } }') as events:
        eventually(lambda: on.metric(merged) > 0, "events are merged")
        assert next(events)["data"]


@shows("feature incremental", f"{G}_INCREMENTAL_DELIVERY")
def test_a_response_comes_in_parts(on: Gateway) -> None:
    """What is deferred comes later."""
    headers = {"accept": 'multipart/mixed;incrementalSpec="v0.2", multipart/mixed'}
    query = "{ product { id ... @defer { maker } } }"
    response = on.client.post("/graphql", json={"query": query}, headers=headers)
    assert response.headers["content-type"].startswith("multipart/mixed")
    first, later = response.text.split('"maker"')
    assert ('"pending"' in first, '"us"' in later) == (True, True)


@shows("FURLONG_LOG_FORMAT=json", "FURLONG_LOG_LEVEL=debug")
def test_everything_is_logged_as_json(on: Gateway) -> None:
    """Each line but that of the command itself."""
    on.ask("{ product { id } }")
    eventually(lambda: on.logged("untrusted_document"), "it is logged")


@shows(f"{G}_TLS_MINIMUM=1.3")
def test_old_versions_of_tls_are_refused(refusing: Gateway) -> None:
    """And so are clients without a certificate."""
    old = refusing.around.authority.trusting(refusing.certificate)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    address = (refusing.client.base_url.host, refusing.client.base_url.port)
    with closing(socket.create_connection(address)) as connection, pytest.raises(ssl.SSLError):
        old.wrap_socket(connection, server_hostname=address[0])
    with (
        httpx.Client(
            base_url=refusing.client.base_url, verify=refusing.around.authority.trusting()
        ) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.get("/health")


@shows(
    f"{G}__DOCUMENTS__MODE=only",
    f"{G}__DOCUMENTS__REQUIRE_ID",
    f"{G}__DOCUMENTS__OPERATIONS",
    f"{G}_CLIENT_KEY_REQUIRED",
)
def test_only_clients_with_a_key_send_ids_of_some_operations(refusing: Gateway) -> None:
    """Neither a text nor an operation that is not listed is answered."""
    known: dict[str, Any] = {"documentId": digest(TRUSTED)}
    assert refusing.ask(None, TOOLS, **known) == {"data": {"product": {"id": "1"}}}
    assert refusing.code(None, **known) == "CLIENT_KEY_REQUIRED"
    assert refusing.code(TRUSTED, TOOLS) == "PERSISTED_DOCUMENT_ID_REQUIRED"
    assert refusing.code(None, TOOLS, documentId=digest(OTHER)) == "OPERATION_NOT_IN_SAFELIST"


@shows(f"{G}__ACCESS__MODE=reject")
def test_an_operation_that_a_client_may_not_see_is_refused(refusing: Gateway) -> None:
    """As a whole."""
    answer = refusing.ask(None, TOOLS, documentId=digest(ACCOUNT))
    assert "data" not in answer


@shows(
    f"{G}_METRICS_CLIENTS",
    f"{G}__DOCUMENTS__FOLDER",
    f"{G}__COST__MODE=measure",
    f"{G}_EXECUTION=interpreted",
)
def test_known_names_are_measured(refusing: Gateway) -> None:
    """The document of the folder, and the client that the settings name; what costs too much is answered."""
    headers = {**TOOLS, "graphql-client-name": "ios"}
    assert refusing.ask(None, headers, documentId=digest(TRUSTED))["data"]
    refusing.ask(None, headers, documentId=digest(ACCOUNT))
    labels = '{[^}]*client="ios"[^}]*operation="Account"[^}]*}'
    name = "furlong_gateway_operation_requests_total"
    eventually(lambda: refusing.metric(f"{name}{labels}"), "the operation is counted")


@shows(f"{G}_FORWARDED_FOR_HEADER=forwarded")
def test_a_proxy_names_addresses_by_the_standard_header(refusing: Gateway) -> None:
    """Each address has a bucket of its own."""
    has_a_limit(refusing, "forwarded", "for={}", documentId=digest(TRUSTED))


@shows(f"{G}__SIGNATURES__KEYS")
def test_requests_are_signed_by_a_key_of_the_environment(refusing: Gateway) -> None:
    """Without a file."""
    refusing.ask(None, TOOLS, documentId=digest(TRUSTED))
    is_signed(refusing.around.asked("shop")[-1])


@shows("FURLONG_LOG_LEVEL=warning")
def test_little_is_logged(refusing: Gateway) -> None:
    """Only warnings, such as that of policies that nobody decides."""
    assert refusing.logged("policies_never_hold")
    assert '"level": "info"' not in refusing.programs.logs()


@shows(f"{G}__LABELS__SEED")
def test_draws_are_repeated(dry: Gateway, unchecked: Gateway) -> None:
    """Gateways with one seed draw alike; the old subgraph refuses the field, so that each draw shows.

    This is what both are asked first.
    """
    query = "{ product { maker } }"
    drawn = [[("errors" in gateway.ask(query)) for _ in range(16)] for gateway in (dry, unchecked)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 2


@shows(f"{G}_INTROSPECTION", f"{G}__COST__MODE=off")
def test_the_schema_may_be_introspected(dry: Gateway) -> None:
    """By any document, up to so many bytes; nothing is refused for its cost."""
    answer = dry.ask("{ a: __schema { queryType { name } } }")
    assert answer == {"data": {"a": {"queryType": {"name": "Query"}}}}
    assert dry.code("{ a: __schema { types { name fields { name } } } }") == "INTROSPECTION_TOO_LARGE"
    assert "furlong_gateway_cost" not in dry.metrics()


@shows(f"{G}__ACCESS__MODE=dry-run", "FURLONG_LOG_FORMAT=console")
def test_what_would_be_refused_is_logged(dry: Gateway) -> None:
    """The client gets it."""
    assert dry.ask(WHO) == {"data": {"account": "account"}}
    eventually(lambda: "access_would_be_denied" in dry.programs.logs(), "it is logged")


@shows(f"{G}__ACCESS__MODE=subgraphs")
def test_access_is_left_to_subgraphs(unchecked: Gateway) -> None:
    """The gateway hides nothing."""
    assert unchecked.ask(WHO) == {"data": {"account": "account"}}


@shows(f"{G}__RESILIENCE__REQUEST_SECONDS")
def test_a_request_has_a_deadline(unchecked: Gateway) -> None:
    """Also where its subgraph has more time."""
    unchecked.around.let.clear()
    assert unchecked.code("{ held(number: 3) }") == "DEADLINE_EXCEEDED"
