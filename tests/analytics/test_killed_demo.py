"""The process that gathers what happens in a demo ends with the demo, also when the demo is killed."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from furlong.demo import ready_file
from tests.support.processes.running_furlong import eventually

DEMO = """
import asyncio, sys
from pathlib import Path
from furlong.demo.processes import running_analytics

async def main():
    async with running_analytics(Path(sys.argv[1]), Path(sys.argv[2]), wanted=True):
        await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def held(lock: Path) -> Iterator[bool]:
    """Hold the lock of a store, if it is free, for the block; tell whether it was."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def is_free(lock: Path) -> bool:
    """Tell whether a process could own the store."""
    with held(lock) as was_free:
        return was_free


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_store_of_a_killed_demo_is_free_again(processes: None, tmp_path: Path) -> None:
    """The process waits for the store, says so, and has it until the demo is killed."""
    ready, lock = tmp_path / "demo.json", tmp_path / "analytics" / "owner.lock"
    addresses = dict.fromkeys(("url", "graphql", "kafka", "upstream"), "127.0.0.1:1")
    facts = {"brand": "northbet", "customers": (), "data": str(tmp_path), "generation": "g-1", **addresses}
    ready_file.write(ready, ready_file.DemoFacts.model_validate(facts))
    log = tmp_path / "analytics.log"
    demo = subprocess.Popen([sys.executable, "-c", DEMO, str(ready), str(tmp_path)])
    children = list[int]()
    try:
        with held(lock):
            children = eventually(lambda: children_of(demo.pid), "it is started")
            eventually(lambda: "another process owns the store" in log.read_text(), "it waits")
        assert len(children) == 1
        eventually(lambda: not is_free(lock), "it has the store")
        demo.kill()
        demo.wait(60)
        eventually(lambda: is_free(lock), "the store is free")
        eventually(lambda: not Path(f"/proc/{children[0]}").exists(), "the process has ended")
    finally:
        demo.kill()
        demo.wait(60)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    assert log.read_text().count("another process owns the store") == 1
