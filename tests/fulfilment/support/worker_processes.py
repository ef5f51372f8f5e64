"""Real worker processes beside a till, to be killed, stopped and let go on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from till import PATIENCE_SECONDS, Till

from simulator.providers.serve import SECRET

DOOMED = Path(__file__).with_name("doomed_worker.py")


@dataclass
class WorkerProcesses:
    """Starts workers over the till's database and providers."""

    till: Till
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, fatal_step: str = "never", **settings: str) -> subprocess.Popen[bytes]:
        """A worker that kills itself at a step."""
        providers = self.folder / "providers.yaml"
        listed = [one.model_dump(mode="json") for one in self.till.configs]
        providers.write_text(yaml.safe_dump({"providers": listed}))
        environment = {
            "FURLONG_DATABASE_URL": self.till.url,
            "FURLONG_FULFILMENT_PROVIDERS": str(providers),
            "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": SECRET}),
            "FURLONG_FULFILMENT_POLL_SECONDS": "0.05",
            "FURLONG_FULFILMENT_RETRY_SECONDS": "0.1",
            "FURLONG_FULFILMENT_RETRY_LIMIT_SECONDS": "1",
            "FURLONG_FULFILMENT_ROUNDS": "1000",
            **settings,
        }
        with (self.folder / f"worker-{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(DOOMED), fatal_step],
                env={**_clean_environment(), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    async def death(self, process: subprocess.Popen[bytes]) -> None:
        """Waits until a process has killed itself."""

        async def dead() -> bool:
            return process.poll() is not None

        await self.till.until(dead, "the worker reached its fatal step")
        assert process.returncode == -signal.SIGKILL, self.logs()

    def logs(self) -> str:
        """What the workers printed."""
        return "\n".join(log.read_text(errors="replace")[-2000:] for log in self.folder.glob("worker-*.log"))

    def stop(self) -> None:
        """Stops all that were started."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def worker_processes(till: Till, folder: Path) -> Iterator[WorkerProcesses]:
    """Workers that are stopped at the end of the block."""
    processes = WorkerProcesses(till, folder)
    try:
        yield processes
    finally:
        processes.stop()


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FURLONG_")}
