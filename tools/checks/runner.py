"""Runs checks side by side unless their inputs are unchanged, and tells how each went in one line."""

import asyncio
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Final

from tools.checks.check import Check


class Inputs:
    """The files of a repository: those that git knows or would add, and built ones that a check names."""

    def __init__(self, root: Path) -> None:
        self._root = root
        listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
        names = subprocess.check_output(listed, cwd=root, text=True).split("\0")
        self._names = sorted({name for name in names if name and (root / name).is_file()})
        self._content = cache(self._read)

    def digest(self, check: Check) -> str:
        """Return the digest of a check: its command, what runs it, and each file's name and content."""
        digest = hashlib.sha256(repr((check, sys.version, _node_version())).encode())
        for name in self.files(check):
            digest.update(f"\0{name}\0".encode() + self._content(name))
        return digest.hexdigest()

    def files(self, check: Check) -> Iterator[str]:
        """Yield the names of all files that a check reads."""
        reads, ignores = _any_of(check.reads), _any_of(check.ignores)
        yield from (name for name in self._names if reads.fullmatch(name) and not ignores.fullmatch(name))
        for pattern in check.built:
            paths = sorted(self._root.glob(pattern))
            yield from (str(file.relative_to(self._root)) for file in paths if file.is_file())

    def _read(self, name: str) -> bytes:
        return hashlib.sha256((self._root / name).read_bytes()).digest()


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")


@cache
def _node_version() -> str:
    try:
        return subprocess.check_output(["node", "--version"], text=True)
    except FileNotFoundError:
        return ""


PATIENCE: Final = 5
"""How many seconds a program has to end after it was asked to."""

NOT_INHERITED: Final = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
"""What `make` tells its children, who would look for its job server."""


class Runner:
    """Runs the checks of a repository.

    Args:
        root: The repository.
        passed: A folder for the digests of the inputs with which each check passed last.
        at_once: How many checks run side by side.
        everything: Whether checks run though nothing that they read has changed.
        say: Prints a line, or the output of a check that failed.
    """

    def __init__(
        self, root: Path, passed: Path, at_once: int, *, everything: bool, say: Callable[[str], None]
    ) -> None:
        self._root = root
        self._passed = passed
        self._places = asyncio.Semaphore(at_once)
        self._everything = everything
        self._say = say

    async def run(self, checks: Iterable[Check]) -> list[str]:
        """Run the checks, and return the names of those that failed."""
        inputs = Inputs(self._root)
        self._passed.mkdir(parents=True, exist_ok=True)
        tasks = {}
        async with asyncio.TaskGroup() as group:
            for check in checks:
                digest = inputs.digest(check)
                if not self._everything and self._last_pass(check) == digest:
                    self._say(f"{check.name:12} unchanged")
                else:
                    tasks[check.name] = group.create_task(self._run_one(check, digest))
        return [name for name, task in tasks.items() if not task.result()]

    def _last_pass(self, check: Check) -> str | None:
        try:
            return (self._passed / check.name).read_text(encoding="ascii")
        except FileNotFoundError:
            return None

    async def _run_one(self, check: Check, digest: str) -> bool:
        """Run a check and say how it went; the digest is that of its inputs before it ran."""
        async with self._places:
            began = time.monotonic()
            command = check.command if self._everything else (*check.command, *check.remembers)
            status, output = await _finished(command, self._root / check.folder)
            took = f"{time.monotonic() - began:5.1f} s"
        mark = self._passed / check.name
        if status:
            mark.unlink(missing_ok=True)
            self._say(f"{check.name:12} {took}  FAILED: {' '.join(check.command)}\n{output.rstrip()}")
        else:
            mark.write_text(digest, encoding="ascii")
            self._say(f"{check.name:12} {took}" + (f"\n{output.rstrip()}" if check.tells else ""))
        return not status


async def _finished(command: tuple[str, ...], folder: Path) -> tuple[int, str]:
    """Run a program, and return its exit status and output; if the caller is cancelled, stop it."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        await _stop(process)
        raise
    assert process.returncode is not None  # noqa: S101 - communicate() waits for the end
    return process.returncode, output.decode(errors="replace")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask a program and those that it started to end, and end them if they do not."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        pass
    _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Send a signal to all processes of the program's session, some of which may outlive it."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
