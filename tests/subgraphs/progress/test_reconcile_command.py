"""The commands that compare totals with contributions and list late revisions, as an operator runs them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from furlong.cli import app
from subgraphs.progress.models import PROGRESS
from tests.support.consumers.progress_reducer import Reducer, opened_reducer
from tests.support.consumers.sample_messages import bet

LATE = "2026-05-17T18:00:00Z"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A progress database with two bets, one of them voided too late."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    async def fill(reducer: Reducer) -> None:
        await reducer.bets(bet(), bet(bet_id="b-2"))
        await reducer.bets(bet(bet_revision=2, status="void", occurred_at=LATE))

    asyncio.run(_with(url, fill))
    return url


async def _with(url: str, work: Callable[[Reducer], Awaitable[None]]) -> None:
    async with opened_reducer(url) as reducer:
        await work(reducer)


def _plant(url: str) -> None:
    async def plant(reducer: Reducer) -> None:
        async with reducer.database.write() as connection:
            await connection.execute(update(PROGRESS).values(total_minor=7))

    asyncio.run(_with(url, plant))


def furlong(*arguments: str) -> Result:
    """Return the result of `furlong ARGUMENTS`."""
    return CliRunner().invoke(app, arguments)


@pytest.mark.usefixtures("installed")
def test_without_drift_the_command_says_so() -> None:
    """It exits with 0."""
    ended = furlong("reconcile", "progress")
    assert (ended.exit_code, ended.output) == (
        0,
        "No drift: every total is the sum of its contributions.\n",
    )


def test_planted_drift_is_told_and_then_mended(installed: str) -> None:
    """A run that only compares exits with 1, so that a job can alarm."""
    _plant(installed)
    told = furlong("reconcile", "progress", "--brand", "northbet", "--week", "2026-W13")
    assert told.exit_code == 1
    assert "drift  northbet  2026-W13  c-1: stored £0.07 by 2 bets" in told.output
    assert "contributions £10.00 by 2 bets" in told.output
    mended = furlong("reconcile", "progress", "--repair")
    assert (mended.exit_code, mended.output.startswith("repaired")) == (0, True)
    assert furlong("reconcile", "progress").exit_code == 0


@pytest.mark.usefixtures("installed")
def test_what_came_too_late_is_listed() -> None:
    """The list says what it counts, what it would count, and when it came about."""
    ended = furlong("review", "late", "--week", "2026-W13")
    assert ended.exit_code == 0
    heads, row = [" ".join(line.split()) for line in ended.output.splitlines()]
    assert heads == "brand week customer bet revision counts would count as came (UTC) closed (UTC)"
    assert row.startswith("northbet 2026-W13 (23 Mar) c-1 b-1 2 £5.00 £0.00 VOID 20")
    assert furlong("review", "late", "--week", "2026-W14").output == "Nothing waits.\n"
    [told] = json.loads(furlong("review", "late", "--json").output)
    assert (told["bet_id"], told["counted_minor"], told["would_count_minor"]) == ("b-1", 500, 0)
    assert datetime.fromisoformat(told["closed_at"]).tzinfo is not None
    assert json.loads(furlong("review", "late", "--week", "2026-W14", "--json").output) == []


@pytest.mark.usefixtures("installed")
def test_a_person_decides_about_what_came_too_late() -> None:
    """The command says what the bet counts now; then the queue is empty."""
    decision = ("northbet", "b-1", "2", "--by", "ann", "--reason", "seen the slip")
    assert (
        furlong("review", "late", "accept", *decision).output
        == "b-1 revision 2 counts £0.00 in week 2026-W13 (23 Mar).\n"
    )
    assert furlong("review", "late").output == "Nothing waits.\n"
    again = furlong("review", "late", "reject", *decision)
    assert (again.exit_code, "is not in the review queue" in again.output) == (1, True)


def test_a_person_decides_whose_a_disputed_bet_is(installed: str) -> None:
    """The list names the claimants; another customer is refused, and a decision is final."""
    assert furlong("review", "disputed").output == "Nothing waits.\n"

    async def claim(reducer: Reducer) -> None:
        await reducer.bets(bet(bet_id="b-2", customer_id="c-2"))

    asyncio.run(_with(installed, claim))
    assert furlong("review", "disputed", "--brand", "northbet").output == (
        "brand     week               bet  claimed by\nnorthbet  2026-W13 (23 Mar)  b-2  c-1, c-2\n"
    )
    [told] = json.loads(furlong("review", "disputed", "--json").output)
    assert (told["bet_id"], told["customers"]) == ("b-2", ["c-1", "c-2"])
    word = ("--by", "ann", "--why", "asked the upstream")  # the former name of --reason
    stranger = furlong("review", "disputed", "assign", "northbet", "b-2", "c-3", *word)
    assert (stranger.exit_code, "claimed by c-1, c-2" in stranger.output) == (1, True)
    given = furlong("review", "disputed", "assign", "northbet", "b-2", "c-2", *word)
    assert given.output == "b-2 of northbet is c-2's.\n"
    assert furlong("review", "disputed").output == "Nothing waits.\n"
    again = furlong("review", "disputed", "assign", "northbet", "b-2", "c-1", *word)
    assert (again.exit_code, "ann gave b-2 of northbet to c-2" in again.output) == (1, True)
    assert furlong("reconcile", "progress").exit_code == 0


def test_without_a_database_the_commands_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They print no traceback."""
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/none")
    for arguments in (("reconcile", "progress"), ("review", "late")):
        ended = furlong(*arguments)
        assert ended.exit_code == 1
        assert "furlong db upgrade" in ended.output
