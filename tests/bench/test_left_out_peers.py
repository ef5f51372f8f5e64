"""A gateway of others that cannot be built is left out, with the reason; the others are measured."""

from pathlib import Path

import pytest

from bench.harness.tools import ToolMissingError
from bench.peers import hive_router
from bench.planning import supergraphs
from tools.runner.coverage.recording import VARIABLE


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize(
    ("cargo", "reason"),
    [
        pytest.param(None, "needs cargo", id="no cargo"),
        pytest.param("exit 1", "needs cargo with a nightly", id="no nightly compiler"),
        pytest.param('[ "$2" = --version ]', "could not be built", id="the build fails"),
    ],
)
def test_a_router_that_cannot_be_built_is_left_out(
    cargo: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The benchmark goes on, and its results say why."""
    if cargo is not None:
        program = tmp_path / "cargo"
        program.write_text(f"#!/bin/sh\n{cargo}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hive_router, "PROGRAM", tmp_path / "nothing")
    left_out = hive_router.install_peers([hive_router.NAME])
    assert left_out.keys() == {hive_router.NAME}
    assert reason in left_out[hive_router.NAME]


def test_a_router_that_is_built_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything installed for peers that nobody wants."""
    program = tmp_path / hive_router.NAME
    program.touch()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(hive_router, "PROGRAM", program)
    assert hive_router.install_peers([hive_router.NAME]) == {}
    assert hive_router.install_peers([]) == {}


@pytest.mark.usefixtures("processes")
def test_a_machine_where_composition_cannot_be_installed_is_told_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`planning` installs what it needs first."""
    set_up = tmp_path / "tools" / "set_up"
    set_up.mkdir(parents=True)
    (tmp_path / "tools" / "__init__.py").touch()
    (set_up / "__main__.py").write_text("import sys\nsys.exit(sys.argv[1:] == ['npm'])\n")
    monkeypatch.setattr(supergraphs, "ROOT", tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)  # a measured process has imported the real `tools`
    with pytest.raises(ToolMissingError, match="run make web/node_modules"):
        supergraphs.install_composition()
