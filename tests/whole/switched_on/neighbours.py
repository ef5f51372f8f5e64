"""What a gateway calls, as servers on loopback: subgraphs, an issuer, a server of policies, a registry."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from tests.federation_kit.case import Served
from tests.federation_kit.objects import Run
from tests.gateway.federated import federated
from tests.http.certificates import Authority, Issued
from tests.support.processes.running_furlong import PATIENCE_SECONDS
from tests.support.tokens.issued_tokens import CLAIMS, FIRST, key_set, token

OPAQUE: Final = "an-opaque-token"
POLICY_TOKEN: Final = "a token for the server of policies"
REGISTRY_KEY: Final = "a key of the registry"
NAP_SECONDS: Final = 0.2
STREAMS: Final = {
    "sse": "bySse",
    "multipart": "byMultipart",
    "websocket": "byWebsocket",
    "callback": "byCallback",
}
"""Subgraphs, by protocol, with the subscription that `tests/node/subscriptions.mjs` serves by it."""

CACHE: Final = """
extend schema
  @link(url: "https://specs.example.com/cache/v1.0", import: ["@cacheControl", "@cacheTag"])
  @federation__composeDirective(name: "@cacheControl") @federation__composeDirective(name: "@cacheTag")
directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
directive @cacheTag(format: String!) repeatable on FIELD_DEFINITION | OBJECT
enum CacheControlScope { PUBLIC PRIVATE }
"""
SUBGRAPHS: Final = {
    "shop": """
type Query {
  product: Product
  products: [Product!]!
  broken: String
  account: String @authenticated
  scoped: String @requiresScopes(scopes: [["read"]])
  staff: String @policy(policies: [["staff"]])
  desk: String @policy(policies: [["desk"]])
}
type Mutation { buy: String sell: String }
type Product @key(fields: "id") { id: ID! name: String! origin: String maker: String }
""",
    "stock": """
type Product @key(fields: "id") @cacheControl(maxAge: 600) @cacheTag(format: "product-{$key.id}") {
  id: ID!
  stock: Int!
  viewed: Int! @cacheControl(maxAge: 600, scope: PRIVATE)
  origin: String @override(from: "shop", label: "moved") @cacheControl(maxAge: 0)
  maker: String @override(from: "shop", label: "shared") @cacheControl(maxAge: 0)
}
""",
    "flaky": "type Query { flaky: String }",
    "held": "type Query { held(number: Int): String }",
    "late": "type Query { late: String }",
    "narrow": "type Query { narrow(number: Int): String }",
    **{
        name: f"type Subscription {{ {field}(topic: String): Article }}\n"
        "type Article @shareable { id: ID! headline: String! }"
        for name, field in STREAMS.items()
    },
}
NAME: Final = "Product of a name that is long enough to be compressed"
OBJECTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Query": {
        "__typename": "Query",
        "product": {"$ref": "Product/1"},
        "products": [{"$ref": f"Product/{number}"} for number in (1, 2)],
        **{name: name for name in ("broken", "account", "scoped", "staff", "desk", "flaky")},
        **{name: name for name in ("held", "late", "narrow")},
    },
    "Mutation": {"__typename": "Mutation", "buy": "bought", "sell": "sold"},
    **{
        f"Product/{number}": {
            "__typename": "Product",
            "id": str(number),
            "name": f"{NAME} {number}",
            "origin": "here",
            "maker": "us",
            "stock": number,
            "viewed": number,
        }
        for number in (1, 2)
    },
}


def world() -> Served:
    """Compose the supergraph."""
    return federated(OBJECTS, **{**SUBGRAPHS, "stock": CACHE + SUBGRAPHS["stock"]})


def bearer(**claims: object) -> dict[str, str]:
    """Return the header of a client with a token of the issuer."""
    now = int(time.time())
    return {"authorization": f"Bearer {token(claims={'iat': now, 'exp': now + 3600, **claims})}"}


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived.

    Attributes:
        path: Of its URL.
        headers: By name in lower case.
        body: Its content.
        has_certificate: Whether the connection has a client's certificate.
    """

    path: str
    headers: list[tuple[str, str]]
    body: bytes
    has_certificate: bool

    def header(self, name: str) -> str:
        """Return the value of a header; empty if it has none."""
        return dict(self.headers).get(name, "")


