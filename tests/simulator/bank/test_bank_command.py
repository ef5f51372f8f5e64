"""`furlong simulator bank`, as a process that is stopped, and killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from simulator.bank.folders import SENT
from simulator.cli import cli
from tests.simulator.bank.bank_customer import PaymentFile, send, statements
from tests.support.payments.bank_documents import THEIRS

ROOT = Path(__file__).resolve().parents[3]
MAX_SECONDS = 20


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command, and yield its process and the address of control requests."""
    command = [sys.executable, "-m", "simulator", "bank", "--folder", str(folder), "--control", "0"]
    with subprocess.Popen(
        [*command, "--account", THEIRS, "--currency", "GBP", "--opening", "5000"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


@pytest.mark.usefixtures("processes")
def test_a_killed_bank_forgets_nothing(tmp_path: Path) -> None:
    """What it booked before it was killed is in the statement; SIGTERM stops it in good order."""
    file = PaymentFile(message_id="m1", payments={"p1": 700}, account=THEIRS, currency="GBP")
    with running(tmp_path) as (process, control):
        send(tmp_path, "m1.xml", file.document())
        end = time.monotonic() + MAX_SECONDS
        while not httpx.get(f"{control}/state").json()["files"] and time.monotonic() < end:
            time.sleep(0.05)
        process.kill()
        process.wait()
    with running(tmp_path) as (process, control):
        httpx.post(f"{control}/days").raise_for_status()
        [statement] = statements(tmp_path)
        assert (statement.account, statement.currency, statement.closing) == (THEIRS, "GBP", 4_300)
        assert [entry.part for entry in statement.entries] == ["p1"]
        assert [path.name for path in (tmp_path / SENT).iterdir()] == ["m1.xml"]
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"
        assert process.wait() == 0


@pytest.mark.parametrize(
    "options", [("--account", "nobody"), ("--currency", "XXX"), ("--opening", str(10**16))]
)
def test_what_no_bank_would_open_is_said(tmp_path: Path, options: tuple[str, str]) -> None:
    """A wrong account, currency or amount ends the command with the options that are wrong."""
    ended = CliRunner().invoke(cli, ["bank", "--folder", str(tmp_path), "--control", "0", *options])
    assert ended.exit_code == 2
    assert options[0] in ended.output


def told(program: str) -> str:
    """Return what a program prints."""
    command, environment = [sys.executable, "-c", program], {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.usefixtures("processes")
def test_only_the_bank_needs_its_package(tmp_path: Path) -> None:
    """Other commands do not load it; without it, the command says how to install it."""
    assert "False" in told("import sys, simulator.cli; print('lxml' in sys.modules)")
    arguments = ["bank", "--folder", str(tmp_path), "--control", "0"]
    program = (
        "import sys; sys.modules['lxml'] = None\n"
        "from typer.testing import CliRunner\nfrom simulator.cli import cli\n"
        f"print(CliRunner().invoke(cli, {arguments!r}).output)"
    )
    assert "pip install 'furlong[payments]'" in told(program)
