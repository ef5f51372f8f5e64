"""All commands of the product that run until they are stopped, with what they can have on: real processes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from consumers.feeds.adapters import sports
from consumers.feeds.settings import find, known
from foundation.signatures.keys import new_key
from furlong.database_names import DATABASES
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS, feed_topics
from simulator.providers.serve import SECRET as PROVIDER_SECRET
from subgraphs.block_list import SUBGRAPHS
from tests.support.gateway.signing import PRIVATE, PUBLIC, key_text
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import (
    BETSLIP,
    BRAND,
    PATIENCE_SECONDS,
    ROOT,
    Programs,
    Site,
    eventually,
    programs_in,
)
from tests.support.product.rehearsed_week import MONDAY
from tests.support.telemetry.otlp_receiver import Receiver
from tests.support.tokens.issued_tokens import AUDIENCE, FIRST, ISSUER, key_set
from tools.private_kafka import PrivateKafka
from tools.server_process import free_port

CUSTOMER: Final = "c-1001"
SECRET: Final = "a secret of the tests, long enough for HS256"
FRAMES: Final = "https://shop.example.com"
FRAME_KEY: Final = "a key of the brand's server"
OWN_TOPIC: Final = "prod.sports.bets"
TERRITORY_HEADER: Final = "x-edge-territory"
GAMES: Final = "https://games.example.com"
ELSEWHERE: Final = "IE"
"""Where the graph's own process takes bets: the customer is not there."""

STREAMS: Final = "https://video.example.com"
LEAVING: Final = "c-1002"
"""A customer whose sessions are ended."""

LISTENING: Final = (
    "serve",
    *(f"subgraph {name} serve" for name in SUBGRAPHS),
    *(f"consume {name}" for name in (*DATABASES, "analytics")),
    *(f"worker {name}" for name in ("outbox", "intents", "weeks", "feeds", "purges", "fulfilment")),
    "worker bets-upkeep",
    "worker events-upkeep",
    "worker lobby-upkeep",
    "worker wallet-cashier",
    "worker wallet-closes",
    "worker wallet-operators",
    "worker wallet-upkeep",
    "backoffice serve",
)
"""The commands that are started at once; those of the simulator are started before them."""

SAMPLERS: Final = {
    "consume club": "always_on",
    "consume rewards": "traceidratio",
    "consume progress": "parentbased_traceidratio",
    "consume fulfilment": "always_off",
    "consume backoffice": "parentbased_always_off",
}


@dataclass
class Product:
    """The processes by the words of their commands, and where they listen.

    Attributes:
        environments: The settings of each process; those of all of them have the name "".
        site: The graph with its subgraphs in its process.
        apart: The graph over subgraphs that run alone.
        asked: What the servers beside the product were asked: method, path, and what a CDN is to remove.
        traces: What the processes have recorded.
    """

    programs: Programs
    ports: Mapping[str, int]
    environments: Mapping[str, Mapping[str, str]]
    site: Site
    apart: str
    asked: list[tuple[str, str, str]]
    traces: Receiver
    running: dict[str, Program] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return each variable with all of its values, of whichever process."""
        found: dict[str, str] = {}
        for environment in self.environments.values():
            for name, value in environment.items():
                found[name] = f"{found.get(name, '')} {value}".strip()
        return found

    def get(self, command: str, path: str, **more: Any) -> httpx.Response:
        """Return the answer of a process."""
        url = f"http://127.0.0.1:{self.ports[command]}{path}"
        return httpx.get(url, timeout=PATIENCE_SECONDS, **more)

    def metric(self, command: str, pattern: str) -> float:
        """Return the sum of a process's metrics that a regular expression matches."""
        told = self.get(command, "/metrics").text
        return sum(float(value) for value in re.findall(rf"^{pattern} (\S+)$", told, re.MULTILINE))

    def is_up(self, command: str) -> bool:
        """Return whether a process answers that it is well; fail if it has ended."""
        process = self.running[command]
        assert process.poll() is None, f"furlong {command} ended: {self.programs.logs()}"
        try:
            return self.get(command, "/health").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def up_among(self, commands: set[str]) -> set[str]:
        """Return those processes that answer."""
        return set(filter(self.is_up, commands))

    def is_complete(self) -> bool:
        """Return whether the customer's account and the options have arrived."""
        answer: dict[str, Any] = {}
        with suppress(httpx.TransportError, AssertionError):
            answer = self.site.ask(BETSLIP, {"brand": BRAND}, customer=CUSTOMER)
        club = (answer.get("data") or {}).get("club")
        return bool(club and "errors" not in answer and club["options"])


