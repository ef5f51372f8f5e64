"""`furlong new provider`: what it writes passes the tests of all adapters, as it is."""

from pathlib import Path

import pytest

from tests.support.processes.running_furlong import Programs

from .checkouts import run

pytestmark = pytest.mark.usefixtures("processes")


@pytest.mark.parametrize("like", ["sportsbook", "wallet"])
def test_it_passes_the_tests_of_all_adapters(copied: Path, like: str) -> None:
    """It pays each kind of reward of its sort of company, through each fault."""
    name = f"{like}two"
    said = Programs(copied).run("new", "provider", name, "--like", like, "--checkout", str(copied))
    assert f"simulator/providers/apis/{name}.py" in said
    ended = run(copied, "pytest", "-q", "-k", name, "tests/subgraphs/fulfilment/test_failing_providers.py")
    assert ended.returncode == 0, ended.stdout[-3000:]
    files = [line for line in said.splitlines() if line.endswith(".py")]
    assert run(copied, "ruff", "check", *files).returncode == 0
    assert run(copied, "ruff", "format", "--check", *files).returncode == 0


def test_any_number_of_them_is_listed(copied: Path) -> None:
    """Also once the line that imports them is broken."""
    for number in range(1, 7):
        Programs(copied).run("new", "provider", f"loyalty{number}", "--checkout", str(copied))
    tried = "from subgraphs.fulfilment.providers.adapters import Adapter; print(Adapter('loyalty6').name)"
    assert run(copied, "python", "-c", tried).stdout == "LOYALTY6\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("sportsbook",), "there is simulator/providers/apis/sportsbook.py already"),
        (("class",), "cannot name a provider"),
        (("loyalty", "--like", "bank"), "has no adapter bank"),
    ],
)
def test_a_name_that_cannot_be_is_refused(copied: Path, arguments: tuple[str, ...], why: str) -> None:
    """Before anything is written."""
    assert why in Programs(copied).refused("new", "provider", *arguments, "--checkout", str(copied))
    assert not (copied / "simulator/providers/apis/loyalty.py").exists()
