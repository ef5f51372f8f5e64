"""Commands refuse an unknown brand or week, instead of reporting that all is well."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumers.messages.schemes import decode_scheme
from furlong.cli import app
from furlong.databases import METADATA
from subgraphs.club import models as club
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment import models as fulfilment
from subgraphs.progress import models as progress
from subgraphs.rewards import models as rewards
from tests.support.consumers.sample_messages import scheme
from tests.support.database_probe import migrated

REFERENCE = {
    "club": club.REFERENCE,
    "rewards": rewards.REFERENCE,
    "progress": progress.REFERENCE,
    "fulfilment": fulfilment.REFERENCE,
}
COMMANDS = [
    ("week", "status", "--brand"),
    ("liability", "--brand"),
    ("reconcile", "progress", "--brand"),
    ("review", "late", "--brand"),
    ("reward", "list"),
]
BY_WEEK = [("liability", "--week"), ("reconcile", "progress", "--week"), ("review", "late", "--week")]


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up databases with one brand."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    async def fill() -> None:
        first = decode_scheme(scheme())
        for name, tables in REFERENCE.items():
            async with migrated(url, name, METADATA[name]) as database, database.write() as connection:
                writer = ReferenceWriter(tables, database.dialect)
                await writer.store_schemes(connection, [first.brand_row()], [first.row()])

    asyncio.run(fill())


def furlong(*arguments: str) -> Result:
    """Run `furlong ARGUMENTS`."""
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_unknown_brand_is_refused(command: tuple[str, ...]) -> None:
    """A brand that is not known is refused, because it is probably misspelt; a known one is accepted."""
    ended = furlong(*command, "northbett")
    assert ended.exit_code == 1
    assert "there is no brand 'northbett': is northbet meant?" in ended.output
    assert furlong(*command, "northbet").exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        ("week", "open", "northbett", "2026-W13"),
        ("week", "close", "northbett", "2026-W13"),
        ("backlog", "intents", "northbett"),
    ],
    ids=" ".join,
)
def test_nothing_is_done_for_an_unknown_brand(command: tuple[str, ...]) -> None:
    """Commands that take a brand refuse a misspelt one in the same words."""
    ended = furlong(*command)
    assert ended.exit_code == 1
    assert "there is no brand 'northbett': is northbet meant?" in ended.output


def test_a_brand_like_none_is_told_where_brands_are_listed() -> None:
    """Nothing is guessed where no name is similar."""
    told = furlong("reward", "list", "eastside").output
    assert "there is no brand 'eastside'; `furlong week status` shows all brands" in told


@pytest.mark.parametrize("command", BY_WEEK, ids=" ".join)
@pytest.mark.parametrize("week", ["2026-W54", "2026-13", "last"])
def test_a_week_that_there_is_not_is_refused(command: tuple[str, ...], week: str) -> None:
    """A week that does not exist is refused; a week without data is accepted."""
    assert furlong(*command, week).exit_code == 1
    assert furlong(*command, "2026-W53").exit_code == 0


def test_a_token_for_a_customer_without_an_account_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, because the token is good: the account may arrive later."""
    for name, value in (("SECRET", "s" * 48), ("ISSUER", "https://login.test"), ("AUDIENCE", "shop")):
        monkeypatch.setenv(f"FURLONG_JWT_{name}", value)
    ended = furlong("token", "--customer", "c-none")
    assert (ended.exit_code, ended.stdout.count(".")) == (0, 2)
    assert "northbet has no account c-none" in ended.stderr
