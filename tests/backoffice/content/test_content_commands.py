"""`furlong content …`: drafts go to files and come back, for who signs in at the terminal."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyotp
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from backoffice.access import Role
from backoffice.approvals import repository as proposals
from backoffice.base import create_base
from backoffice.content import repository
from backoffice.identity import users
from backoffice.identity.account import NewAccount
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from tests.backoffice.content_fixture import ANN, BOB, KEY, ContentFixture, document
from tests.support.office.backoffice_site import PASSWORD, QUICK, ROOT_ACTOR

OFFICE_KEY: Final = "k" * 32


class Installation:
    """SQLite databases with an approved revision, and an editor."""

    def __init__(self, url: str) -> None:
        self.settings, self.secret, self.user_id = DatabaseSettings(url=url), pyotp.random_base32(), ""

    async def prepare(self) -> None:
        """Add the account, and bring a text up to its approval."""
        base = create_base(self.settings, BackofficeSettings(key=SecretStr(OFFICE_KEY)), SystemClock())
        new = NewAccount("cat", "Cat", {"northbet": frozenset({Role.EDITOR})})
        account, _ = await base.accounts.add(ROOT_ACTOR, new)
        self.user_id = account.user.user_id
        async with base.database.write() as connection:
            await users.change(
                connection,
                self.user_id,
                base.clock.now(),
                password_hash=QUICK.hash(PASSWORD),
                password_expired=False,
                totp_secret=base.sign_in.keys.encrypt(self.secret),
                totp_confirmed=True,
            )
        rewards = Database.open(self.settings, "rewards")
        content_area = ContentFixture.over(base.database, rewards)
        await content_area.add_northbet()
        item = await content_area.editing.save(ANN, KEY, document(), 0)
        await content_area.editing.submit(ANN, KEY, item.version, "please")
        async with base.database.read() as connection:
            written = await repository.revision(connection, KEY, 1)
            assert written is not None
            proposal = await proposals.find(connection, str(written.proposal_id))
        assert proposal is not None
        now = content_area.clock.now()
        await content_area.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, now)
        await rewards.close()
        await base.database.close()

    def run(self, *arguments: str) -> Result:
        """Run a command, signed in; each code is accepted again."""
        asyncio.run(self._forget_codes())
        typed = f"{PASSWORD}\n{pyotp.TOTP(self.secret).now()}\n"
        return CliRunner().invoke(app, [*arguments, "--user", "cat"], input=typed)

    async def _forget_codes(self) -> None:
        database = Database.open(self.settings, "backoffice")
        async with database.write() as connection:
            await users.change(connection, self.user_id, datetime.now(UTC), totp_last_step=None)
        await database.close()


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with a text that is approved."""
    url = f"sqlite+aiosqlite:///{tmp_path}/databases"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    monkeypatch.setenv("FURLONG_BACKOFFICE_KEY", OFFICE_KEY)
    monkeypatch.setenv("FURLONG_CLOCK_REHEARSAL", "true")
    monkeypatch.setenv("FURLONG_CLOCK_FILE", str(tmp_path / "clock.json"))
    for command in (("clock", "set", "2026-03-28T12:00+00:00"), ("db", "upgrade")):
        ended = CliRunner().invoke(app, list(command))
        assert ended.exit_code == 0, ended.output
    installation = Installation(url)
    asyncio.run(installation.prepare())
    return installation


def test_questions_are_not_part_of_the_result(installation: Installation) -> None:
    """Standard output has only the table; a command that gets no answer says so."""
    typed = f"cat\n{PASSWORD}\n{pyotp.TOTP(installation.secret).now()}\n"
    ended = CliRunner().invoke(app, ["content", "list", "--json"], input=typed)
    assert ended.exit_code == 0
    assert len(json.loads(ended.stdout)) == 1
    assert "Code of the authenticator" in ended.stderr
    assert "standard input has ended" in CliRunner().invoke(app, ["content", "list"], input="").stderr


def test_a_draft_goes_to_a_file_and_comes_back(installation: Installation, tmp_path: Path) -> None:
    """What `show` prints, `save` reads; it is refused if somebody else has changed the text since."""
    shown = json.loads(installation.run("content", "show", str(KEY), "1").stdout)[0]
    assert shown["state"] == "approved"
    file = tmp_path / "text.yaml"
    changed = shown["document"] | {"position": 7}
    file.write_text(json.dumps(changed), encoding="utf-8")
    stale = installation.run("content", "save", str(KEY), str(file))
    assert (stale.exit_code, "was changed by somebody else" in stale.stderr) == (1, True)
    version = json.loads(installation.run("content", "list", "--json").stdout)[0]["version"]
    saved = installation.run("content", "save", str(KEY), str(file), "--expected", str(version))
    assert "revision 2 is a draft" in saved.stdout, saved.output
    assert json.loads(installation.run("content", "show", str(KEY), "2").stdout)[0]["document"] == changed
    assert installation.run("content", "lint", str(KEY), "2").exit_code == 0
