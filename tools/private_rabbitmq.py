"""Start a private RabbitMQ, with its own folder and ports, for tests and `make services ARGS=--amqp`."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

HOME: Final = Path(__file__).resolve().parent.parent / ".services" / "rabbitmq"
"""Where `install-services.sh` unpacks the server and its Erlang: the packages would also start a server."""
COMMAND_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class PrivateRabbitmq:
    """A running server, with the port mapper that its Erlang asks for.

    Attributes:
        mapper: The port mapper (epmd), which would outlive the server.
        mapper_port: Its port.
        folder: Where the server keeps its data, which outlive it.
    """

    process: ServerProcess
    mapper: ServerProcess
    port: int
    mapper_port: int
    folder: Path

    @property
    def url(self) -> str:
        """Its default virtual host, as the user that may do everything."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def stop(self) -> None:
        """Stop the server, and then its port mapper."""
        self.process.stop()
        self.mapper.stop()

    def control(self, *words: str) -> str:
        """Run `rabbitmqctl`, and return what it says; it takes seconds.

        Raises:
            subprocess.CalledProcessError: The server refuses it.
        """
        command = [str(HOME / "server" / "sbin" / "rabbitmqctl"), "--quiet", *words]
        environment = os.environ | _environment(self.folder, self.port, self.mapper_port)
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=COMMAND_SECONDS
        )
        return ended.stdout


def rabbitmq_installed() -> bool:
    """Return whether this checkout has the server."""
    return (HOME / "server" / "sbin" / "rabbitmq-server").is_file()


def start_rabbitmq(
    folder: Path, port: int | None = None, *, mapper_port: int | None = None, tied: bool = True
) -> PrivateRabbitmq:
    """Start a server on the loopback, by default on any free port; a folder may be used again.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    if not rabbitmq_installed():
        raise ServiceMissingError("RabbitMQ is not installed: run make services")
    folder.mkdir(parents=True, exist_ok=True)
    port, mapper_port = port or free_port(), mapper_port or free_port()
    environment = _environment(folder, port, mapper_port)
    words = ["env", *(f"{name}={value}" for name, value in environment.items())]
    epmd = [*words, str(HOME / "erlang" / "bin" / "epmd"), "-address", "127.0.0.1"]
    mapper = start_process(epmd, folder, folder / "epmd.log", tied=tied)
    try:
        wait_until_ready(mapper, lambda: accepts(mapper_port))
        server = [*words, str(HOME / "server" / "sbin" / "rabbitmq-server")]
        process = start_process(server, folder, folder / "rabbitmq.log", tied=tied)
        wait_until_ready(process, lambda: accepts(port))
    except BaseException:
        mapper.stop()
        raise
    return PrivateRabbitmq(process, mapper, port, mapper_port, folder)


def _environment(folder: Path, port: int, mapper_port: int) -> Mapping[str, str]:
    """Return what server and tools are told; nothing of the machine's own RabbitMQ is read or written."""
    node = f"furlong{port}@localhost"
    return {
        "PATH": f"{HOME / 'erlang' / 'bin'}:{os.environ.get('PATH', '')}",
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": node,
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        "RUNNING_UNDER_SYSTEMD": "true",  # its script becomes the server, instead of starting one
    }
