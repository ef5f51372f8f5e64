"""A benchmark in which nothing moves ends, and says what it waited for."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from tests.support.repository_files import ROOT

pytestmark = pytest.mark.usefixtures("processes")

PROGRAM: Final = """
from pathlib import Path
import asyncio, os, signal, time, uvloop
from bench.consumer.contender import run_contender
from bench.harness import standstill
from bench.harness.options import SMALLEST, Form
from bench.harness.runner import run_benchmark
from bench.harness.servers import free_port, running_servers
from bench.harness.standstill import wait_for

def run(_options, folder):
    {body}

run_benchmark(run, None, Form(SMALLEST, Path(), 1.0))
"""


def stand_still(body: str) -> subprocess.CompletedProcess[str]:
    """Run a benchmark whose patience is a second."""
    program = PROGRAM.replace("{body}", dedent(body).replace("\n", "\n    "))
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_server_that_never_answers_is_named_with_its_last_lines() -> None:
    """And it is stopped."""
    ended = stand_still(
        """
        (folder / "mute.log").write_text("I look for nobody.\\n")
        with running_servers(folder) as servers:
            servers.start("mute", ["sh", "-c", "echo my id is $$ >&2; exec sleep 300"], free_port())
        """
    )
    assert ended.returncode == 1
    assert "nothing has moved for 1 s while it waited for mute to answer" in ended.stderr
    assert "The last lines of mute.log:\nI look for nobody.\n" in ended.stderr
    for process in re.findall(r"my id is (\d+)", ended.stderr):
        assert not Path(f"/proc/{process}").exists()


def test_a_contender_that_commits_nothing_more_is_told_with_its_count() -> None:
    """As a consumer is that lacks a topic; what it says beside its counts is no progress."""
    ended = stand_still(
        """
        log = folder / "ours.log"
        log.write_text("I lack a topic.\\n")
        script = "echo 12; while sleep 0.2; do echo I still lack it.; echo I lack it. >&2; done"
        run_contender("ours", ["sh", "-c", script], dict(os.environ), log, 100)
        """
    )
    assert ended.returncode == 1
    assert re.search(r"waited for ours to commit messages: (0|12) of 100 so far", ended.stderr)
    assert "The last lines of ours.log:\n" in ended.stderr
    assert re.search("^I (still )?lack (a topic|it).$", ended.stderr, re.MULTILINE)


def test_a_contender_that_fails_is_told_with_its_last_lines() -> None:
    """It does not take a minute, and no traceback of ours hides them."""
    ended = stand_still(
        """
        script = "echo the table lacks a column >&2; exit 3"
        run_contender("ours", ["sh", "-c", script], dict(os.environ), folder / "ours.log", 100)
        """
    )
    assert ended.returncode == 1
    assert ended.stderr == "bench: ours ended with 3:\nthe table lacks a column\n"


@pytest.mark.parametrize("loop", ["asyncio.run", "uvloop.run"])
def test_an_event_loop_in_which_nothing_happens_ends(loop: str) -> None:
    """Even if its tasks take each error for one that they may survive."""
    ended = stand_still(
        f"""
        async def forever():
            while True:
                try:
                    await asyncio.sleep(300)
                except Exception:
                    pass
        wait_for("Godot")
        {loop}(forever())
        """
    )
    assert ended.returncode == 1
    assert "bench: nothing has moved for 1 s while it waited for Godot" in ended.stderr


def test_a_wait_that_is_known_to_last_is_no_standstill() -> None:
    """Nor are many short ones, each with a step further."""
    ended = stand_still(
        """
        wait_for("a measurement", seconds=300)
        time.sleep(1.5)
        for step in range(20):
            wait_for(f"step {step}", seconds=60)
            time.sleep(0.1)
        """
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_what_no_signal_reaches_ends_with_the_place_where_it_hangs() -> None:
    """As a call of C may be that never returns."""
    ended = stand_still(
        """
        standstill.CLEANING_SECONDS = 1.0
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        wait_for("nothing")
        time.sleep(300)
        """
    )
    assert ended.returncode == 1
    assert "in run_benchmark" in ended.stderr