@contextmanager
def running_product(
    folder: Path, valkey: str, traces: Receiver, kafka: PrivateKafka | None = None
) -> Iterator[Product]:
    """Start everything; yield it once the bet-slip is complete and each process answers.

    Args:
        folder: Its folder.
        valkey: The URL of a Valkey.
        traces: Receives traces.
        kafka: The broker; an embedded one by default.
    """
    ports = {name: free_port() for name in (*LISTENING, "simulator serve", "apart")}
    feeds = find(known())
    with nullcontext(kafka) if kafka else EmbeddedBroker() as broker, _neighbour() as (neighbour, asked):
        topics = [*TOPICS, *feed_topics([*(feed.topic for feed in feeds), OWN_TOPIC])]
        broker.create_topics([topic.name for topic in topics])
        common = _common(folder, broker, valkey, traces, ports)
        own = _own(folder, valkey, neighbour, ports)
        with programs_in(folder, common, installed=True) as programs:
            _set_up(programs)
            site = Site(f"http://127.0.0.1:{ports['serve']}", broker.bootstrap, _tokens(programs))
            apart = f"http://127.0.0.1:{ports['apart']}"
            product = Product(programs, ports, {"": common, **own}, site, apart, asked, traces)
            _start(product)
            waiting = set(product.running)
            while waiting:  # each further process has its time, however many there are
                waiting -= eventually(partial(product.up_among, waiting), f"{waiting} answer")
            eventually(product.is_complete, "the bet-slip is complete")
            yield product


def _set_up(programs: Programs) -> None:
    programs.run("clock", "set", MONDAY)
    programs.run("db", "upgrade")
    programs.run("load", str(ROOT / "furlong" / "world.yaml"))


def _tokens(programs: Programs) -> dict[str, str]:
    return {
        customer: programs.run("token", "--customer", customer, "--brand", BRAND).strip()
        for customer in (CUSTOMER, LEAVING)
    }


def _start(product: Product) -> None:
    """Start all processes; the fulfilment worker reads what the simulated providers write at their start."""
    programs, kafka, ports = product.programs, product.site.kafka, product.ports
    programs.start("simulator", "providers", "--data", "books", "--config", "providers.yaml")
    programs.start("simulator", "feeds", "--kafka", kafka, "--rate", "3")
    upstream = f"127.0.0.1:{ports['simulator serve']}"
    served = ("simulator", "serve", "--kafka", kafka, "--data", "upstream", "--no-traffic")
    programs.start(*served, "--listen", upstream)
    eventually((programs.folder / "providers.yaml").exists, "the providers are there")
    for name in (*LISTENING, "apart"):
        words = ("serve",) if name == "apart" else name.split()
        listen = ("--listen", f"127.0.0.1:{ports[name]}")
        product.running[name] = programs.start(*words, *listen, **product.environments.get(name, {}))


