"""The counts of the hot paths, and the budgets that they are compared with."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
from datetime import date

import pytest

from bench.counts.budgets import FILE, MEASURES, BudgetError, Budgets
from bench.counts.counting import Counting, stand_in, system_call
from bench.counts.doubles import StoppedLoop
from bench.counts.paths import PATHS
from bench.harness.servers import ROOT

EARLIER, TODAY = date(2026, 1, 1), date(2026, 2, 2)
RAISED = 110


def _work(times: int) -> int:
    return sum(len(_text(number)) for number in range(times))


def _text(number: int) -> str:
    return str(number)


def _idle() -> None:
    pass


async def _waits(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


@stand_in
def _written_in_c() -> None:
    system_call()


def _file(budget: int = 100, best: int = 100, bought: str = "") -> str:
    lines = [f"{name} = {{ budget = {budget}, best = {best}, on = {EARLIER} }}" for name in MEASURES]
    return "\n".join(['python = "3.11"', "[path]", *lines, bought])


def _bought(what: str, up_to: int) -> str:
    numbers = [f"{name} = {up_to}" for name in MEASURES]
    return "\n".join(["[[path.bought]]", f"on = {EARLIER}", f"what = '{what}'", *numbers])


def _totals(count: int) -> dict[str, dict[str, int]]:
    return {"path": dict.fromkeys(MEASURES, count)}


def test_each_call_is_counted_once() -> None:
    """A generator is called again each time that it goes on; types that are called are no functions."""
    with Counting() as counting:
        _work(3)
    names = {code.co_name: times for code, times in counting.calls.items()}
    assert names == {"_work": 1, "<genexpr>": 4, "_text": 3}
    assert counting.c_calls == {"builtins.sum": 1, "builtins.len": 3}


def test_each_instruction_is_counted_once() -> None:
    """An empty function loads None and returns it."""
    with Counting() as counting:
        _idle()
        _idle()
    assert counting.opcodes == {_idle.__code__: 4}


def test_a_coroutine_is_called_each_time_that_it_goes_on() -> None:
    """Each time that it waits costs another call."""

    def calls(turns: int) -> int:
        with asyncio.Runner() as runner, Counting(opcodes=False) as counting:
            runner.run(_waits(turns))
        return counting.calls[_waits.__code__]

    assert [calls(turns) for turns in (0, 1, 5)] == [1, 2, 6]


def test_system_calls_of_python_and_of_doubles_are_counted() -> None:
    """A double stands for a function written in C, and may stand for a system call as well."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Counting() as counting:
        ours.send(b"x")
        theirs.recv(1)
        os.getpid()
    assert counting.system_calls == 3
    with Counting() as counting:
        _written_in_c()
    assert counting.system_calls == 1
    assert counting.c_calls == {"_written_in_c": 1}
    assert not counting.calls


def test_what_observed_before_observes_again() -> None:
    """Profilers, and the collection of garbage, go on after counting."""
    assert gc.isenabled()
    with Counting(opcodes=False) as outer:
        with Counting(opcodes=False) as inner:
            _idle()
            assert not gc.isenabled()
        _work(1)
    assert gc.isenabled()
    assert inner.calls.keys() == {_idle.__code__}
    assert _work.__code__ in outer.calls


def test_timers_do_not_come_due_while_time_stands_still() -> None:
    """Background work that waits for a timer runs beside no counted request."""
    due: list[str] = []

    async def wait() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StoppedLoop)
        loop.is_stopped = True
        loop.call_later(0, due.append, "stopped")
        loop.call_at(loop.time(), due.append, "stopped")
        loop.is_stopped = False
        loop.call_later(0.01, due.append, "going on")
        await asyncio.sleep(0.02)

    with asyncio.Runner(loop_factory=StoppedLoop) as runner:
        runner.run(wait())
    assert due == ["going on"]


@pytest.mark.parametrize(("count", "finding"), [(97, None), (101, None), (102, "over"), (96, "under")])
def test_counts_are_compared_with_budgets(count: int, finding: str | None) -> None:
    """One percent more is forgiven, and three percent less; a finding says what to do."""
    findings = Budgets.read(_file()).findings(_totals(count))
    assert len(findings) == (len(MEASURES) if finding else 0)
    for sentence in findings:
        assert sentence.startswith(f"path: {count} ")
        assert f" {finding} the budget of 100" in sentence
        assert ("make budgets" if finding == "under" else "--path path --by function") in sentence


def test_a_path_without_budget_is_found() -> None:
    """A new path must be added to the budgets."""
    assert Budgets.read('python = "3.11"').findings(_totals(5)) == [
        "path has no budget. Add it: make budgets"
    ]


@pytest.mark.parametrize("bought", ["", _bought(" ", RAISED), _bought("Deadlines.", RAISED - 1)])
def test_a_budget_is_not_raised_without_a_sentence(bought: str) -> None:
    """A budget above its best needs an entry that says what was bought, up to at least that number."""
    with pytest.raises(BudgetError, match=r"path: .* were 100 on 2026-01-01, and the budget is 110"):
        Budgets.read(_file(RAISED, bought=bought))


def test_a_raised_budget_says_what_was_bought() -> None:
    """It then holds, and its best is remembered."""
    budgets = Budgets.read(_file(RAISED, bought=_bought("Deadlines.", RAISED)))
    assert budgets.findings(_totals(RAISED)) == []
    assert budgets.paths["path"].measures["opcodes"].best == 100


def test_lowering_never_writes_a_higher_number() -> None:
    """What is lower becomes the budget, and the best with today's date; what is higher changes nothing."""
    budgets = Budgets.read(_file(RAISED, bought=_bought('Calls have a "deadline".', RAISED)))
    assert budgets.lowered(_totals(RAISED + 1), TODAY) == budgets
    cheaper = Budgets.read(budgets.lowered(_totals(105), TODAY).toml()).paths["path"].measures["opcodes"]
    assert (cheaper.budget, cheaper.best, cheaper.on) == (105, 100, EARLIER)
    cheapest = Budgets.read(budgets.lowered(_totals(90), TODAY).toml()).paths["path"].measures["opcodes"]
    assert (cheapest.budget, cheapest.best, cheapest.on) == (90, 90, TODAY)


def test_the_file_is_written_as_it_is_read() -> None:
    """Lowering changes the numbers only; every path has its budgets."""
    text = FILE.read_text(encoding="utf-8")
    budgets = Budgets.read(text)
    assert budgets.toml() == text
    assert budgets.paths.keys() == PATHS.keys()


@pytest.mark.lasting("two processes of their own count each call of a path")
@pytest.mark.usefixtures("processes")
def test_a_path_is_counted_alike_each_time() -> None:
    """The gateway's counts do not depend on the run or on the seed of hashes."""
    first, second = (_listed("gateway", seed) for seed in ("1", "2"))
    assert "Pool.ask" in first
    assert first == second


def _listed(path: str, seed: str) -> str:
    """Return the counts of a path by function, counted by a process of its own."""
    command = [sys.executable, "-m", "bench.counts", "--path", path, "--by", "function"]
    environment = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
