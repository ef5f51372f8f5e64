"""Real worker processes over a harness, which tests kill, freeze and continue."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from simulator.providers.serve import SECRET
from tests.support.fulfilment.payout_harness import DEADLINE_SECONDS, PayoutHarness
from tests.support.processes.forked_programs import Program, start_forked
from tests.support.processes.running_furlong import without_settings

SELF_KILLING_WORKER = Path(__file__).with_name("self_killing_worker.py")


@dataclass
class WorkerProcesses:
    """Starts workers over the harness's database and providers."""

    harness: PayoutHarness
    folder: Path
    started: list[Program] = field(default_factory=list)

    def start(self, fatal_step: str = "never", **settings: str) -> Program:
        """Start a worker that kills itself at a step."""
        providers = self.folder / "providers.yaml"
        listed = [config.model_dump(mode="json") for config in self.harness.configs]
        providers.write_text(yaml.safe_dump({"providers": listed}))
        environment = {
            "FURLONG_DATABASE_URL": self.harness.url,
            "FURLONG_FULFILMENT_PROVIDERS": str(providers),
            "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": SECRET}),
            "FURLONG_FULFILMENT_POLL_SECONDS": "0.05",
            "FURLONG_FULFILMENT_RETRY_SECONDS": "0.1",
            "FURLONG_FULFILMENT_RETRY_LIMIT_SECONDS": "1",
            "FURLONG_FULFILMENT_ROUNDS": "1000",
            **settings,
        }
        with (self.folder / f"worker-{len(self.started)}.log").open("wb") as log:
            process = start_forked(
                str(SELF_KILLING_WORKER),
                fatal_step,
                environment={**without_settings(), **environment},
                folder=self.folder,
                log=log,
            )
        self.started.append(process)
        return process

    async def death(self, process: Program) -> None:
        """Wait until a process has killed itself."""

        async def dead() -> bool:
            return process.poll() is not None

        await self.harness.until(dead, "the worker reached its fatal step")
        assert process.returncode == -signal.SIGKILL, self.logs()

    def logs(self) -> str:
        """Return what the workers printed."""
        return "\n".join(log.read_text(errors="replace")[-2000:] for log in self.folder.glob("worker-*.log"))

    def stop(self) -> None:
        """Stop all workers that were started."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def worker_processes(harness: PayoutHarness, folder: Path) -> Iterator[WorkerProcesses]:
    """Yield a starter of workers, which are stopped at the end of the block."""
    processes = WorkerProcesses(harness, folder)
    try:
        yield processes
    finally:
        processes.stop()
