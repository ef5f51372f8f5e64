"""Hive Router, a gateway in Rust to compare ours with: built from its crate on first use.

It needs a nightly compiler. A machine without one, or without the crate, measures the other gateways, and
names this one as left out.
"""

import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from bench.harness.servers import ROOT, Server, Servers, free_port
from bench.harness.standstill import wait_for
from bench.harness.tools import ToolMissingError
from bench.peers.node_gateways import STARTS, Pinned, install_gateways

NAME: Final = "hive_router"
VERSION: Final = "0.3.10"
FOLDER: Final = ROOT / ".services" / f"hive-router-{VERSION}"
PROGRAM: Final = FOLDER / "bin" / NAME
TOOLCHAIN: Final = "+nightly"
CONFIGURATION: Final = """\
headers:
  all:
    request:
      - propagate:
          named: authorization
"""
"""As in production otherwise: the customer's session is forwarded to the subgraphs."""


def install_router() -> None:
    """Build Hive Router, unless this version has been built; that takes many minutes.

    Raises:
        ToolMissingError: There is no nightly compiler, or it failed.
    """
    if PROGRAM.exists():
        return
    cargo = shutil.which("cargo")
    asked = [cargo or "cargo", TOOLCHAIN, "--version"]
    if cargo is None or subprocess.run(asked, capture_output=True, check=False).returncode:  # noqa: S603 - cargo
        raise ToolMissingError("Hive Router needs cargo with a nightly toolchain")
    print(f"building Hive Router {VERSION}: this takes many minutes", flush=True)
    wait_for("cargo to build Hive Router", seconds=7200)
    # Its other page is built by npm from sources that the crate lacks.
    features = ["--features", "graphiql", "--bin", NAME]
    crate = ["hive-router", "--version", VERSION, "--locked", "--root", str(FOLDER)]
    command = [cargo, TOOLCHAIN, "install", "--quiet", *crate, *features]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - the command above
        raise ToolMissingError(f"Hive Router {VERSION} could not be built")


def start_router(servers: Servers, supergraph: Path, pinned: Pinned) -> Server:
    """Start Hive Router with its defaults, one worker."""
    port, configuration = free_port(), servers.folder / "hive-router.yaml"
    configuration.write_text(CONFIGURATION)
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "warn",
        "ROUTER_CONFIG_FILE_PATH": str(configuration),
        "ROUTER_HTTP_WORKERS": "1",
        "SUPERGRAPH_FILE_PATH": str(supergraph),
    }
    return servers.start(NAME, pinned([str(PROGRAM)]), port, settings)


PEERS: Final[Mapping[str, Callable[[Servers, Path, Pinned], Server]]] = {**STARTS, NAME: start_router}
"""How each gateway of others is started, by its name."""


def install_peers(wanted: Collection[str]) -> dict[str, str]:
    """Install some of the gateways of others; return which are left out, and why.

    Raises:
        ToolMissingError: A gateway in JavaScript cannot be installed.
    """
    if not STARTS.keys().isdisjoint(wanted):
        install_gateways()
    if NAME in wanted:
        try:
            install_router()
        except ToolMissingError as error:
            print(f"left out: {error}", flush=True)
            return {NAME: str(error)}
    return {}
