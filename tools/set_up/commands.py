"""Runs other programs: their output goes to a log, and they end when the set-up ends."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from tools.set_up.failures import CommandError, SetUpError

PATIENCE_SECONDS: Final = 5.0


class Commands:
    """Runs commands in the clone, some at the same time.

    Attributes:
        root: The folder of the clone.
    """

    def __init__(self, root: Path, inherited: Sequence[int] = ()) -> None:
        """Keep where to run.

        Args:
            root: The folder of the clone.
            inherited: Open files that each command keeps open, such as the lock of the set-up, which then
                holds until the last command has ended, also when the set-up itself is killed.
        """
        self.root = root
        self._inherited = tuple(inherited)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self._stopped = False

    def log(self, name: str) -> Path:
        """Return the file that keeps the output of a step."""
        return self.root / ".furlong" / "set-up" / f"{name}.log"

    def run(
        self,
        step: str,
        name: str,
        command: Sequence[str | Path],
        *,
        folder: str = ".",
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command, and return its output.

        Raises:
            CommandError: It failed.
            SetUpError: It is missing, or the set-up was stopped.
        """
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a+b") as file:
            start = file.tell()
            file.write(f"$ {' '.join(map(str, command))}\n".encode())
            file.flush()
            status = self._status(command, self.root / folder, {**os.environ, **(env or {})}, file.fileno())
            file.seek(start)
            output = file.read().decode(errors="replace")
        if status != 0:
            raise CommandError(step, output, log)
        return output.partition("\n")[2]

    def stop(self) -> None:
        """End all commands, and start no more."""
        with self._guard:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)

    def _status(
        self, command: Sequence[str | Path], folder: Path, env: Mapping[str, str], output: int
    ) -> int:
        with self._guard:
            if self._stopped:
                raise SetUpError("The set-up was stopped.")
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    cwd=folder,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    pass_fds=self._inherited,
                )
            except (FileNotFoundError, PermissionError) as error:
                raise SetUpError(
                    f"{command[0]} cannot be run: install it, and run the same command again."
                ) from error
            self._running.add(process)
        try:
            return process.wait()
        finally:
            with self._guard:
                self._running.discard(process)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
