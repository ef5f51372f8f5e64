"""`furlong gateway serve` with everything on, and with what excludes something of that: real processes."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx

from tests.http.certificates import Issued
from tests.support.gateway.signing import PRIVATE, key_text
from tests.support.processes.running_furlong import PATIENCE_SECONDS, ROOT, Programs, eventually, programs_in
from tests.support.telemetry.otlp_receiver import Receiver
from tests.support.tokens.issued_tokens import AUDIENCE, ISSUER
from tests.whole.switched_on.neighbours import (
    POLICY_TOKEN,
    REGISTRY_KEY,
    STREAMS,
    SUBGRAPHS,
    Neighbours,
)
from tools.server_process import free_port

OPERATORS_TOKEN: Final = "a token for operators"
INVALIDATION_KEY: Final = "a key for invalidations"
CLIENT_KEY: Final = "a key of our tools"
GUEST_KEY: Final = "a key of guests"
GUESTS_LIMIT: Final = {"by": "address", "client_class": "guests", "points": 10, "seconds": 86_400}
TRUSTED: Final = "query Trusted { product { id } }"
ACCOUNT: Final = "query Account { account }"
OTHER: Final = "query Other { products { id } }"
PATHS: Final = {"sse": "sse", "multipart": "multipart", "websocket": "nowhere", "callback": "callback"}
"""Where `subscriptions.mjs` is called; where it is subscribed to by WebSocket is a setting of its own."""
PATIENT: Final = {
    "FURLONG_GATEWAY_CONNECT_SECONDS": "60",
    "FURLONG_GATEWAY_TOTAL_SECONDS": "60",
    "FURLONG_GATEWAY__ACCESS__POLICY_SECONDS": "60",
    "FURLONG_GATEWAY__SESSIONS__KEYS_DEADLINE_SECONDS": "60",
}
"""How fast the machine is decides nothing."""


@dataclass
class Gateway:
    """A gateway that runs.

    Attributes:
        environment: Its settings.
        client: A client of it.
        operators: The URL of its metrics.
        around: What it calls.
        programs: The process, with its log.
    """

    environment: Mapping[str, str]
    client: httpx.Client
    operators: str
    around: Neighbours
    programs: Programs
    certificate: Issued
    _verify: ssl.SSLContext = field(repr=False)

    def ask(self, query: str | None, headers: Mapping[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """Return the answer to a request, with its data and errors."""
        sent = body if query is None else {"query": query, **body}
        return dict(self.client.post("/graphql", json=sent, headers=dict(headers or {})).json())

    def code(self, query: str | None, headers: Mapping[str, str] | None = None, **body: Any) -> str | None:
        """Return the code of the first error of an answer; None without one."""
        errors = self.ask(query, headers, **body).get("errors")
        return errors[0]["extensions"]["code"] if errors else None

    def metrics(self) -> str:
        """Return what operators see."""
        told = httpx.get(
            f"{self.operators}/metrics",
            headers={"authorization": f"Bearer {OPERATORS_TOKEN}"},
            verify=self._verify,
            timeout=PATIENCE_SECONDS,
        )
        assert told.status_code == httpx.codes.OK, told.text
        return told.text

    def metric(self, pattern: str) -> float:
        """Return the value of the metric that a regular expression matches; 0 if there is none."""
        found = re.search(rf"^{pattern} (\S+)$", self.metrics(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the lines of its log that tell of an event."""
        lines = (line for line in self.programs.logs().splitlines() if line.startswith("{"))
        return [line for line in map(json.loads, lines) if line.get("event") == event]

    @contextmanager
    def events(self, query: str, **more: Any) -> Iterator[Iterator[dict[str, Any]]]:
        """Yield the events of a subscription, by one connection."""
        headers = {"accept": "text/event-stream", **more.pop("headers", {})}
        body = {"query": query, **more}
        with self.client.stream("POST", "/graphql", json=body, headers=headers) as response:
            assert response.status_code == httpx.codes.OK, response.read()
            lines = (line.removeprefix("data:").strip() for line in response.iter_lines())
            yield (json.loads(line) for line in lines if line.startswith("{"))


@contextmanager
def started(
    folder: Path, around: Neighbours, supergraph: str, environment: Mapping[str, str]
) -> Iterator[Gateway]:
    """Start the installed command with some settings; yield the gateway once it is ready."""
    operators = free_port()
    own = {"FURLONG_GATEWAY_OPERATORS": f"127.0.0.1:{operators}", **PATIENT, **environment}
    certificate = around.authority.issue("client")
    verify = around.authority.trusting(certificate)
    scheme = "https" if "FURLONG_GATEWAY_TLS_CERTIFICATE" in own else "http"
    port = environment.get("PORT", str(free_port()))
    with (
        programs_in(folder, own, installed=True) as programs,
        httpx.Client(
            base_url=f"{scheme}://127.0.0.1:{port}", verify=verify, timeout=PATIENCE_SECONDS
        ) as client,
    ):
        process = programs.start(
            "gateway", "serve", "--supergraph", supergraph, "--listen", f"127.0.0.1:{port}"
        )

        def is_ready() -> bool:
            assert process.poll() is None, programs.logs()
            try:
                return client.get("/ready").status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        eventually(is_ready, "the gateway is ready")
        tls = "https" if own.get("FURLONG_GATEWAY_OPERATORS_TLS") else "http"
        url = f"{tls}://127.0.0.1:{operators}"
        yield Gateway(own, client, url, around, programs, certificate, verify)


