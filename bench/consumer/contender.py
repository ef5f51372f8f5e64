"""Run a contender's program to its end, and end the benchmark if what it has committed stands still."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.harness.servers import ROOT, ServiceFailedError
from bench.harness.standstill import TOLD_LINES, wait_for

Run = dict[str, float]


def run_contender(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, messages: int
) -> Run:
    """Return what a program measured, which is its last line; numbers before are what it has committed.

    Args:
        name: The contender.
        command: The program with its arguments.
        environment: All its environment variables.
        log: The file for what else it says.
        messages: How many it is to commit.

    Raises:
        ServiceFailedError: It failed; the message contains the end of its log.
    """
    committed, last = 0, ""
    with (
        log.open("a") as told,
        subprocess.Popen(  # noqa: S603 - the given command
            command,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        ) as process,
    ):
        try:
            wait_for(f"{name} to commit messages: 0 of {messages} so far", log)
            for line in process.stdout or ():
                if not line.strip().isdecimal():
                    last = line
                    print(line, end="", file=told, flush=True)
                elif int(line) > committed:
                    committed = int(line)
                    wait_for(f"{name} to commit messages: {committed} of {messages} so far", log)
        finally:
            process.kill()
    if process.returncode != 0:
        lines = log.read_text(errors="replace").splitlines()[-TOLD_LINES:]
        raise ServiceFailedError("\n".join((f"{name} ended with {process.returncode}:", *lines)))
    return dict(json.loads(last))
