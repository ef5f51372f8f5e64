"""`furlong wallet …` closes days, lists, verifies and exports them."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from beancount import loader
from typer.testing import CliRunner

from foundation.signatures.keys import new_key
from furlong.cli import app
from subgraphs.wallet.closing.chain import newest_first
from subgraphs.wallet.closing.close import Close
from subgraphs.wallet.closing.days import span_of
from subgraphs.wallet.models import CLOSES
from tests.subgraphs.wallet.closing.closed_wallet import HOUR, NORTH, ClosedWallet
from tests.support.wallet.ledgers import opened_database

NEVER_OVER = "9999-12-30"


@pytest.fixture
def first() -> date:
    """Three days before the day on which the test runs."""
    return datetime.now(UTC).date() - timedelta(days=3)


@pytest.fixture
def url(first: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A wallet of this machine in which money was moved three days ago, and the key of its closes."""
    url = f"sqlite+aiosqlite:///{tmp_path}/data"
    keys = tmp_path / "keys.json"
    keys.write_bytes(orjson.dumps({"keys": [new_key("close-1")]}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    monkeypatch.setenv("FURLONG_WALLET_CLOSE_KEYS_FILE", str(keys))

    async def fill() -> None:
        async with opened_database(url) as database, ClosedWallet.opened(database) as wallet:
            wallet.clock.now = span_of(first).start + HOUR
            # The accounts were opened by the clock of another day.
            await wallet.change("UPDATE ledger_account SET timestamp=1, last_timestamp=1")
            await wallet.pay(NORTH, 1000)
            wallet.tomorrow()
            await wallet.stake(NORTH, 250)

    asyncio.run(fill())
    return url


def furlong(*words: str, status: int = 0) -> str:
    """Return what a command prints; it ends with a status."""
    result = CliRunner().invoke(app, ["wallet", *words])
    assert result.exit_code == status, result.output
    return result.output


def change(url: str, statement: str) -> None:
    """Change rows behind the ledger's back."""

    async def work() -> None:
        async with opened_database(url) as database, database.write() as connection:
            await connection.exec_driver_sql(statement)

    asyncio.run(work())


def test_days_are_closed_listed_verified_and_exported(first: date, url: str, tmp_path: Path) -> None:
    """One day when it is named, then all that are over; beancount reads what is exported."""
    del url
    assert "No day is closed yet." in furlong("closes")
    assert f"{first}: 0 differences, signed, 1:" in furlong("close", "--day", str(first))
    assert len(furlong("close").splitlines()) == 2
    assert furlong("close") == "All days that are over are closed.\n"
    listed = json.loads(furlong("closes", "--json"))
    assert [(one["sequence"], one["signed"], one["differences"]) for one in listed] == [
        (3, True, []),
        (2, True, []),
        (1, True, []),
    ]
    told = furlong("verify", "--noted", f"1:{listed[-1]['hash']}", "--rows-from", str(first))
    assert f"3 closes; the last one is 3:{listed[0]['hash']}" in told

    furlong("export", "one.beancount", "--day", str(first))
    furlong("export", "all.beancount", "--from", str(first), "--through", str(first + timedelta(days=2)))
    for name in ("one", "all"):
        entries, errors, _ = loader.load_file(str(tmp_path / f"{name}.beancount"))
        assert entries
        assert errors == []
    told = furlong(
        "export",
        "more.beancount",
        "--from",
        str(first),
        "--through",
        str(first + timedelta(days=3)),
        status=1,
    )
    assert "3 of these 4 days are closed" in told


def test_an_export_never_overwrites(first: date, url: str, tmp_path: Path) -> None:
    """And says in words which file is in the way, or that there is no such folder."""
    del url
    furlong("close")
    (tmp_path / "kept").write_text("kept")
    assert "kept exists already: name a new file" in furlong("export", "kept", "--day", str(first), status=1)
    assert (tmp_path / "kept").read_text() == "kept"
    assert "no such file or directory" in furlong("export", "no/file", "--day", str(first), status=1)


def test_why_a_close_begins_anew_is_never_forgotten(first: date, url: str) -> None:
    """A day that was closed without the reason is no success; without a day, the next close says it."""
    told = furlong("close", "--day", str(first), "--begins", "a backup was restored")
    assert f"{first}: 0 differences, signed" in told
    furlong("close")
    told = furlong("close", "--day", str(first), "--begins", "another reason", status=1)
    assert f"{first} was closed before, without this reason" in told
    assert "The next close begins anew: restored" in furlong("close", "--begins", "restored")
    change(url, "DELETE FROM day_close WHERE sequence=3")
    change(url, "UPDATE close_head SET sequence=2, hash=(SELECT hash FROM day_close WHERE sequence=2)")
    furlong("close")
    [newest, *_] = closes_of(url)
    assert (newest.begins, newest.sequence) == ("restored", 3)


def closes_of(url: str) -> list[Close]:
    """Return what closes say, the newest first."""

    async def work() -> list[Close]:
        async with opened_database(url) as database, database.read() as connection:
            return [stored.close for stored in await newest_first(connection, CLOSES, 10)]

    return asyncio.run(work())


def test_a_close_that_cannot_be_read_is_told_in_words(first: date, url: str) -> None:
    """By each command that needs it."""
    furlong("close")
    change(url, "UPDATE day_close SET content='x' WHERE sequence=1")
    for words in (("closes", "--json"), ("close", "--day", str(first)), ("export", "f", "--day", str(first))):
        assert f"the close of {first} was changed, and cannot be read" in furlong(*words, status=1)


def test_closes_that_a_stranger_signed_are_no_success(
    first: date, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the database can write a chain and sign it, with a key that is not ours."""
    del url
    furlong("close", "--day", str(first))
    (tmp_path / "ours.json").write_bytes(orjson.dumps({"keys": [new_key("ours")]}))
    monkeypatch.setenv("FURLONG_WALLET_CLOSE_KEYS_FILE", str(tmp_path / "ours.json"))
    told = furlong("verify", status=1)
    assert "The key close-1, which has signed closes, is not in FURLONG_WALLET_CLOSE_KEYS_FILE." in told
    assert "nobody can tell who signed these closes" in told
    assert "as they were made" not in told


def test_what_differs_is_told_with_a_status(first: date, url: str) -> None:
    """And so is what was changed afterwards."""
    change(url, "UPDATE transfer SET amount=amount+1 WHERE code=3")
    told = furlong("close", status=1)
    assert "2.50 is recorded, 2.51 follows." in told
    assert "payouts of what differs are stopped: docs/runbooks/failed-close.md" in told
    assert f"Payouts in GBP are stopped since {first}" in furlong("closes")
    change(url, "UPDATE transfer SET amount=amount-1 WHERE code=3")
    told = furlong("verify", status=1)
    assert f"close 2, {first + timedelta(days=1)}: the ledger's rows of that day were changed since" in told
    change(url, "UPDATE day_close SET hash='0' WHERE sequence=3")
    assert "close 3" in furlong("verify", status=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("close", "--day", NEVER_OVER), "is not over"),
        (("close", "--day", "monday"), "is not a day such as"),
        (("close", "--begins", "a backup was restored"), "--begins is for one day"),
        (("verify", "--noted", "x"), "is not SEQUENCE:HASH"),
        (("close", "--begins", "b" * 201), "at most 200 characters"),
        (("export", "f.beancount"), "give --day, or --from and --through"),
        (("export", "f.beancount", "--from", "2026-01-02"), "give --day, or --from and --through"),
        (
            ("export", "f.beancount", "--day", "2026-01-02", "--through", "2026-01-03"),
            "give --day, or --from and --through",
        ),
        (("export", "f.beancount", "--from", "2026-01-02", "--through", "2026-01-01"), "1 to 1,000 days"),
    ],
)
def test_what_makes_no_sense_is_refused(url: str, words: tuple[str, ...], said: str) -> None:
    """In words."""
    del url
    assert said in furlong(*words, status=1)