@contextmanager
def streaming(trusted: Path) -> Iterator[str]:
    """Yield the URL of the subgraphs that are subscribed to, while they run; they trust an authority."""
    with subprocess.Popen(
        ["node", "subscriptions.mjs"],
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(trusted)},
        cwd=ROOT / "tests" / "node",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def subgraph_settings(around: Neighbours, streams: str) -> dict[str, str]:
    """Return where all subgraphs are."""
    over_tls = {name: f"{around.url}/graph/{name}" for name in SUBGRAPHS if name not in STREAMS}
    live = {name: f"{streams}/{PATHS[name]}" for name in STREAMS}
    return {
        "FURLONG_GATEWAY_SUBGRAPH_URLS": json.dumps(over_tls | live),
        "FURLONG_GATEWAY_SUBGRAPH_CA_FILE": str(around.authority.file),
    }


def everything(folder: Path, around: Neighbours, streams: str, traces: Receiver) -> dict[str, str]:
    """Return the settings of a gateway with everything on that does not exclude something else."""
    own, port = around.authority.issue("gateway"), free_port()
    files = _files(folder)
    settings: dict[str, Any] = {
        "TLS_CERTIFICATE": own.certificate,
        "TLS_KEY": own.key,
        "TLS_CLIENT_CA_FILE": around.authority.file,
        "TLS_CLIENT_CERTIFICATES": "optional",
        "OPERATORS_TOKEN": OPERATORS_TOKEN,
        "OPERATORS_TLS": True,
        "GRAPHIQL_DIR": files / "graphiql",
        "GZIP_REQUESTS": True,
        "HSTS_SECONDS": 60,
        "INTROSPECTION": "known",
        "MUTATION_FIELDS": 1,
        "TRUSTED_PROXIES": ["127.0.0.0/8"],
        "CLIENT_CLASSES": [
            {"name": "tools", "key_sha256": [digest(CLIENT_KEY)], "introspection": True},
            {"name": "guests", "key_sha256": [digest(GUEST_KEY)]},
        ],
        "SUBGRAPH_COMPRESSION": ["*"],
        "SUBGRAPH_TLS": {
            "stock": {
                "ca_file": str(around.authority.file),
                "certificate": str(own.certificate),
                "key": str(own.key),
            }
        },
        "SUBGRAPH_SECONDS": {"late": 0.3},
        "SUBGRAPH_CONNECTION_LIMITS": {"narrow": 1},
        "SUBGRAPH_ERROR_EXTENSIONS": ["hint"],
        "METRICS_ANY_NAME": True,
        "SETTINGS_FILE": files / "more.env",
        "SUPERGRAPH_HEADERS": {"x-registry-key": REGISTRY_KEY},
        "SUPERGRAPH_CA_FILE": around.authority.file,
        "FEATURES": ["calls_header:ENTRY"],
        "_CALLS_HEADER__ENABLED": True,
        "_SESSIONS__ISSUERS": [
            {"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_url": f"{around.plain}/keys"}
        ],
        "_SESSIONS__INTROSPECTION": {
            "url": f"{around.plain}/introspection",
            "client_id": "gateway",
            "client_secret": "secret",
            "issuer": ISSUER,
        },
        "_SESSIONS__ANONYMOUS": True,
        "_OBSERVATION__TRACING": True,
        "_OBSERVATION__TRACING_TRUSTS_CLIENTS": True,
        "_OBSERVATION__DEBUG_IN_RESPONSE": True,
        "_SIGNATURES__KEYS_FILE": files / "signing.json",
        "_CORS__ORIGINS": ["https://pages.test"],
        "_CORS__CREDENTIALS": True,
        "_COMPRESSION__BYTES": 100,
        "_USAGE__FILE": folder / "usage.sqlite",
        "_USAGE__SECONDS": 0.2,
        "_DOCUMENTS__MANIFESTS": [str(files / "trusted.json")],
        "_DOCUMENTS__MODE": "log",
        "_DOCUMENTS__CLIENTS": {"trusted.json": ["ios"]},
        "_DOCUMENTS__APQ": True,
        "_BATCHES__REQUESTS": 2,
        "_COST__IN_RESPONSE": True,
        "_RATE_LIMITS__RULES": [GUESTS_LIMIT],
        "_ACCESS__POLICIES": {"staff": "'staff' in claims.groups"},
        "_ACCESS__POLICY_URL": f"{around.plain}/policies",
        "_ACCESS__POLICY_TOKEN": POLICY_TOKEN,
        "_LABELS__ON": ["moved"],
        "_LABELS__SHARES": {"shared": 100},
        "_RESPONSE_CACHE__ENABLED": True,
        "_RESPONSE_CACHE__PRIVATE": True,
        "_RESPONSE_CACHE__INVALIDATION_KEY": INVALIDATION_KEY,
        "_RESILIENCE__CLIENT_DEADLINE_HEADER": "x-deadline",
        "_RESILIENCE__SUBGRAPH_CALL_LIMITS": {"held": 2},
        "_RESILIENCE__CIRCUIT_CODES": ["OVERLOADED"],
        "_RESILIENCE__CIRCUIT_FAILURES": 2,
        "_RESILIENCE__CIRCUIT_OPEN_SECONDS": 600,
        "_SUBSCRIPTIONS__PROTOCOLS": {name: name for name in STREAMS},
        "_SUBSCRIPTIONS__URLS": {"websocket": f"{streams.replace('http', 'ws')}/ws"},
        "_SUBSCRIPTIONS__AT_SUBGRAPHS": {"multipart": 1},
        "_SUBSCRIPTIONS__PUBLIC_FIELDS": ["Subscription.bySse"],
        "_SUBSCRIPTIONS__MERGED_FIELDS": ["Subscription.byCallback"],
        "_SUBSCRIPTIONS__CALLBACK_URL": f"https://127.0.0.1:{port}/callback",
        "_HEADER_RULES__RULES": files / "headers.yaml",
    }
    return {
        **named(settings),
        **subgraph_settings(around, streams),
        "FURLONG_LOG_FORMAT": "json",
        "FURLONG_LOG_LEVEL": "debug",
        "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "PYTHONPATH": str(files),
        "PORT": str(port),
    }


