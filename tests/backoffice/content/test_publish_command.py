"""`furlong content publish --local-time`: which instant it schedules, also when the clocks change."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyotp
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from backoffice.access.roles import Role
from backoffice.approvals import repository as proposals
from backoffice.base import create_base
from backoffice.content import repository
from backoffice.content.revisions.revision import ContentRevision
from backoffice.identity import users
from backoffice.identity.accounts import NewAccount
from backoffice.settings import BackofficeSettings
from furlong.cli import app
from storage.clock import SystemClock
from storage.database import Database
from storage.settings import DatabaseSettings
from tests.support.backoffice.backoffice_site import PASSWORD, QUICK, ROOT_ACTOR
from tests.support.backoffice.content_stand import ANN, BOB, KEY, ContentStand, document

OFFICE_KEY: Final = "k" * 32
SPRING: Final = datetime(2026, 3, 29, tzinfo=UTC)
AUTUMN: Final = datetime(2026, 10, 25, tzinfo=UTC)


class Installation:
    """SQLite databases with an approved revision, and the approver who publishes it, in a rehearsal."""

    def __init__(self, url: str) -> None:
        self.settings, self.secret, self.user_id = DatabaseSettings(url=url), pyotp.random_base32(), ""

    async def prepare(self) -> None:
        """Add the account, and bring a text up to its approval."""
        base = create_base(self.settings, BackofficeSettings(key=SecretStr(OFFICE_KEY)), SystemClock())
        new = NewAccount("cat", "Cat", {"northbet": frozenset({Role.APPROVER})})
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
        stand = ContentStand.over(base.database, rewards)
        await stand.add_northbet()
        item = await stand.editing.save(ANN, KEY, document(), 0)
        await stand.editing.submit(ANN, KEY, item.version, "please")
        async with base.database.read() as connection:
            written = await repository.revision(connection, KEY, 1)
            assert written is not None
            proposal = await proposals.find(connection, str(written.proposal_id))
        assert proposal is not None
        now = stand.clock.now()
        await stand.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, now)
        await rewards.close()
        await base.database.close()

    async def revision(self) -> ContentRevision:
        """Return the revision, and let its approver's next code be the one that was used."""
        database = Database.open(self.settings, "backoffice")
        async with database.write() as connection:
            await users.change(connection, self.user_id, datetime.now(UTC), totp_last_step=None)
            found = await repository.revision(connection, KEY, 1)
        await database.close()
        assert found is not None
        return found

    def publish(self, *options: str) -> tuple[Result, ContentRevision]:
        """Run the command, signed in; return how it ended, and the revision afterwards."""
        typed = f"{PASSWORD}\n{pyotp.TOTP(self.secret).now()}\n"
        arguments = ["content", "publish", str(KEY), *options, "--user", "cat"]
        return CliRunner().invoke(app, arguments, input=typed), asyncio.run(self.revision())


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation on the day before the clocks go forward in London."""
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


def test_a_local_time_is_scheduled_as_the_brand_reads_it(installation: Installation) -> None:
    """The last one applies; the output names the offset, and of a time that exists twice which one it is."""
    for options, at, shown in (
        (("2026-03-29T09:00",), SPRING.replace(hour=8), "2026-03-29 09:00 Europe/London (UTC+1)"),
        (("2026-10-25T01:30", "--earlier"), AUTUMN.replace(minute=30), "(UTC+1)"),
        (("2026-10-25T01:30", "--later"), AUTUMN.replace(hour=1, minute=30), "(UTC+0)"),
        (("2026-10-25T02:30", "--later"), AUTUMN.replace(hour=2, minute=30), "(UTC+0)"),
    ):
        ended, revision = installation.publish("--local-time", *options)
        assert ended.exit_code == 0, ended.output
        assert (revision.state.value, revision.publish_at) == ("scheduled", at)
        assert "revision 1 is scheduled for" in ended.stdout
        assert f"{shown}, customers see nothing" in ended.stdout


def test_a_time_that_means_no_instant_changes_nothing(installation: Installation) -> None:
    """It is refused in words, with status 1: skipped, repeated, past, far away, with an offset, no time."""
    for options, says in (
        (("--local-time", "2026-03-29T01:30"), "does not exist in Europe/London"),
        (("--local-time", "2026-03-29T01:30", "--later"), "such as 02:30"),
        (("--local-time", "2026-10-25T01:30"), "exists twice in Europe/London"),
        (("--local-time", "2026-03-28T11:59"), "must be in the future"),
        (("--local-time", "2027-06-01T09:00"), "at most a year away"),
        (("--local-time", "2026-03-29T09:00+01:00"), "without an offset"),
        (("--local-time", "tomorrow"), "write the time as 2026-03-29T09:00"),
        (("--later",), "give --local-time, too"),
    ):
        ended, revision = installation.publish(*options)
        assert (ended.exit_code, says in ended.stderr) == (1, True), ended.output
        assert (revision.state.value, revision.publish_at) == ("approved", None)
