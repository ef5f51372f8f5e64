"""The image: both ways to build it agree with each other, with the chart and with the locked dependencies."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "deploy" / "image"
BUILD: Final = (FOLDER / "build.sh").read_text()
CONTAINERFILE: Final = (FOLDER / "Containerfile").read_text()


def locked(file: Path) -> dict[str, str]:
    """Return the names and versions of a lock."""
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", file.read_text(), re.MULTILINE))


def test_an_installation_has_the_versions_that_are_tested() -> None:
    """The lock of installations is the lock of development without what only development needs."""
    everything, installed = locked(ROOT / "requirements-dev.lock"), locked(ROOT / "requirements.lock")
    assert installed.items() < everything.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.match(r"[\w.-]+", dependency)[0] for dependency in project["dependencies"]}  # type: ignore[index]
    assert needed <= installed.keys()
    assert {"pytest", "mypy", "ruff"}.isdisjoint(installed)


def test_every_package_has_hashes() -> None:
    """Pip refuses to install anything else."""
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "--require-hashes" in BUILD
    assert "--require-hashes" in CONTAINERFILE


def test_the_image_runs_as_the_charts_user() -> None:
    """A volume that the chart makes writable is so for the image's user."""
    pod = (ROOT / "deploy" / "helm" / "furlong" / "templates" / "_pod.tpl").read_text()
    (user,) = re.findall(r"runAsUser: (\d+)", pod)
    assert f"--config.user {user}:{user}" in BUILD
    assert f"USER {user}:{user}" in CONTAINERFILE
    assert int(user) > 0


def test_both_ways_start_the_same_program_in_the_same_folder() -> None:
    """Entry point, working folder and path are equal."""
    (folder,) = re.findall(
        r"workingDir: (\S+)", (ROOT / "deploy/helm/furlong/templates/_pod.tpl").read_text()
    )
    assert f"--config.workingdir {folder}" in BUILD
    assert f"WORKDIR {folder}" in CONTAINERFILE
    assert "--config.entrypoint /opt/furlong/bin/furlong" in BUILD
    assert 'ENTRYPOINT ["/opt/furlong/bin/furlong"]' in CONTAINERFILE
    (path,) = re.findall(r"--config.env (PATH=\S+)", BUILD)
    assert path in CONTAINERFILE


def test_the_charts_image_is_of_this_version() -> None:
    """The default tag is the version of the program."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    values = yaml.safe_load((ROOT / "deploy" / "helm" / "furlong" / "values.yaml").read_text())
    chart = yaml.safe_load((ROOT / "deploy" / "helm" / "furlong" / "Chart.yaml").read_text())
    assert values["image"]["tag"] == chart["appVersion"] == version


@pytest.mark.parametrize("script", ["build.sh", "try.sh"])
def test_scripts_parse(script: str) -> None:
    """The shell accepts them."""
    assert subprocess.run(["bash", "-n", FOLDER / script], check=False).returncode == 0


@pytest.mark.usefixtures("processes")
def test_the_program_starts_with_nothing_but_its_own_packages(tmp_path: Path) -> None:
    """The image's entry point imports Furlong from its folder, isolated from the environment."""
    program = (FOLDER / "furlong").read_text()
    assert program.startswith("#!/usr/bin/python3 -I\n")
    (tmp_path / "furlong").mkdir()
    (tmp_path / "furlong" / "cli.py").write_text("def app() -> None:\n    print('started')\n")
    started = program.replace("/opt/furlong/lib", str(tmp_path))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", started], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "started\n"


def test_a_worker_process_does_not_start_the_program_again() -> None:
    """Processes of `furlong serve --workers 2` import the entry point under another name."""
    program = compile((FOLDER / "furlong").read_text(), "furlong", "exec")
    before = list(sys.path)
    try:
        exec(program, {"__name__": "__mp_main__"})  # noqa: S102 - the project's own script
    finally:
        sys.path[:] = before
