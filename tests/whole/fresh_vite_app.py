"""The app of docs/frontend.md, made and run as the page says."""

from __future__ import annotations

import shlex
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.support.page_snippets import FENCE, NAMED, section
from tests.support.processes.running_furlong import ROOT, eventually
from tools.server_process import free_port

INSTALLED: Final = ROOT / "web" / "node_modules"
DEMO: Final = "http://127.0.0.1:8000"


@contextmanager
def fresh_vite_app(folder: Path, demo_url: str) -> Iterator[str]:
    """Follow the page's commands and files beside a checkout; yield the app's URL.

    The client is packed as on the page. Other packages come from `web/node_modules` and not from the network;
    the demo and the app have other ports than on the page.
    """
    app, commands = folder / "furlong", list[str]()
    app.mkdir()
    (app / "web").symlink_to(ROOT / "web")
    for language, text in FENCE.findall(section("The first query, in five minutes")):
        if language == "sh":
            commands += text.splitlines()
        elif named := NAMED.match(text):
            (folder / named[1]).write_text(text.removeprefix(named[0]).replace(DEMO, demo_url))
    *preparing, serving = [part for command in commands for part in command.split(" && ")]
    for command in preparing:
        app = _follow(shlex.split(command), app)
    for file in folder.iterdir():
        if file.is_file():
            file.rename(app / file.name)
    _check_types(app)
    with _served(app, shlex.split(serving)) as url:
        yield url


def _follow(command: list[str], folder: Path) -> Path:
    """Do what a command does, and return the folder in which the next one runs."""
    match command:
        case ["mkdir", name]:
            (folder / name).mkdir()
        case ["cd", name]:
            return folder / name
        case ["npm", "install", *packages, tarball]:
            missing = [package for package in packages if not (INSTALLED / package / "package.json").exists()]
            assert not missing, f"the page installs what is not in web/package.json: {missing}"
            # A folder of its own, because Vite keeps what it prepares in there.
            (folder / "node_modules").mkdir()
            for path in INSTALLED.iterdir():
                if path.name not in {".vite", ".cache"}:
                    (folder / "node_modules" / path.name).symlink_to(path)
            _unpack(folder / tarball, folder / "node_modules" / "@furlong" / "client")
        case _:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


def _unpack(tarball: Path, package: Path) -> None:
    with tarfile.open(tarball) as packed:
        packed.extractall(package.parent, filter="data")
    (package.parent / "package").rename(package)


def _check_types(app: Path) -> None:
    strict = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--skipLibCheck"]
    compiler = [str(INSTALLED / ".bin" / "tsc"), *strict, "--moduleResolution", "bundler", "--types", "node"]
    checked = subprocess.run(
        [*compiler, "page.ts"], cwd=app, check=False, capture_output=True, text=True, timeout=120
    )
    assert checked.returncode == 0, checked.stdout


@contextmanager
def _served(app: Path, command: list[str]) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    address = ["--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    log = app / "vite.log"
    # `npx` would hand on no signal, so that the program which it starts is started itself.
    program = [str(app / "node_modules" / ".bin" / command[1]), *command[2:], "--configLoader", "native"]
    with log.open("wb") as output:
        server = subprocess.Popen([*program, *address], cwd=app, stdout=output, stderr=output)

    def answers() -> bool:
        assert server.poll() is None, log.read_text()
        try:
            return httpx.get(url, headers={"accept": "text/html"}).is_success
        except httpx.TransportError:
            return False

    try:
        eventually(answers, "Vite serves the app")
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
