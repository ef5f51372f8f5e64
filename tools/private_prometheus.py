"""Start a private Prometheus, with its own folder and port, for tests."""

import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    free_port,
    start_process,
    wait_until_ready,
)

PROGRAMS = Path(__file__).resolve().parent.parent / ".services" / "prometheus"
"""Where `install-services.sh` puts the programs: the package would also start a server."""


@dataclass(frozen=True, slots=True)
class PrivatePrometheus:
    """A running server."""

    process: ServerProcess
    url: str

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()


def prometheus_program(name: str = "prometheus") -> str | None:
    """Return the path of `prometheus` or `promtool`, if it is installed."""
    return shutil.which(name) or shutil.which(name, path=str(PROGRAMS))


def prometheus_installed() -> bool:
    """Return whether this machine has both programs."""
    return all(prometheus_program(name) is not None for name in ("prometheus", "promtool"))


def start_prometheus(folder: Path, config: str) -> PrivatePrometheus:
    """Start a server on a loopback port.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    program = prometheus_program()
    if program is None:
        raise ServiceMissingError("Prometheus is not installed: run make services")
    port = free_port()
    file = folder / "prometheus.yml"
    file.write_text(config)
    command = [
        program,
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    process = start_process(command, folder, folder / "prometheus.log", tied=True)
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(process, lambda: _is_ready(url))
    return PrivatePrometheus(process, url)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=5) as answer:  # noqa: S310 - a loopback address
            return bool(answer.status == 200)  # noqa: PLR2004 - ready
    except (urllib.error.URLError, OSError):
        return False
