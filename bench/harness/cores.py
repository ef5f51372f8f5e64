"""Which program runs on which core, and how much of it it used."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The two cores of a benchmark: one for the server that is measured, one for all the rest."""

    server: int
    rest: int

    @classmethod
    def choose(cls) -> "Cores":
        """The first two that this process may use.

        Raises:
            RuntimeError: there is only one.
        """
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:  # noqa: PLR2004 - one for the server, one for the rest
            raise RuntimeError("benchmarks need two cores: one for the server, one for the load")
        return cls(allowed[0], allowed[1])

    def use_rest(self) -> None:
        """Keeps this process, and what it will start, away from the server's core."""
        os.sched_setaffinity(0, {self.rest})


def raise_priority(process: int, niceness: int = -10) -> None:
    """Lets a process, and its session where the system groups by session, go ahead of other work.

    Only root may; for others, a busy machine disturbs more.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, niceness)
        Path(f"/proc/{process}/autogroup").write_text(str(niceness))


def on_core(core: int, command: list[str]) -> list[str]:
    """A command that runs on one core only."""
    return ["taskset", "-c", str(core), *command]


def on_cores(cores: Cores, command: list[str]) -> list[str]:
    """A command that may use both cores."""
    return ["taskset", "-c", f"{cores.server},{cores.rest}", *command]


def cpu_seconds(session: int) -> float:
    """The processor time, so far, of all processes of a session that are still there."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _processes(session)) / TICKS


def resident_bytes(session: int) -> int:
    """What all processes of a session have in memory; what they share counts for each."""
    return sum(int(fields[21]) for fields in _processes(session)) * PAGE


def _processes(session: int) -> Iterator[list[str]]:
    """What the system tells of each process of a session, from its state on."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session:
            yield fields
