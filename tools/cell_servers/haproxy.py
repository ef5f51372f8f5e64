"""A private HAProxy on a configuration of its own."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.server_process import ServerProcess, ServiceMissingError, accepts, start_process, wait_until_ready

_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True, slots=True)
class PrivateHaproxy:
    """A running HAProxy."""

    process: ServerProcess

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()


def haproxy_program() -> str | None:
    """Return the path of the program, if it is installed."""
    return shutil.which("haproxy") or shutil.which("haproxy", path=_SYSTEM_FOLDERS)


def start_haproxy(
    configuration: Path, port: int, environment: Mapping[str, str], *, tied: bool = True
) -> PrivateHaproxy:
    """Start HAProxy, and wait until it listens on a loopback port; `tied`: it ends with this process.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    program = haproxy_program()
    if program is None:
        raise ServiceMissingError("HAProxy is not installed: run make services")
    variables = [f"{name}={value}" for name, value in environment.items()]
    command = ["env", *variables, program, "-db", "-f", str(configuration)]
    folder = configuration.parent
    log = folder / "haproxy.log"
    os.close(os.open(log, os.O_CREAT | os.O_WRONLY, 0o600))
    process = start_process(command, folder, log, tied=tied)
    wait_until_ready(process, lambda: accepts(port))
    return PrivateHaproxy(process)