def _common(
    folder: Path,
    broker: EmbeddedBroker | PrivateKafka,
    valkey: str,
    traces: Receiver,
    ports: Mapping[str, int],
) -> dict[str, str]:
    """Return the settings of all processes."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "simulated").write_text(PROVIDER_SECRET)
    return {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/data",
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        **({} if isinstance(broker, PrivateKafka) else {"FURLONG_KAFKA_GENERATION": broker.generation}),
        "FURLONG_KAFKA_HINT_SECONDS": "0.5",
        "FURLONG_KAFKA_LINGER_SECONDS": "0",
        "FURLONG_CLOCK_REHEARSAL": "true",
        "FURLONG_CLOCK_FILE": str(folder / "clock.json"),
        "FURLONG_UPSTREAM_URL": f"http://127.0.0.1:{ports['simulator serve']}",
        "FURLONG_UPSTREAM_TIMEOUT_SECONDS": str(PATIENCE_SECONDS),
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_JWT_REVOCATIONS": json.dumps({"url": valkey}),
        "FURLONG_REDIS_URL": valkey,
        "FURLONG_LIVE_CHANNEL": f"furlong:tests:{uuid4()}",
        "FURLONG_LIVE_CHECK_SECONDS": "3600",  # so that only a notice can bring what a test waits for
        "FURLONG_EVENTS_PREFERRED": json.dumps(["feed"]),
        "FURLONG_VISITOR_TERRITORY_HEADER": TERRITORY_HEADER,
        "FURLONG_EVENTS_VIDEO_STREAMS": STREAMS,
        "FURLONG_EVENTS_VIDEO_KEY": SECRET,
        "FURLONG_FEEDS_TOPICS": json.dumps({sports.FEED.name: OWN_TOPIC}),
        "FURLONG_FULFILMENT_PROVIDERS": str(folder / "providers.yaml"),
        "FURLONG_FULFILMENT_SECRET_FOLDER": str(secrets),
        "FURLONG_ANALYTICS_FOLDER": str(folder / "analytics"),
        "FURLONG_ANALYTICS_KEY": "a key of pseudonyms that is long enough",
        "FURLONG_ANALYTICS_BATCH_SECONDS": "0.5",
        "FURLONG_ANALYTICS_ROLLUP_SECONDS": "1",
        "FURLONG_ANALYTICS_ROLLUP_REST": "1",
        "FURLONG_ANALYTICS_QUESTION_SECONDS": str(PATIENCE_SECONDS),
        "FURLONG_GATEWAY_CONNECT_SECONDS": "60",
        "FURLONG_GATEWAY_TOTAL_SECONDS": "60",
        "FURLONG_TRACING": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }


def _own(folder: Path, valkey: str, neighbour: str, ports: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Return the settings that single processes have besides."""
    digest = sha256(FRAME_KEY.encode()).hexdigest()
    brands = {"brands": {BRAND: {"origins": [FRAMES], "key_sha256": [digest]}}}
    (folder / "brands.yaml").write_text(json.dumps(brands))
    (folder / "keys.json").write_text(key_text(PUBLIC))
    (folder / "closing.json").write_text(json.dumps({"keys": [new_key("closing")]}))
    office = f"http://127.0.0.1:{ports['backoffice serve']}"
    issuer = {
        "FURLONG_JWT_SECRET": "",
        "FURLONG_JWT_JWKS_URL": f"{neighbour}/keys",
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
    }
    alone = {name: f"http://127.0.0.1:{ports[f'subgraph {name} serve']}/graphql" for name in SUBGRAPHS}
    return {
        **{name: {"OTEL_TRACES_SAMPLER": sampler} for name, sampler in SAMPLERS.items()},
        "serve": {
            "FURLONG_EMBED_FILE": str(folder / "brands.yaml"),
            "FURLONG_EMBED_SIGNING_KEYS": json.dumps(["a key that signs the sessions of frames"]),
            "FURLONG_SUBGRAPH_COUNT_SECONDS": "1",
            "FURLONG_BETS_JURISDICTIONS": json.dumps({BRAND: [ELSEWHERE]}),
            "FURLONG_SERVE_GAME_ORIGINS": json.dumps([GAMES]),
            "FURLONG_GATEWAY__KEPT_ANSWERS__BYTES": "1000000",
        },
        "apart": {
            **issuer,
            "FURLONG_SERVE_SUBGRAPHS": "http",
            "FURLONG_GATEWAY__SIGNATURES__KEYS": key_text(PRIVATE),
            "FURLONG_GATEWAY_SUBGRAPH_URLS": json.dumps(alone),
        },
        "subgraph club serve": {
            **issuer,
            "FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE": str(folder / "keys.json"),
            "FURLONG_SUBGRAPH_SIGNATURES_VALKEY_URL": valkey,
        },
        "subgraph rewards serve": {
            **issuer,
            "FURLONG_SUBGRAPH_GATEWAY_KEYS": key_text(PUBLIC),
            "FURLONG_SUBGRAPH_EXECUTION": "plain",
        },
        "subgraph progress serve": {**issuer, "FURLONG_SUBGRAPH_CALLERS": "unsigned"},
        "subgraph fulfilment serve": {**issuer, "FURLONG_SUBGRAPH_CALLERS": "development"},
        "subgraph events serve": {**issuer, "FURLONG_SUBGRAPH_CALLERS": "unsigned"},
        "subgraph wallet serve": {**issuer, "FURLONG_SUBGRAPH_CALLERS": "unsigned"},
        "subgraph bets serve": {
            **issuer,
            "FURLONG_SUBGRAPH_CALLERS": "unsigned",
            "FURLONG_BETS_ELSEWHERE": json.dumps([BRAND]),
        },
        "subgraph lobby serve": {**issuer, "FURLONG_SUBGRAPH_CALLERS": "unsigned"},
        "worker lobby-upkeep": {"FURLONG_LOBBY_FILE": str(_lobby(folder, neighbour))},
        "worker wallet-closes": {"FURLONG_WALLET_CLOSE_KEYS_FILE": str(folder / "closing.json")},
        "worker purges": {"FURLONG_CDN_URLS": json.dumps([f"{neighbour}/cdn"])},
        "backoffice serve": {
            "FURLONG_BACKOFFICE_KEY": "a key of the back office that is long enough",
            "FURLONG_BACKOFFICE_URL": office,
            "FURLONG_BACKOFFICE_DOCS_URL": "https://docs.example.com/",
            "FURLONG_BACKOFFICE_FIRST_BRAND": BRAND,
            "FURLONG_BACKOFFICE_OIDC_ISSUER": neighbour,
            "FURLONG_BACKOFFICE_OIDC_CLIENT_ID": "our-office",
        },
    }


def _lobby(folder: Path, neighbour: str) -> Path:
    """Write a lobby's file with one provider of games, and return it."""
    key, file = folder / "games.pem", folder / "lobby.yaml"
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(private.private_bytes(*form))
    provider = {
        "name": "games",
        "url": f"{neighbour}/games",
        "private_key_file": str(key),
        "operator_id": 1,
        "currencies": ["GBP"],
        "frame_origins": [GAMES],
    }
    file.write_text(json.dumps({"providers": [provider]}))
    return file


@contextmanager
def _neighbour() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Serve an issuer's keys, an identity provider and a CDN; yield the URL, and the requests so far."""
    asked: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.command, self.path, self.headers.get("x-contains", "")))
            url = f"http://{self.headers['host']}"
            discovery = {
                "issuer": url,
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "jwks_uri": f"{url}/keys",
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
            }
            content = key_set(FIRST) if self.path == "/keys" else json.dumps(discovery).encode()
            self.send_response(httpx.codes.OK)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_BAN = do_POST = do_GET  # noqa: N815 - named by its base class

        def log_message(self, *_said: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
