"""A pytest plugin: the workers of pytest-xdist are forked from a process that has imported the tests.

Each worker would otherwise import all tests by itself, which takes ten seconds of processor time.
"""

import shlex
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).parent
SERVER: Final = HERE / "worker_server.py"
LAUNCHER: Final = HERE / "worker_launcher.py"


class ForkedWorkers:
    """The plugin, for the process that reports."""

    def __init__(self) -> None:
        self._ending = ExitStack()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, config: pytest.Config, specs: list[Any]) -> None:
        """Let workers on this machine be forked, if all tests can be imported.

        Otherwise each worker imports the tests itself and reports what is wrong with them.
        """
        address = str(Path(self._ending.enter_context(TemporaryDirectory())) / "workers")
        control, of_server = socket.socketpair()
        with socket.socket(socket.AF_UNIX) as listening, of_server:
            listening.bind(address)
            listening.listen()
            files = [listening.fileno(), of_server.fileno()]
            server = subprocess.Popen(
                [sys.executable, str(SERVER), *map(str, files), *config.invocation_params.args],
                cwd=config.rootpath,
                pass_fds=files,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._ending.callback(server.wait)
        self._ending.enter_context(control)
        if not control.recv(1):
            return
        for spec in specs:
            if spec.popen and not spec.python:
                spec.python = shlex.join([sys.executable, "-I", "-S", str(LAUNCHER), address])

    def pytest_unconfigure(self) -> None:
        """End the process; the workers have ended before it."""
        self._ending.close()