@dataclass
class Neighbours:
    """The servers.

    Attributes:
        url: Where they are, over TLS.
        plain: Where they are without TLS.
        served: The subgraphs' data and SDL.
        authority: Signs their certificate.
        received: All requests, in the order of their arrival.
        let: What `held` and `late` wait for.
        most: The most requests that a subgraph was asked at once.
    """

    served: Served
    authority: Authority
    url: str = ""
    plain: str = ""
    received: list[Received] = field(default_factory=list)
    let: threading.Event = field(default_factory=threading.Event)
    most: Counter[str] = field(default_factory=Counter)
    _inside: Counter[str] = field(default_factory=Counter)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, name: str) -> list[Received]:
        """Return what a subgraph was asked."""
        return [each for each in self.received if each.path == f"/graph/{name}"]

    def answer(self, request: Received) -> tuple[HTTPStatus, bytes]:
        """Answer a request."""
        self.received.append(request)
        content: object = None
        match request.path.split("/")[1:]:
            case ["supergraph"] if request.header("x-registry-key") == REGISTRY_KEY:
                return HTTPStatus.OK, self.served.composed.supergraph.encode()
            case ["keys"]:
                return HTTPStatus.OK, key_set(FIRST)
            case ["introspection"]:
                now, sent = int(time.time()), parse_qs(request.body.decode())
                is_active = sent.get("token") == [OPAQUE]
                content = {**CLAIMS, "active": is_active, "sub": "opaque", "iat": now, "exp": now + 3600}
            case ["policies"] if request.header("authorization") == f"Bearer {POLICY_TOKEN}":
                content = {"result": {"desk": True}}
            case ["graph", name]:
                content = self._counted(name, json.loads(request.body))
        return HTTPStatus.OK if content else HTTPStatus.FORBIDDEN, json.dumps(content).encode()

    def _counted(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        with self._counting:
            self._inside[name] += 1
            self.most[name] = max(self.most[name], self._inside[name])
        try:
            return self._answer_of(name, asked)
        finally:
            with self._counting:
                self._inside[name] -= 1

    def _answer_of(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        if name in {"held", "late"}:
            self.let.wait(PATIENCE_SECONDS)
        if name == "narrow":
            time.sleep(NAP_SECONDS)
        if name == "flaky":
            return {"errors": [{"message": "Too much.", "extensions": {"code": "OVERLOADED"}}]}
        if "broken" in asked["query"]:
            told = {"code": "BAD_USER_INPUT", "hint": "Ask otherwise.", "inner": "Nobody sees it."}
            return {
                "data": {"broken": None},
                "errors": [{"message": "Broken.", "path": ["broken"], "extensions": told}],
            }
        subgraph = self.served.subgraphs[name]
        return subgraph.answer(asked["query"], asked.get("variables") or {}, Run())


@contextmanager
def neighbours(folder: Path) -> Iterator[Neighbours]:
    """Serve until the end of the block."""
    authority = Authority(folder)
    known = Neighbours(world(), authority)
    tls = _tls(authority, authority.issue("neighbours"))
    with _serving(known, tls) as known.url, _serving(known) as known.plain:
        try:
            yield known
        finally:
            known.let.set()


@contextmanager
def _serving(known: Neighbours, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(known)) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _tls(authority: Authority, own: Issued) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    context.load_cert_chain(own.certificate, own.key)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def _handler(known: Neighbours) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers as the neighbours do; compressed if the gateway allows it."""

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Answer one request."""
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = [(name.lower(), value) for name, value in self.headers.items()]
            is_certified = isinstance(self.connection, ssl.SSLSocket) and bool(self.connection.getpeercert())
            request = Received(self.path, headers, body, is_certified)
            status, content = known.answer(request)
            self.send_response(status)
            if "gzip" in request.header("accept-encoding"):
                content = gzip.compress(content)
                self.send_header("content-encoding", "gzip")
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 - named by its base class

        def log_message(self, *_said: object) -> None:
            """Print nothing."""

    return Handler
