"""Processes over a database server, all of which are killed at random while clients work."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import mariadb_after_kill
from tests.support.processes.running_furlong import Programs, programs_in
from tests.torture.chosen_kills import PATIENCE_SECONDS, chosen, progressed
from tools.private_mariadb import PrivateMariadb

SECONDS: Final = 120.0


@dataclass
class Killed:
    """A database server and processes over it, each of which can be killed.

    Attributes:
        commands: The commands of the processes, by name.
        kills: How often what was killed.
    """

    mariadb: PrivateMariadb
    programs: Programs
    commands: Mapping[str, tuple[str, ...]]
    running: dict[str, Program] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def kill(self, name: str) -> None:
        """Kill something, and start it again."""
        if name == "MariaDB":
            self.mariadb = mariadb_after_kill(self.mariadb)
        else:
            self.start(name)
        self.kills[name] += 1

    def start(self, name: str) -> None:
        """Start a process; kill it first if it runs."""
        if name in self.running:
            self.running[name].kill()
            self.running[name].wait()
        self.running[name] = self.programs.start(*self.commands[name])

    def chosen(self, seed: int, enough: Callable[[], bool]) -> Iterator[tuple[str, float]]:
        """Yield what is killed, with a pause after it."""
        return chosen(sorted([*self.commands, "MariaDB"]), seed, 0.2, SECONDS, enough)

    async def kill_while(
        self,
        kills: Iterable[tuple[str, float]],
        work: Sequence[asyncio.Task[None]],
        stopping: asyncio.Event,
        known: Callable[[], int],
        trouble: Callable[[], None],
    ) -> None:
        """Kill parts while clients work, and let each of them finish what it has begun."""
        try:
            for part, pause in kills:
                await progressed(known, 2 * len(work), work)
                await asyncio.to_thread(trouble)
                await asyncio.to_thread(self.kill, part)
                await asyncio.sleep(pause)
            await progressed(known, 2 * len(work), work)
        finally:
            stopping.set()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*work)


@contextmanager
def killed_in(
    folder: Path,
    mariadb: PrivateMariadb,
    environment: dict[str, str],
    commands: Mapping[str, tuple[str, ...]],
) -> Iterator[Killed]:
    """Run commands over a database server, which stops with them."""
    folder.mkdir()
    with programs_in(folder, environment | {"FURLONG_DATABASE_URL": mariadb.url}) as programs:
        killed = Killed(mariadb, programs, commands)
        try:
            if "FURLONG_KAFKA_BOOTSTRAP" in environment:
                programs.run("topics", "create")
            for name in commands:
                killed.start(name)
            yield killed
        finally:
            programs.stop()
            killed.mariadb.stop()
