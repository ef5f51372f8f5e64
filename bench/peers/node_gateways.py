"""JavaScript gateways to compare ours with, installed from the npm registry on first use."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.harness.servers import ROOT, Server, Servers, free_port
from bench.harness.standstill import wait_for
from bench.harness.tools import ToolMissingError

NODE = ROOT / "bench" / "node"
PRODUCTION = {"NODE_ENV": "production"}
ROUTER_RUNTIME = "hive_router_runtime"
Pinned = Callable[[list[str]], list[str]]
_GRAPH = re.compile(r'(?<=@join__graph\(name: ")(\w+)(", url: ")[^"]*')


def install_gateways() -> None:
    """Install the gateways, unless those of this lock file are installed.

    Raises:
        ToolMissingError: npm is missing or failed.
    """
    lock = NODE / "package-lock.json"
    installed = NODE / "node_modules" / ".installed"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise ToolMissingError("Node.js with npm is missing: the gateways of others run on Node.js 20")
    print("installing Hive Gateway and Apollo Gateway", flush=True)
    wait_for("npm to install gateways", seconds=600)
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    ended = subprocess.run(command, cwd=NODE, check=False)  # noqa: S603 - the command above
    if ended.returncode != 0:
        raise ToolMissingError("npm could not install the gateways of others")
    shutil.copyfile(lock, installed)


def write_supergraph(folder: Path, ports: Mapping[str, int]) -> Path:
    """Write the product's supergraph, with subgraph URLs at given ports; others keep their URL."""
    sdl = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    path = folder / "supergraph.graphql"

    def moved(found: re.Match[str]) -> str:
        port = ports.get(found[1])
        return found[0] if port is None else f"{found[1]}{found[2]}{_url(port)}"

    path.write_text(_GRAPH.sub(moved, sdl))
    return path


def start_hive(servers: Servers, supergraph: Path, pinned: Pinned) -> Server:
    """Start Hive Gateway with its defaults, one process."""
    return _hive(servers, "hive_gateway", pinned, ["supergraph", str(supergraph)])


def start_hive_router(servers: Servers, supergraph: Path, pinned: Pinned) -> Server:
    """Start Hive Gateway with Hive Router's planner and executor (in Rust), one process."""
    return _hive(servers, ROUTER_RUNTIME, pinned, ["supergraph", str(supergraph), "--hive-router-runtime"])


def start_apollo(servers: Servers, supergraph: Path, pinned: Pinned) -> Server:
    """Start Apollo Gateway in Apollo Server, one process."""
    port = free_port()
    command = [_node(), str(NODE / "apollo.mjs"), str(supergraph), str(port)]
    return servers.start("apollo_gateway", pinned(command), port, PRODUCTION)


STARTS: Mapping[str, Callable[[Servers, Path, Pinned], Server]] = {
    "hive_gateway": start_hive,
    ROUTER_RUNTIME: start_hive_router,
    "apollo_gateway": start_apollo,
}
WITH_REAL_SUBGRAPHS = ("hive_gateway", "apollo_gateway")
"""Without Hive Router's runtime, whose representations omit null fields, which our subgraphs refuse."""


def _hive(servers: Servers, name: str, pinned: Pinned, arguments: list[str]) -> Server:
    port = free_port()
    program = [_node(), str(NODE / "node_modules" / ".bin" / "hive-gateway"), *arguments]
    options = ["--host", "127.0.0.1", "--port", str(port), "--config-path", str(NODE / "hive.config.mjs")]
    return servers.start(name, pinned([*program, *options]), port, PRODUCTION)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/graphql"


def _node() -> str:
    return shutil.which("node") or "node"
