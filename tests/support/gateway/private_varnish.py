"""Start a private Varnish in front of a loopback port, configured as in `deploy/cdn`, for tests."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    free_port,
    start_process,
    wait_until_ready,
)

_CONFIGURATION = Path(__file__).resolve().parents[3] / "deploy" / "cdn" / "furlong.vcl"


@dataclass(frozen=True, slots=True)
class PrivateVarnish:
    """A running Varnish, which keeps everything in memory."""

    process: ServerProcess
    port: int

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()


def varnish_program() -> str | None:
    """Return the path of Varnish, if it is installed."""
    return shutil.which("varnishd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def start_varnish(folder: Path, backend: int) -> PrivateVarnish:
    """Start Varnish in front of a port of 127.0.0.1.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    program = varnish_program()
    if program is None:
        raise ServiceMissingError("Varnish is not installed: run make services")
    configuration = folder / "furlong.vcl"
    configuration.write_text(_CONFIGURATION.read_text().replace('.port = "8000"', f'.port = "{backend}"'))
    port = free_port()
    command = [program, "-F", "-j", "none", "-n", str(folder / "varnish"), "-f", str(configuration)]
    command += ["-a", f"127.0.0.1:{port}", "-T", "none", "-s", "malloc,32m"]
    process = start_process(command, folder, folder / "varnish.log", tied=True)
    wait_until_ready(process, lambda: _answers(port))
    return PrivateVarnish(process, port)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
