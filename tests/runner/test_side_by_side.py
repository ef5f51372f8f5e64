"""Files of tests are handed out so that few of those which start the whole product run at once."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tools.runner.file_scheduler import AT_MOST, AT_ONCE, HOSTS, WHOLE_PRODUCT, FewAtOnce, next_file
from tools.runner.recorded_costs import OF_FOLDERS, Cost, recorded_costs
from tools.runner.side_by_side import SideBySide

WORKERS = 4
COSTLY = [f"{WHOLE_PRODUCT[0]}test_{number}.py" for number in range(5)]
CHEAP = [f"tests/kit/test_{number}.py" for number in range(9)]


@dataclass(eq=False)
class Worker:
    """A worker of pytest-xdist that remembers what it is given."""

    gateway: Any = field(default_factory=lambda: SimpleNamespace(id="a worker"))
    given: list[int] = field(default_factory=list)
    shutting_down: bool = False

    def send_runtest_some(self, indices: list[int]) -> None:
        """Take tests to run."""
        self.given += indices

    def shutdown(self) -> None:
        """Take no more tests."""
        self.shutting_down = True


def test_costly_files_are_passed_over_while_enough_of_them_run() -> None:
    """They come first otherwise, as ordered, and when nothing else is left."""
    assert next_file([*COSTLY, *CHEAP], AT_ONCE - 1) == COSTLY[0]
    assert next_file([*COSTLY, *CHEAP], AT_ONCE) == CHEAP[0]
    assert next_file(COSTLY, AT_MOST - 1) == COSTLY[0]
    assert next_file(COSTLY, AT_MOST) is None


def test_a_worker_goes_on_with_what_it_has_started() -> None:
    """Others start the same only if few have, or if nothing else waits."""
    broker = frozenset({"kafka"})
    costs = {CHEAP[1]: Cost(9.0, broker), CHEAP[3]: Cost(8.0, broker)}
    assert next_file(CHEAP, 0, broker, [], costs) == CHEAP[1]
    assert next_file(CHEAP[1:], 0, frozenset(), [broker] * (HOSTS - 1), costs) == CHEAP[1]
    assert next_file(CHEAP[1:], 0, frozenset(), [broker] * HOSTS, costs) == CHEAP[2]
    assert next_file(list(costs), 0, frozenset(), [broker] * HOSTS, costs) == CHEAP[1]
    costs[CHEAP[4]] = Cost(7.0, OF_FOLDERS)
    assert next_file(CHEAP, 0, broker | OF_FOLDERS, [], costs) == CHEAP[4]  # or its demo would end


def test_recorded_files_exist() -> None:
    """A file that was moved or removed is recorded anew."""
    gone = [file for file in recorded_costs() if not Path(file).exists()]
    assert not gone, "run make test-all ARGS=--record-costs"


@given(st.data())
def test_few_costly_files_run_at_once_and_every_test_is_run_once(data: st.DataObject) -> None:
    """Whatever ends first; only when nothing else waits, there is one more, and the other workers wait.

    A worker keeps its last test until it is given more, or told that there is no more.
    """
    tests = [f"{file}::test_{number}" for file in [*COSTLY, *CHEAP] for number in range(4)]
    options = SimpleNamespace(
        getvalue=lambda _: [f"{WORKERS}*popen"], option=SimpleNamespace(loadscopereorder=False)
    )
    scheduler = FewAtOnce(as_any(options))
    workers = [Worker() for _ in range(WORKERS)]
    for worker in workers:
        scheduler.add_node(as_any(worker))
        scheduler.add_node_collection(as_any(worker), tests)
    scheduler.schedule()
    ended = dict.fromkeys(workers, 0)
    while busy := [
        worker for worker in workers if ended[worker] + (not worker.shutting_down) < len(worker.given)
    ]:
        worker = data.draw(st.sampled_from(busy))
        waiting = set(scheduler.workqueue)
        scheduler.mark_test_complete(as_any(worker), worker.given[ended[worker]])
        ended[worker] += 1
        running = [
            tests[at_work.given[ended[at_work]]] for at_work in workers if ended[at_work] < len(at_work.given)
        ]
        costly = sum(test.startswith(WHOLE_PRODUCT) for test in running)
        assert costly <= AT_ONCE or (costly <= AT_MOST and not waiting & set(CHEAP))
    assert sorted(index for worker in workers for index in worker.given) == list(range(len(tests)))


def test_it_schedules_where_files_are_distributed() -> None:
    """Other ways to distribute tests stay as they are."""
    assert isinstance(_scheduler("loadfile"), FewAtOnce)
    assert _scheduler("worksteal") is None


def _scheduler(dist: str) -> Any:
    config = SimpleNamespace(
        getoption=lambda _: dist,
        getvalue=lambda _: ["2*popen"],
        option=SimpleNamespace(loadscopereorder=False),
    )
    return SideBySide().pytest_xdist_make_scheduler(as_any(config), None)


def as_any(value: object) -> Any:
    """Return a stand-in for one of pytest's or of pytest-xdist's own objects."""
    return value
