"""`make check` runs a check again when something that it reads has changed, when it failed, and in CI."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.checks import __main__ as command
from tools.checks.catalogue import CHECKS
from tools.checks.check import Check
from tools.checks.runner import Inputs, Runner

ROOT = Path(__file__).resolve().parents[2]
FAILS_ON_BAD = (
    "import pathlib, sys; text = pathlib.Path('a.txt').read_text(); print(text); sys.exit(text == 'bad')"
)
TEXTS = Check("texts", "group", (sys.executable, "-c", FAILS_ON_BAD), ("*.txt",), ignores=("old/*",))


@pytest.fixture
def repository(tmp_path: Path, processes: None) -> Path:
    """A repository with a text, an old text, and a page."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("passed/\nbuilt/\n")
    (tmp_path / "old").mkdir()
    for name in ("a.txt", "old/b.txt", "page.md"):
        (tmp_path / name).write_text("good")
    return tmp_path


def check(repository: Path, *checks: Check, everything: bool = False) -> tuple[list[str], str]:
    """Run checks, and return the names of those that failed, and what was said."""
    lines: list[str] = []
    runner = Runner(repository, repository / "passed", 2, everything=everything, say=lines.append)
    return asyncio.run(runner.run(checks or (TEXTS,))), "\n".join(lines)


def test_an_unchanged_check_is_not_run_again(repository: Path) -> None:
    """The first run takes its time, the second finds nothing changed, and one of everything runs again."""
    assert check(repository)[1].endswith(" s")
    assert check(repository) == ([], "texts        unchanged")
    assert check(repository, everything=True)[1].endswith(" s")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", "better", " s"),
        ("folder/new.txt", "new", " s"),
        ("a.txt", None, "FAILED"),
        ("old/b.txt", "older", "unchanged"),
        ("page.md", "new", "unchanged"),
    ],
)
def test_a_change_of_what_it_reads_runs_it_again(
    repository: Path, name: str, content: str | None, says: str
) -> None:
    """A file that is changed, added or removed counts if the check reads it, committed or not."""
    check(repository)
    file = repository / name
    file.parent.mkdir(exist_ok=True)
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    said = check(repository)[1]
    assert says in said if says == "FAILED" else said.endswith(says)


def test_a_built_file_counts_though_git_ignores_it(repository: Path) -> None:
    """A check that names built files runs again when they are built anew."""
    of_built = Check("built", "group", (sys.executable, "-c", ""), (), built=("built/*",))
    check(repository, of_built)
    assert "unchanged" in check(repository, of_built)[1]
    (repository / "built").mkdir()
    (repository / "built" / "page.js").write_text("new")
    assert "unchanged" not in check(repository, of_built)[1]


def test_a_failed_check_runs_again_and_shows_its_output(repository: Path) -> None:
    """It fails as long as nothing is mended, and a check beside it runs to its end."""
    (repository / "a.txt").write_text("bad")
    other = Check("other", "group", (sys.executable, "-c", ""), ("*.md",))
    for _ in range(2):
        failed, said = check(repository, TEXTS, other)
        assert failed == ["texts"]
        assert "FAILED" in said
        assert said.splitlines().count("bad") == 1
    assert "other        unchanged" in said
    (repository / "a.txt").write_text("good")
    assert check(repository)[0] == []


def test_another_command_is_another_check(repository: Path) -> None:
    """A check whose arguments change is run again, with the same files."""
    check(repository)
    stricter = Check("texts", "group", (sys.executable, "-c", "raise SystemExit(1)"), TEXTS.reads)
    assert check(repository, stricter)[0] == ["texts"]


def test_cancellation_stops_what_a_check_started(repository: Path) -> None:
    """A program that a check's program started ends with it."""
    child = "import time; time.sleep(600)"
    program = f"import subprocess, sys, pathlib; p = subprocess.Popen([sys.executable, '-c', {child!r}]); "
    program += "pathlib.Path('passed/pid.part').write_text(str(p.pid)); "
    program += "pathlib.Path('passed/pid.part').rename('passed/pid'); p.wait()"
    endless = Check("endless", "group", (sys.executable, "-c", program), ())
    pid = repository / "passed" / "pid"

    async def cancel() -> None:
        runner = Runner(repository, repository / "passed", 2, everything=False, say=print)
        task = asyncio.create_task(runner.run([endless]))
        while not pid.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    while _runs(int(pid.read_text())):
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    """Whether a process runs; one that ended and is not waited for does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize(
    ("arguments", "ci", "everything"), [([], "", False), ([], "true", True), (["--all"], "", True)]
)
def test_ci_runs_everything(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], ci: str, *, everything: bool
) -> None:
    """So does `--all`; names choose checks, and those of groups all of theirs."""
    ran: list[tuple[list[str], bool]] = []

    async def run(checks: list[Check], *, everything: bool) -> list[str]:
        ran.append(([each.name for each in checks], everything))
        return ["mypy"]

    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(command, "_run", run)
    assert command.main([*arguments, "docs", "web"]) == 1
    assert ran == [(["eslint", "vitest", "docs", "tsc", "codegen"], everything)]


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_every_check_reads_something(name: str) -> None:
    """Each program's own configuration and pins are among what it reads."""
    (found,) = (each for each in CHECKS if each.name == name)
    pins = "web/package-lock.json" if found.group == "web" else "requirements.lock"
    assert pins in set(Inputs(ROOT).files(found))


def test_what_a_check_remembers_counts_only_while_not_everything_is_checked(repository: Path) -> None:
    """A check is told to skip what it has seen, but where all checks run, as in CI, it reads everything."""
    tells = (sys.executable, "-c", "import pathlib, sys; pathlib.Path('told').write_text(sys.argv[-1])")
    remembering = Check("remembering", "group", (*tells, "all"), ("*.txt",), remembers=("rest",))
    check(repository, remembering)
    assert (repository / "told").read_text() == "rest"
    check(repository, remembering, everything=True)
    assert (repository / "told").read_text() == "all"


def test_a_check_may_tell_something_though_it_passes(repository: Path) -> None:
    """Others are one line."""
    told = Check(
        "told", "group", (sys.executable, "-c", "print('as heavy as before')"), ("*.txt",), tells=True
    )
    failed, said = check(repository, told)
    assert (failed, said.splitlines()[1:]) == ([], ["as heavy as before"])
