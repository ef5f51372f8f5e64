"""The wheel: it brings everything that the program reads, and runs where no repository is."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.processes.running_furlong import eventually, without_settings
from tools.server_process import free_port

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("web_installed")


@pytest.fixture
def installed(processes: None, tmp_path: Path) -> Path:
    """A folder with the contents of the wheel."""
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = wheels.glob("*.whl")
    folder = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.usefixtures("processes")
def test_the_wheel_runs_the_demo_from_any_folder(installed: Path, tmp_path: Path) -> None:
    """The page, the schemas and the contracts come from the wheel, not from the repository."""
    folder, port = tmp_path / "elsewhere", free_port()
    folder.mkdir()
    environment = {**os.environ, **without_settings(), "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", "import furlong.cli; furlong.cli.app()", "demo"]
    with (folder / "demo.log").open("wb") as log:
        demo = subprocess.Popen(
            [*command, "--no-traffic", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        ready = folder / ".furlong" / "demo.json"
        eventually(lambda: ready.exists() or demo.poll() is not None, "the demo is ready")
        assert demo.poll() is None, (folder / "demo.log").read_text()
        told = json.loads(ready.read_text())
        page = httpx.get(told["url"], headers={"accept": "text/html"})
        assert (page.status_code, "<html" in page.text) == (200, True)
        token = told["customers"][0]["token"]
        query = {"query": '{ club(brand: "northbet") { state } }'}
        answer = httpx.post(told["graphql"], json=query, headers={"authorization": f"Bearer {token}"})
        assert answer.json()["data"]["club"]["state"] == "NOT_OPTED_IN"
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(timeout=120)
    used = subprocess.run(
        [sys.executable, "-c", "import furlong.settings as found; print(found.ROOT)"],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert used.stdout.strip() == str(installed / "furlong" / "data")
