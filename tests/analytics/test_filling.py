"""What a reader hears while a store is filled for the first time; a dead process is not believed."""

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.errors import StillFilling
from analytics.filling import FILE, FIRST, FillingFile, filling_of
from analytics.questions.sandbox import Question, ask
from analytics.settings import AnalyticsSettings

COUNT = Question("SELECT 1")


def test_a_question_is_answered_by_how_far_the_store_is_filled(tmp_path: Path) -> None:
    """As long as the process that said so is alive; there is no file of the machine in the sentence."""
    filling = FillingFile(tmp_path / "analytics")
    filling.say(43, "24 of 56 days are there")
    with pytest.raises(
        StillFilling, match=r"^History is being filled: 43 % so far, 24 of 56 days are there\."
    ):
        ask(COUNT, AnalyticsSettings(folder=filling.folder))
    filling.end()
    assert filling_of(filling.folder) is None


def test_what_a_process_said_that_is_gone_holds_no_more(processes: None, tmp_path: Path) -> None:
    """It was killed while it filled the store: its file says nothing."""
    program = [sys.executable, "-c", "import os; print(os.getpid())"]
    gone = subprocess.run(program, capture_output=True, check=True)
    said = {"process": int(gone.stdout), "percent": 20, "step": "nothing"}
    (tmp_path / FILE).write_text(json.dumps(said), encoding="utf-8")
    assert filling_of(tmp_path) is None


def test_a_store_whose_owner_has_only_begun_says_that_it_fills(tmp_path: Path) -> None:
    """The owner has it open and has published nothing: no error of the operating system, but a sentence."""
    with (tmp_path / "owner.lock").open("w") as owned:
        fcntl.flock(owned, fcntl.LOCK_EX)
        with pytest.raises(StillFilling, match=FIRST):
            ask(COUNT, AnalyticsSettings(folder=tmp_path))
