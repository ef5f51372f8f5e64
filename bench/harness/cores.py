"""Pin programs to cores, and measure the processor time and memory they use."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The two cores of a benchmark: one for the measured server, one for everything else."""

    server: int
    rest: int

    @classmethod
    def choose(cls) -> "Cores":
        """Return the first two cores that this process may use.

        Raises:
            RuntimeError: There is only one.
        """
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:  # noqa: PLR2004 - one for the server, one for the rest
            raise RuntimeError("benchmarks need two cores: one for the server, one for the load")
        return cls(allowed[0], allowed[1])

    def use_rest(self) -> None:
        """Keep this process and its future children off the server's core."""
        os.sched_setaffinity(0, {self.rest})


def raise_priority(process: int, niceness: int = -10) -> None:
    """Raise the priority of a process, and of its session if the system schedules by session.

    Only root may do this; without it, other work on the machine disturbs the measurement more.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, niceness)
        Path(f"/proc/{process}/autogroup").write_text(str(niceness))


def on_core(core: int, command: list[str]) -> list[str]:
    """Return a command that runs on one core only."""
    return ["taskset", "-c", str(core), *command]


def on_cores(cores: Cores, command: list[str]) -> list[str]:
    """Return a command that may use both cores."""
    return ["taskset", "-c", f"{cores.server},{cores.rest}", *command]


def cpu_seconds(session: int) -> float:
    """Return the processor time that the running processes of a session have used so far."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _processes(session)) / TICKS


def resident_bytes(session: int) -> int:
    """Return the resident memory of all processes of a session; shared pages count for each process."""
    return sum(int(fields[21]) for fields in _processes(session)) * PAGE


def _processes(session: int) -> Iterator[list[str]]:
    """Yield the fields of `/proc/PID/stat`, from the state on, for each process of a session."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session:
            yield fields
