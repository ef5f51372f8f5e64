"""The operators' port: one address for the metrics and the readiness of all workers."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr
from structlog.testing import capture_logs
from typer.testing import CliRunner

from gateway import GatewaySettings, create_gateway
from gateway.cli import cli
from gateway.http.server.tls import ServerTls
from gateway.serving.operators import OperatorsPortError, operators_port, report_to
from gateway.serving.operators.messages import Report, encoder, write_message
from gateway.serving.operators.workers import READY_SECONDS, Workers
from gateway.settings.metrics import OperatorSettings
from tests.gateway.worlds import shop
from tests.http.certificates import Authority
from tests.support.gateway.installing import Installs
from tools.server_process import free_port

PATIENCE_SECONDS = 180.0
ROOT = Path(__file__).resolve().parents[2]
APP = """
import os
from pathlib import Path
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.feature import Feature

ANSWER = {"me": {"name": "one"}}

def prepare(document, operation_name):
    async def call(variables, headers, session):
        return {"data": ANSWER}
    return call

async def ready():
    return not Path(f"broken-{os.getpid()}").exists() and not Path("broken").exists()

class Readiness(Feature):
    def install(self, core):
        core.wait_for(ready)

def create():
    sdl = Path(os.environ["SUPERGRAPH"]).read_text()
    names = ("accounts", "inventory", "products", "reviews")
    transports = {name: MemoryTransport(prepare) for name in names if f'name: "{name}"' in sdl}
    return create_gateway(sdl, transports, GatewaySettings(subgraph_urls={}), features=[Readiness()])
"""
SERVE = """
import sys
from gateway.http.server import ClientLimits, configured, listen, run
from gateway.serving.operators import operators_port
from gateway.settings import GatewaySettings

if __name__ == "__main__":
    workers, address = int(sys.argv[1]), sys.argv[2]
    listener = listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    with operators_port(address, workers, GatewaySettings().operators) as on_load:
        config = configured(
            "application:create", ClientLimits(), workers=workers, factory=True, on_load=on_load
        )
        run(config, listener)
"""
SUPERGRAPH = ROOT / "tests" / "gateway" / "supergraphs" / "shop" / "supergraph.graphql"


@dataclass(frozen=True)
class Served:
    """A gateway with its workers."""

    process: subprocess.Popen[str]
    folder: Path
    clients: str
    operators: str
    http: httpx.Client

    def metrics(self) -> str:
        """Scrape the operators' port."""
        return self.http.get(f"{self.operators}/metrics").text

    def value(self, series: str) -> float:
        """Return the value of a series; 0 if there is none."""
        match = re.search(rf"^{re.escape(series)} (\S+)$", self.metrics(), re.MULTILINE)
        return float(match[1]) if match else 0.0

    def ready(self) -> httpx.Response:
        """Ask whether it is ready."""
        return self.http.get(f"{self.operators}/ready")

    def ask(self, times: int) -> None:
        """Send requests."""
        for _ in range(times):
            answer = self.http.post(f"{self.clients}/graphql", json={"query": "{ me { name } }"})
            assert answer.json() == {"data": {"me": {"name": "one"}}}


@contextmanager
def served(folder: Path, workers: int) -> Iterator[Served]:
    """Serve until the end of the block."""
    (folder / "application.py").write_text(APP)
    (folder / "serve.py").write_text(SERVE)
    operators = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
        "SUPERGRAPH": str(SUPERGRAPH),
        "FURLONG_GATEWAY_OPERATORS_READY_SHARE": "1",
    }
    # Each request on a connection of its own, so that all workers get some.
    alone = httpx.Limits(max_keepalive_connections=0)
    with (
        httpx.Client(limits=alone, timeout=PATIENCE_SECONDS) as http,
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "serve.py", str(workers), operators],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            made = Served(process, folder, f"http://127.0.0.1:{port}", f"http://{operators}", http)
            eventually(lambda: made.ready().status_code == 200)
            yield made
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for something to hold; whatever is not there yet may be there later."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """Return the worker processes of a server."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


OK = 'furlong_gateway_requests_total{outcome="ok"}'


