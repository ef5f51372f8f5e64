"""Runs `furlong check` in an empty folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from furlong.cli import app
from tests.checks.findings import Find


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Find:
    """Run the command in an empty folder with settings; return its status, findings and all its output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/data")
    monkeypatch.setenv("FURLONG_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("FURLONG_UPSTREAM_URL", "http://127.0.0.1:1")

    def run(seconds: float = 30, **settings: str) -> tuple[int, dict[str, dict[str, Any]], str]:
        environment = {f"FURLONG_{name}": value for name, value in settings.items()}
        result = CliRunner().invoke(app, ["check", "--json", "--seconds", str(seconds)], env=environment)
        assert not isinstance(result.exception, Exception), result.exception
        return result.exit_code, {each["name"]: each for each in json.loads(result.stdout)}, result.output

    return run
