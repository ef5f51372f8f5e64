"""Load by wrk: requests of random customers, each with a token of their own; every answer is checked."""

import json
import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness.cores import raise_priority
from bench.harness.standstill import wait_for
from bench.harness.tools import find_wrk
from bench.load.target import Target, WrongAnswerError

SCRIPT = Path(__file__).with_name("wrk.lua")
GRACE_SECONDS = 60
CONNECTIONS = (16, 32, 64)
"""The best of these is used: too few leave a server idle, too many cost it time for waiting requests."""
FAILURES = ("connect", "read", "write", "timeout", "wrong", "refused")


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one run of wrk; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class LoadTool:
    """wrk with one thread, in a folder for its files.

    Attributes:
        tokens: The customers' tokens; each request uses a random one.
    """

    folder: Path
    tokens: Sequence[str]
    connections: int = CONNECTIONS[-1]

    def run(self, name: str, target: Target, seconds: float) -> Run:
        """Keep all connections busy for a number of seconds.

        Raises:
            WrongAnswerError: An answer was wrong, late or missing.
        """
        result = self.offer(name, target, seconds)
        failed = {kind: result[kind] for kind in FAILURES if result[kind]}
        if failed or not result["right"]:
            raise WrongAnswerError(f"{name}: {failed or 'no answer'}; the first: {result['first_wrong']}")
        return Run(
            requests=result["right"],
            seconds=result["microseconds"] / 1e6,
            p50=result["p50_us"] / 1000,
            p99=result["p99_us"] / 1000,
        )

    def offer(self, name: str, target: Target, seconds: float) -> dict[str, Any]:
        """Keep all connections busy; return the counts of right and failed answers from `wrk.lua`.

        Raises:
            WrongAnswerError: wrk itself failed.
        """
        request, tokens = self.folder / f"{name}.http", self.folder / "tokens"
        request.write_text(target.text())
        if not tokens.exists():
            tokens.touch(mode=0o600)
            tokens.write_text("\n".join(self.tokens))
        command = [find_wrk(), "-t1", f"-c{self.connections}", f"-d{seconds:g}s", "--timeout=20s"]
        command += ["-s", str(SCRIPT), f"http://127.0.0.1:{target.port}", "--", str(request), str(tokens)]
        command += [target.wanted, target.unwanted, str(random.randrange(10**6))]  # noqa: S311 - no secret
        command.append(str(target.again))
        wrk = subprocess.Popen(  # noqa: S603 - the command above
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        raise_priority(wrk.pid)
        wait_for(f"wrk, which asks {name}", self.folder / f"{name}.log", seconds)
        try:
            said, _ = wrk.communicate(timeout=seconds + GRACE_SECONDS)
        finally:
            wrk.kill()
        line = next((each for each in said.splitlines() if each.startswith("RESULT ")), None)
        if line is None:
            raise WrongAnswerError(f"{name}: wrk failed: {said}")
        found: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
        return found
