"""A process that has imported Furlong, and forks a program for each request: `forked_programs` starts it.

A program is a process of its own, with its own environment, folder and signals. It only does not import
everything again, which takes one or two seconds of processor time.
"""

import ast
import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Final

from furlong.cli.main import COMMANDS
from tests.support.telemetry.plain_logs import log_plainly

ALSO: Final = (
    "aiomysql",
    "aiosqlite",
    "furlong.cli.processes.site_factory",
    "furlong.demo.process",
    "sqlalchemy.dialects.mysql.aiomysql",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)
"""What programs import later than their command."""
WITH_DEFERRED_IMPORTS: Final = (
    "furlong.cli",
    "gateway.cli",
    "gateway.features.signatures.command",
    "gateway.features.usage.command",
    "simulator.cli",
)
"""The modules of commands, whose functions import what they run."""


@dataclass(frozen=True, slots=True)
class Request:
    """A program to run.

    Attributes:
        arguments: `furlong` or the path of a script, then its arguments.
        files: Standard output, standard error, and the socket on which its start and its end are told.
    """

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    files: tuple[int, int, int]


def deferred_imports(module: ModuleType) -> list[str]:
    """Return the modules that the functions of a command's module import when the command runs."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    return [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]


def main() -> None:
    """Serve requests until the tests end; in a forked program, run it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for command in COMMANDS.values():
        importlib.import_module(command.module)
    for name in [module for module in sys.modules if module.startswith(WITH_DEFERRED_IMPORTS)]:
        for needed in deferred_imports(sys.modules[name]):
            importlib.import_module(needed)
    for module in ALSO:
        importlib.import_module(module)
    log_plainly()  # a command configures its own logs, a script does not
    gc.collect()
    gc.freeze()
    request = _serve(control)
    if request is not None:
        _become(request)


def _serve(control: socket.socket) -> Request | None:
    """Return None once the tests have ended, or a request in the process that is to run it."""
    signal.signal(signal.SIGCHLD, _reap)
    while (request := _receive(control)) is not None:
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if (pid := os.fork()) == 0:
                return request
            _guard(pid, request)
        for file in request.files:
            os.close(file)
    return None


def _reap(_number: int, _frame: FrameType | None) -> None:
    """Wait for the guards that have ended, so that their processor time counts as this process's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _receive(control: socket.socket) -> Request | None:
    data, files = b"", list[int]()
    while not data.endswith(b"\n"):
        more, received, _, _ = socket.recv_fds(control, 65536, 3)
        if not more:
            return None
        data += more
        files += received
    told: dict[str, Any] = json.loads(data)
    output, errors, status = files
    return Request(told["arguments"], told["environment"], told["folder"], (output, errors, status))


def _guard(pid: int, request: Request) -> None:
    """Tell the program's pid and exit code, and end it with the tests."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output, errors, status = request.files
    os.close(output)
    os.close(errors)
    told = socket.socket(fileno=status)
    told.sendall(f"{pid}\n".encode())
    ended = threading.Event()

    def end_with_the_tests() -> None:
        told.recv(1)
        if not ended.is_set():
            os.kill(pid, signal.SIGKILL)

    threading.Thread(target=end_with_the_tests, daemon=True).start()
    _, code = os.waitpid(pid, 0)
    ended.set()
    told.sendall(f"{os.waitstatus_to_exitcode(code)}\n".encode())
    os._exit(0)


def _become(request: Request) -> None:
    """Run a program in this process."""
    output, errors, status = request.files
    os.close(status)
    for file, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (errors, 2)):
        os.dup2(file, standard)
        os.close(file)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv = request.arguments
    if request.arguments[0] == "furlong":
        command = importlib.import_module("furlong.cli")
        sys.exit(command.app())
    sys.path[0] = str(Path(request.arguments[0]).parent)
    runpy.run_path(request.arguments[0], run_name="__main__")


if __name__ == "__main__":
    main()
