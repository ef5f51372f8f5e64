"""`furlong new block`: what it writes passes its own tests and the checks of all blocks, as it is."""

import json
import re
from pathlib import Path
from typing import Final

import jsonschema
import pytest
import yaml

from tests.support.processes.running_furlong import Programs, programs_in
from tests.support.repository_files import ROOT

from .checkouts import run

CONTRACT_BROKEN: Final = "from subgraphs.club.models import METADATA as OTHERS\n"
pytestmark = pytest.mark.usefixtures("processes")


@pytest.fixture(scope="module")
def checkout(copied: Path) -> Path:
    """Return a checkout with one block more."""
    with programs_in(copied) as programs:
        said = programs.run("new", "block", "parcels", "--checkout", str(copied))
    assert "subgraphs/parcels/schema.py" in said
    return copied


def test_it_passes_its_own_tests_and_those_of_all_blocks(checkout: Path) -> None:
    """It is found by its line; each of its tables has one that can be right, and its processes are run."""
    conventions = ("tests/conventions/test_recovery_sources.py", "tests/conventions/test_table_rules.py")
    processes = (
        "tests/deploy/test_systemd_units.py::test_the_target_wants_the_consumer_of_each_block",
        "tests/deploy/test_systemd_units.py::test_secrets_are_only_where_they_are_needed",
        "tests/deploy/test_systemd_units.py::test_no_two_units_share_an_address",
        "tests/deploy/test_helm_chart.py::test_the_chart_has_every_consumer_and_worker",
        "tests/monitoring/test_alert_rules.py::test_every_process_is_on_the_list",
    )
    files = ("tests/parcels", "tests/kit/test_blocks.py", *conventions, *processes)
    ended = run(checkout, "pytest", "-q", "-k", "not mariadb and not runbook and not page", *files)
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert not re.search("no tests ran|skipped", ended.stdout), ended.stdout


def test_it_reads_as_our_code_does(checkout: Path) -> None:
    """Its lines are broken and its imports ordered, whatever its name."""
    files = ("subgraphs/parcels", "consumers/parcels", "tests/parcels")
    assert run(checkout, "ruff", "check", *files).stdout == "All checks passed!\n"
    assert run(checkout, "ruff", "format", "--check", *files).returncode == 0
    written = [path.read_text() for file in files for path in (checkout / file).rglob("*.py")]
    assert not [text for text in written if re.search("[Nn]ote|NOTE", text)]


def test_the_import_contracts_cover_it(checkout: Path) -> None:
    """Without an edit: it may not import another block."""
    kept = run(checkout, "lint-imports")
    assert kept.returncode == 0, kept.stdout[-3000:]
    repository = checkout / "subgraphs/parcels/repository.py"
    repository.write_text(repository.read_text() + CONTRACT_BROKEN)
    broken = run(checkout, "lint-imports")
    assert broken.returncode == 1
    assert "subgraphs.parcels.repository -> subgraphs.club.models" in broken.stdout


def test_the_chart_takes_its_processes(checkout: Path) -> None:
    """Its values are as their schema says, whatever a block's worker is called."""
    chart = checkout / "deploy/helm/furlong"
    values = yaml.safe_load((chart / "values.yaml").read_text())
    assert "parcels-retention" in values["workers"]
    jsonschema.validate(values, json.loads((chart / "values.schema.json").read_text()))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("club",), "there is a block club already"),
        (("kit",), "there is a block kit already"),
        (("Parcels",), "cannot name a block"),
        (("class",), "cannot name a block"),
        (("wallet", "--thing", "wallet"), "cannot name a row of wallet"),
        (("providers", "--checkout", str(ROOT)), "there is simulator/providers already"),
        (("parcels", "--checkout", "."), "is no checkout of Furlong"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    """Before anything is written."""
    programs = Programs(tmp_path)
    assert why in programs.refused("new", "block", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_twice(checkout: Path) -> None:
    """A second time, the block is there; its files stay as somebody may have changed them."""
    model = checkout / "subgraphs/parcels/models.py"
    before = model.read_text()
    said = Programs(checkout).refused("new", "block", "parcels", "--checkout", str(checkout))
    assert "already" in said
    assert model.read_text() == before