@pytest.mark.usefixtures("processes")
def test_two_workers_are_scraped_as_one_and_a_killed_one_keeps_its_counts(tmp_path: Path) -> None:
    """Every request counts, at each scrape, also after a worker was killed and another came."""
    with served(tmp_path, 2) as gateway:
        gateway.ask(20)
        assert gateway.value(OK) == 20
        assert "workers: 2 of 2" in gateway.ready().text
        assert gateway.http.get(f"{gateway.clients}/metrics").status_code == 404
        assert gateway.http.get(f"{gateway.clients}/ready").status_code == 200

        first, second = children(gateway.process.pid)
        (tmp_path / f"broken-{first}").touch()
        assert (gateway.ready().status_code, "workers: 1 of 2" in gateway.ready().text) == (503, True)
        (tmp_path / f"broken-{first}").unlink()

        # A worker that hangs is waited for a moment; what it counted before still counts.
        os.kill(first, signal.SIGSTOP)
        assert gateway.value(OK) == 20
        with suppress(ProcessLookupError):  # on a slow machine it has been taken for dead by now
            os.kill(first, signal.SIGCONT)

        os.kill(second, signal.SIGKILL)
        assert gateway.value(OK) == 20
        eventually(lambda: gateway.value("furlong_gateway_workers_started_total") >= 3)
        eventually(lambda: gateway.ready().status_code == 200)
        gateway.ask(10)
        assert gateway.value(OK) == 30
    assert not Path(f"/proc/{first}").exists()
    assert b"Traceback" not in (tmp_path / "log").read_bytes()


async def test_a_worker_that_says_nothing_for_long_is_not_ready(tmp_path: Path) -> None:
    """Its word holds for a while; what is no report ends the connection."""
    workers = Workers(1)
    server = await asyncio.start_unix_server(workers.connected, tmp_path / "reports")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "reports")
    async with server:
        write_message(writer, encoder.encode(Report(1, True, "remark", ())))
        await until(lambda: workers.ready == 1)
        (known,) = workers._workers
        assert workers.remark == "remark"
        known.reported_at -= READY_SECONDS + 1
        assert workers.ready == 0
        write_message(writer, b"no report")
        assert await reader.read() == b""
        writer.close()
    assert workers._workers == set()


async def test_a_metric_that_breaks_ends_neither_reports_nor_the_worker(tmp_path: Path) -> None:
    """It is logged, and the next report has everything as soon as the metric is well again."""
    federation, broken = shop(), BrokenMetric()
    app = create_gateway(
        federation.sdl,
        federation.transports(),
        GatewaySettings(),
        features=[Installs(lambda core: core.register(broken))],
    )
    workers = Workers(1)
    async with await asyncio.start_unix_server(workers.connected, tmp_path / "reports"):
        report_to(str(tmp_path / "reports"), app)
        with capture_logs() as logs:
            async with app.router.lifespan_context(app):
                broken.breaks = True
                await workers.refresh()
                await until(lambda: any(log["event"] == "operators_report_failed" for log in logs))
                broken.breaks = False
                await until(lambda: workers.ready == 1)
                broken.breaks = True
    assert workers.metrics._ended["furlong_gateway_requests"]


class BrokenMetric(Collector):
    """A metric that can be broken."""

    breaks = True

    def collect(self) -> list[Metric]:
        """Return nothing, or break."""
        if self.breaks:
            raise KeyError
        return []

    def describe(self) -> list[Metric]:
        """Return nothing."""
        return []


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


def test_an_address_that_cannot_be_opened_is_said_in_words() -> None:
    """No traceback, and nothing is served."""
    for address in ("9100", "127.0.0.1:99999", "192.0.2.1:9100", "nowhere.invalid:9100"):
        with (
            pytest.raises(OperatorsPortError, match=re.escape(address)),
            operators_port(address, 1, OperatorSettings()),
        ):
            pytest.fail("was opened")
    result = CliRunner().invoke(
        cli, ["serve", "--supergraph", str(SUPERGRAPH), "--listen", "127.0.0.1:0", "--operators", "x"]
    )
    assert (result.exit_code, "not HOST:PORT" in result.output) == (2, True)


TOKEN = "a token of operators"


def test_readers_need_the_token_and_find_tls(tmp_path: Path) -> None:
    """If the settings say so; /health answers everybody."""
    authority = Authority(tmp_path)
    issued = authority.issue("operators")
    settings = GatewaySettings(
        operators_token=SecretStr(TOKEN),
        operators_tls=True,
        tls_certificate=issued.certificate,
        tls_key=issued.key,
    )
    address = f"127.0.0.1:{free_port()}"
    trusted = authority.trusting()
    with (
        operators_port(address, 1, settings.operators, ServerTls.of(settings.tls)),
        httpx.Client(base_url=f"https://{address}", verify=trusted, timeout=PATIENCE_SECONDS) as http,
    ):
        for given in ({}, {"authorization": "Bearer another"}, {"authorization": f"Basic {TOKEN}"}):
            for path in ("/metrics", "/ready"):
                refused = http.get(path, headers=given)
                assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
                assert "furlong" not in refused.text
        http.headers["authorization"] = f"Bearer {TOKEN}"
        assert "furlong_gateway_workers" in http.get("/metrics").text
        assert http.get("/ready").status_code == 503  # no worker has reported
        assert http.get("/health", headers={"authorization": ""}).status_code == 200
    with (
        pytest.raises(OperatorsPortError, match="TLS_CERTIFICATE"),
        operators_port(address, 1, OperatorSettings(tls=True)),
    ):
        pytest.fail("was opened")
