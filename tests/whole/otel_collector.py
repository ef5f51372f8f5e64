"""A real OpenTelemetry collector (Rotel), which passes on over OTLP whatever it receives over OTLP."""

import importlib.util
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.processes.running_furlong import eventually
from tools.server_process import free_port


def agent() -> str:
    """Return the path of the collector's program, which its package contains."""
    package = importlib.util.find_spec("rotel")
    assert package is not None, "rotel is not installed: `make install-dev` installs it"
    assert package.origin is not None
    return str(Path(package.origin).with_name("rotel-agent"))


@contextmanager
def collecting(target: str, log: Path) -> Iterator[str]:
    """Run the collector while the block runs; yield what OTEL_EXPORTER_OTLP_ENDPOINT must name.

    Args:
        target: The URL that the collector exports traces to, over OTLP/HTTP.
        log: The file for its messages.
    """
    grpc, http = free_port(), free_port()
    command = [agent(), "start", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}"]
    command += ["--otlp-http-endpoint", f"127.0.0.1:{http}", "--exporter", "otlp"]
    command += ["--otlp-exporter-protocol", "http", "--otlp-exporter-endpoint", target]
    command += ["--batch-timeout", "200ms"]
    with log.open("wb") as lines:
        process = subprocess.Popen(command, stdout=lines, stderr=lines)
    try:
        eventually(lambda: process.poll() is not None or _listens(http), "the collector listens")
        assert process.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{http}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _listens(port: int) -> bool:
    try:
        httpx.post(f"http://127.0.0.1:{port}/v1/traces")
    except httpx.TransportError:
        return False
    return True
