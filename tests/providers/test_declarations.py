"""Adapters are known by what they declare, and imported when they run."""

import subprocess
import sys

import pytest
from pydantic_settings import BaseSettings
from typer.testing import CliRunner

from furlong.cli.main import app
from providers.registry import NAMES, UnknownAdapter, find_adapter


@pytest.mark.parametrize("name", NAMES)
def test_every_declaration_is_whole(name: str) -> None:
    """Its name is its file's, its settings are described, and its implementation can be loaded."""
    declared = find_adapter(name)
    assert declared.name == name
    assert issubclass(declared.settings, BaseSettings)
    assert all(setting.description for setting in declared.settings.model_fields.values())
    assert declared.settings.model_config["env_prefix"] == f"FURLONG_{name.upper()}_"
    assert declared.capabilities
    assert all(secret.startswith(f"{name}-") and meaning for secret, meaning in declared.secrets.items())
    assert callable(declared.load())


def test_an_unknown_adapter_is_refused_with_those_that_there_are() -> None:
    """Whoever misspells a name sees the right one."""
    with pytest.raises(UnknownAdapter, match="there are exchange"):
        find_adapter("exchnage")
    ended = CliRunner().invoke(app, ["provider", "run", "exchnage"])
    assert ended.exit_code == 1
    assert "there are exchange" in ended.output


@pytest.mark.usefixtures("processes")
def test_an_adapter_that_does_not_run_is_not_imported() -> None:
    """The list of all settings needs only its declaration."""
    program = (
        "import sys, furlong.settings\n"
        "of_it = ('providers.exchange', 'providers.sports_feed', 'aio_pika', 'providers.delivery')\n"
        "print([name for name in sys.modules if name.startswith(of_it)])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
