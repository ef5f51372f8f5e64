"""A scheduler of pytest-xdist that hands out files of tests to the workers, few costly ones at once.

A test of the whole product starts a dozen processes, which cost a third of a core while they wait. With as
many such tests as workers, that is more than two cores have, and each takes four times as long.
"""

from collections.abc import Iterable
from typing import Final

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WHOLE_PRODUCT: Final = ("tests/whole/", "tests/torture/")
"""The folders whose files start the whole product."""
AT_ONCE: Final = 2
"""How many of their files run at once, as long as there are others."""


class FewAtOnce(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Gives a worker the next file, but passes over the costly ones while enough of them run."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        running = sum(
            other is not node
            and any(_is_costly(file) and not all(tests.values()) for file, tests in files.items())
            for other, files in self.assigned_work.items()
        )
        self.workqueue.move_to_end(next_file(self.workqueue, running), last=False)
        super()._assign_work_unit(node)


def next_file(files: Iterable[str], running: int) -> str:
    """Return the file to run next.

    Args:
        files: Those that wait, in their order; at least one.
        running: How many costly files other workers run.
    """
    waiting = list(files)
    return next((file for file in waiting if running < AT_ONCE or not _is_costly(file)), waiting[0])


def _is_costly(file: str) -> bool:
    return file.startswith(WHOLE_PRODUCT)
