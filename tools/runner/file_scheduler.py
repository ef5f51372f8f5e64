"""A scheduler of pytest-xdist: files that share something stay together, and few costly ones run at once.

Files come in the order of the tests, the longest first. A worker that has started a shared fixture, such as
a Kafka broker, goes on with files that use it, so that few workers start one. A test of the whole product
starts a dozen processes; with as many such tests as workers, each takes four times as long.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from tools.runner.recorded_costs import OF_FOLDERS, UNKNOWN, Cost, recorded_costs

WHOLE_PRODUCT: Final = ("tests/whole/", "tests/torture/")
"""The folders whose files start the whole product."""
AT_ONCE: Final = 2
"""How many of their files run at once, as long as there are others."""
AT_MOST: Final = 3
"""How many run at once when nothing else is left: with five, a machine of 24 GB had no memory left."""
HOSTS: Final = 2
"""How many workers start the same shared fixture, as long as they have something else to do."""


class FewAtOnce(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Gives a worker the next file."""

    def __init__(self, *arguments: Any, costs: Mapping[str, Cost] | None = None) -> None:
        super().__init__(*arguments)
        self._costs = recorded_costs() if costs is None else costs
        self._waiting: set[WorkerController] = set()

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Go on, also with workers that wait until a costly file has ended."""
        super().mark_test_complete(node, item_index, duration)
        for other in self._waiting & self.assigned_work.keys():
            self._reschedule(other)

    def _assign_work_unit(self, node: WorkerController) -> None:
        running = sum(
            other is not node
            and any(_is_costly(file) and not all(tests.values()) for file, tests in files.items())
            for other, files in self.assigned_work.items()
        )
        others = [self._uses_of(files) for other, files in self.assigned_work.items() if other is not node]
        own = self._uses_of(self.assigned_work[node])
        chosen = next_file(self.workqueue, running, own, others, self._costs)
        if chosen is None:
            self._waiting.add(node)
            return
        self._waiting.discard(node)
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)

    def _uses_of(self, files: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self._costs.get(file, UNKNOWN).uses for file in files))


def next_file(
    files: Iterable[str],
    running: int,
    own: frozenset[str] = frozenset(),
    others: Iterable[frozenset[str]] = (),
    costs: Mapping[str, Cost] | None = None,
) -> str | None:
    """Return the file that a worker runs next; None if it waits until a costly one has ended.

    Args:
        files: Those that wait, in their order; at least one.
        running: How many costly files other workers run.
        own: The shared fixtures that this worker has started.
        others: Those of each other worker.
        costs: What files use.
    """
    waiting = list(files)
    allowed = [file for file in waiting if running < AT_ONCE or not _is_costly(file)]
    if not allowed and running < AT_MOST:
        allowed = waiting
    started = list(others)

    def rank(file: str) -> int:
        uses = (costs or {}).get(file, UNKNOWN).uses
        if uses and uses <= own:
            return 0 if uses & OF_FOLDERS else 1
        hosts = max((sum(fixture in other for other in started) for fixture in uses - own), default=0)
        return 2 if hosts < HOSTS else 3

    return min(allowed, key=rank, default=None)


def _is_costly(file: str) -> bool:
    return file.startswith(WHOLE_PRODUCT)