def strict(folder: Path, around: Neighbours, streams: str) -> dict[str, str]:
    """Return the settings of a gateway that refuses more: what excludes something of `everything`."""
    own = around.authority.issue("strict")
    files = _files(folder)
    settings: dict[str, Any] = {
        "TLS_CERTIFICATE": own.certificate,
        "TLS_KEY": own.key,
        "TLS_CLIENT_CA_FILE": around.authority.file,
        "TLS_MINIMUM": "1.3",
        "TRUSTED_PROXIES": ["127.0.0.0/8"],
        "FORWARDED_FOR_HEADER": "forwarded",
        "EXECUTION": "interpreted",
        "CLIENT_CLASSES": [
            {"name": "tools", "key_sha256": [digest(CLIENT_KEY)]},
            {"name": "guests", "key_sha256": [digest(GUEST_KEY)]},
        ],
        "CLIENT_KEY_REQUIRED": True,
        "METRICS_CLIENTS": ["ios"],
        "_SIGNATURES__KEYS": key_text(PRIVATE),
        "_DOCUMENTS__FOLDER": files / "prepared",
        "_DOCUMENTS__MANIFESTS": [str(files / "trusted.json")],
        "_DOCUMENTS__MODE": "only",
        "_DOCUMENTS__REQUIRE_ID": True,
        "_DOCUMENTS__OPERATIONS": {"*": ["Trusted", "Account"]},
        "_COST__MODE": "measure",
        "_COST__LIMIT": 1,
        "_RATE_LIMITS__RULES": [GUESTS_LIMIT],
        "_ACCESS__MODE": "reject",
    }
    return {
        **named(settings),
        **subgraph_settings(around, streams),
        "FURLONG_LOG_FORMAT": "json",
        "FURLONG_LOG_LEVEL": "warning",
    }


def lenient(around: Neighbours, streams: str, access: str) -> dict[str, str]:
    """Return the settings of a gateway that refuses less."""
    settings: dict[str, Any] = {
        "INTROSPECTION": True,
        "INTROSPECTION_BYTES": 200,
        "_COST__MODE": "off",
        "_ACCESS__MODE": access,
        "_LABELS__SHARES": {"shared": 50},
        "_LABELS__SEED": 7,
        "_RESILIENCE__REQUEST_SECONDS": 5,
    }
    return {**named(settings), **subgraph_settings(around, streams), "FURLONG_LOG_FORMAT": "console"}


def named(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return variables of the gateway: structured values as JSON, and those that are None left out."""
    return {
        f"FURLONG_GATEWAY_{name}": json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
        for name, value in settings.items()
        if value is not None
    }


def digest(text: str) -> str:
    """Return the id of a document or the digest of a key."""
    return sha256(text.encode()).hexdigest()


def _files(folder: Path) -> Path:
    """Write the files that settings name."""
    files = folder / "files"
    (files / "graphiql").mkdir(parents=True)
    (files / "graphiql" / "index.html").write_text("<title>GraphiQL of the tests</title>")
    (files / "signing.json").write_text(key_text(PRIVATE))
    (files / "prepared").mkdir()
    (files / "prepared" / "account.graphql").write_text(ACCOUNT)
    trusted = (TRUSTED, ACCOUNT, OTHER)
    (files / "trusted.json").write_text(json.dumps({digest(text): text for text in trusted}))
    (files / "more.env").write_text("FURLONG_GATEWAY_DOCUMENT_ALIASES=3\n")
    (files / "headers.yaml").write_text("all: {request: [insert: {name: x-source, value: gateway}]}\n")
    page = (ROOT / "docs" / "gateway" / "features.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (files / "calls_header.py").write_text(code)
    return files
