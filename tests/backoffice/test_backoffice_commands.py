"""The commands of the back office: accounts, the audit log, the schema."""

import json
import sqlite3
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from furlong.cli import app

ROOT: Final = Path(__file__).resolve().parents[2]
ADD = ("backoffice", "user", "add", "ann@example.com", "--name", "Ann", "--role")


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/databases")
    monkeypatch.setenv("FURLONG_BACKOFFICE_KEY", "k" * 32)
    assert furlong("db", "upgrade").exit_code == 0


def furlong(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, list(arguments))


def test_accounts_are_managed_and_every_change_is_recorded(tmp_path: Path) -> None:
    """Add, roles, disable, enable and reset; each row names the OS user, and the name that they typed."""
    assert "Initial password: " in furlong(*ADD, "editor@northbet", "--role", "viewer").output
    for arguments in (
        ("roles", "ann@example.com", "--role", "administrator", "--reason", "promoted"),
        ("reset", "ann@example.com", "--reason", "lost telephone", "--as", "Bob"),
    ):
        ended = furlong("backoffice", "user", *arguments)
        assert ended.exit_code == 0, ended.output
    (listed,) = json.loads(furlong("backoffice", "user", "list", "--json").output)
    assert (listed["login"], listed["roles"]) == ("ann@example.com", ["administrator"])
    assert "ann@example.com" in furlong("backoffice", "user", "list").output
    export = tmp_path / "audit.jsonl"
    assert furlong("audit", "export", str(export)).exit_code == 0
    rows = [json.loads(line) for line in export.read_text().splitlines()]
    assert [row.get("action") for row in rows] == ["people.add", "people.set_roles", "people.reset", None]
    assert rows[2]["name"].startswith("bob (command line, ")
    assert rows[2]["user_id"] == rows[2]["person"]
    assert rows[2]["user_id"].startswith("os:")
    assert rows[2]["reason"] == "lost telephone"
    assert rows[3]["anchor"]["sequence"] == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*ADD, "king"), "there is no role 'king'"),
        (("backoffice", "user", "reset", "nobody", "--reason", "r"), "there is no account 'nobody'"),
        (("audit", "verify", "--anchor", "none.jsonl"), "does not end with an anchor"),
    ],
)
def test_refusals_say_what_is_wrong(arguments: tuple[str, ...], says: str) -> None:
    """Without a traceback, and with status 1."""
    ended = furlong(*arguments)
    assert ended.exit_code == 1
    assert says in ended.stderr
    assert ended.exception is None or isinstance(ended.exception, SystemExit)


def test_the_last_administrator_is_not_disabled_by_command() -> None:
    """The command uses the same service as the screens."""
    assert furlong(*ADD, "administrator").exit_code == 0
    ended = furlong("backoffice", "user", "disable", "ann@example.com", "--reason", "left")
    assert ended.exit_code == 1
    assert "last administrator" in ended.stderr
    assert furlong(*ADD, "administrator").exit_code == 1  # the login is in use


def test_the_audit_log_is_verified_against_an_export(tmp_path: Path) -> None:
    """A rewritten tail passes by itself, and not against the anchor."""
    export = tmp_path / "audit.jsonl"
    furlong(*ADD, "viewer")
    furlong("backoffice", "user", "disable", "ann@example.com", "--reason", "left")
    furlong("audit", "export", str(export))
    assert furlong("audit", "verify", "--anchor", str(export)).exit_code == 0
    with sqlite3.connect(tmp_path / "databases" / "backoffice.sqlite") as connection:
        (first,) = connection.execute("SELECT hash FROM audit_log WHERE sequence = 1").fetchone()
        connection.execute("DELETE FROM audit_log WHERE sequence = 2")
        connection.execute("UPDATE audit_head SET sequence = 1, hash = ?", (first,))
    connection.close()
    assert furlong("audit", "verify").exit_code == 0
    ended = furlong("audit", "verify", "--anchor", str(export))
    assert ended.exit_code == 1
    assert "row 2: cut off" in ended.output
    assert furlong("audit", "export", str(export)).exit_code == 1  # nothing is overwritten


def test_the_schema_is_printed() -> None:
    """As it is checked in for clients."""
    printed = furlong("backoffice", "sdl").output
    assert printed == (ROOT / "admin.graphql").read_text(encoding="utf-8")
