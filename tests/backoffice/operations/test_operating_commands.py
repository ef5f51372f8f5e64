"""`furlong provider …` and `furlong backlog …` as operators run them, over MariaDB, Kafka and a worker."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from backoffice.access import Role
from backoffice.base import create_base
from backoffice.identity import users
from backoffice.identity.account import NewAccount
from backoffice.identity.credentials import givers
from backoffice.settings import BackofficeSettings
from consumers.messages.schemes import decode_scheme
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from subgraphs.club.models import INTENT, POSTPONED, REFERENCE
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.durable_steps.postponed import PostponedItems
from tests.support.consumers.sample_messages import scheme
from tests.support.office.backoffice_site import PASSWORD, QUICK, ROOT_ACTOR
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import start_kafka
from tools.private_mariadb import PrivateMariadb

pytestmark = pytest.mark.usefixtures("kafka_installed")

KEY = "k" * 32
NOWHERE = "http://127.0.0.1:1"
WALLET = {"name": "wallet", "adapter": "wallet", "url": NOWHERE, "secret": "till", "kinds": ["cash"]}


@dataclass
class Installation:
    """An installation with a worker, and three operators: each gives one command that needs a code."""

    programs: Programs
    secrets: dict[str, str]

    def run(self, *arguments: str, user: str | None = None, step_up: bool = False, status: int = 0) -> str:
        """Run a command, signed in if a user is named; it must end with the status."""
        typed = ""
        if user is not None:
            arguments = (*arguments, "--user", user)
            code, now = pyotp.TOTP(self.secrets[user]), datetime.now(UTC)
            again = [code.at(now + timedelta(seconds=30))] if step_up else []
            typed = "\n".join([PASSWORD, code.at(now), *again, ""])
        ended: Result = CliRunner().invoke(app, list(arguments), input=typed)
        assert ended.exit_code == status, ended.output
        return ended.stdout

    def listed(self, *arguments: str, status: int = 0) -> list[dict[str, Any]]:
        """Run a command that lists something, and return its rows."""
        found: list[dict[str, Any]] = json.loads(self.run(*arguments, "--json", status=status))
        return found

    def proposed(self, *arguments: str, user: str) -> list[str]:
        """Run a command that proposes something, and return the proposal and its hash."""
        return self.run(*arguments, user=user).strip().splitlines()[-1].split()[-2:]


@pytest.fixture
def installation(
    processes: None, mariadb: PrivateMariadb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """Databases, topics, the consumers of fulfilment and of the back office, and a worker with a file."""
    broker, url = start_kafka(tmp_path / "kafka"), mariadb.fresh_url()
    (tmp_path / "providers.yaml").write_text(yaml.safe_dump({"providers": [WALLET]}))
    environment = {
        "FURLONG_DATABASE_URL": url,
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_BACKOFFICE_KEY": KEY,
        "FURLONG_FULFILMENT_PROVIDERS": str(tmp_path / "providers.yaml"),
        "FURLONG_FULFILMENT_SECRETS": '{"till": "a secret"}',
    }
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with programs_in(tmp_path, environment) as programs:
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "1")
        for process in (("consume", "fulfilment"), ("consume", "backoffice"), ("worker", "fulfilment")):
            programs.start(*process)
        yield Installation(programs, asyncio.run(_prepared(DatabaseSettings(url=url))))
    broker.stop()


async def _prepared(settings: DatabaseSettings) -> dict[str, str]:
    """Add three operators, whose second factors are returned, and a change in doubt."""
    base = create_base(settings, BackofficeSettings(key=SecretStr(KEY)), SystemClock())
    secrets = {}
    for login in ("olga", "otto", "omar"):
        secrets[login] = pyotp.random_base32()
        new = NewAccount(login, login.title(), {ALL_BRANDS: frozenset({Role.OPERATOR})})
        added, _ = await base.accounts.add(ROOT_ACTOR, new)
        async with base.database.write() as connection:
            await givers.forget(connection, added.user.user_id)
            await users.change(
                connection,
                added.user.user_id,
                base.clock.now(),
                password_hash=QUICK.hash(PASSWORD),
                password_expired=False,
                totp_secret=base.sign_in.keys.encrypt(secrets[login]),
                totp_confirmed=True,
            )
    await base.database.close()
    club = Database.open(settings, "club")
    async with club.write() as connection:
        intent = {
            "upstream_key": "key-1",
            "brand_id": "northbet",
            "customer_id": "c-1",
            "operation": "optIn",
            "client_key": "client-1",
            "body_hash": "0" * 64,
            "request": {"path": "/v1/brands/northbet/customers/c-1/membership", "body": {}, "facts": {}},
            "status": "pending",
            "created_at": datetime.now(UTC) - timedelta(hours=1),
            "not_before": datetime(2026, 3, 25, 12, tzinfo=UTC),
        }
        await connection.execute(insert(INTENT).values(intent))
        first = decode_scheme(scheme())
        await ReferenceWriter(REFERENCE, club.dialect).store_schemes(
            connection, [first.brand_row()], [first.row()]
        )
    items = PostponedItems(club, POSTPONED)
    fault = ValueError("nobody can read this")
    await items.note("intents: changes", "key-1", fault, datetime.now(UTC))
    await club.close()
    return secrets


def test_operators_change_a_provider_and_see_what_waits(installation: Installation, tmp_path: Path) -> None:
    """From the file to a revision in use by the worker, and back; `check` looks where the worker looks."""

    def in_use(revision: int) -> bool:
        health = json.loads(CliRunner().invoke(app, ["provider", "health", "wallet", "--json"]).stdout)
        return [one["revision"] for one in health if one["alive"] and one["worker"]] == [revision]

    (listed,) = [one for one in installation.listed("provider", "list") if one["provider"] == "wallet"]
    assert (listed["provider"], listed["revision"], listed["imported"]) == ("wallet", 1, True)
    eventually(lambda: in_use(0), "the worker uses its file, and its node tells so")

    changed = yaml.safe_load(installation.run("provider", "show", "wallet")) | {"limit_minor": 500}
    (tmp_path / "wallet.yaml").write_text(yaml.safe_dump(changed))
    proposal = installation.proposed(
        "provider", "submit", "wallet.yaml", "--reason", "a new contract", user="olga"
    )
    installation.run("provider", "approve", *proposal, user="otto", step_up=True)
    eventually(lambda: in_use(2), "the worker uses the new revision")
    assert [one["revision"] for one in installation.listed("provider", "history", "wallet")] == [2, 1]
    assert "limit_minor" in installation.run("provider", "diff", "wallet", "1", "2")
    assert "a new contract" in installation.run("provider", "history", "wallet")
    heads, decided, *_ = installation.run("global", "list").splitlines()
    assert heads.split() == ["number", "subject", "decided", "(UTC)", "by", "nodes", "reason"]
    assert decided.index("*:provider:wallet") == heads.index("subject")
    assert decided.index("a new contract") == heads.index("reason")
    shown = installation.run("global", "show", "*:provider:wallet")
    assert re.search(r"^decided_at: [\d-]{10} [\d:]{8} UTC$", shown, re.MULTILINE)
    assert re.search(r'^state: \{".*\}$', shown, re.MULTILINE)
    stale = CliRunner().invoke(app, ["provider", "show", "wallet", "--revision", "7"])
    assert (stale.exit_code, "There is no such revision" in stale.stderr) == (1, True)
    assert installation.proposed(
        "provider", "rollback", "wallet", "1", "--reason", "it was wrong", user="omar"
    )
    (listed,) = [one for one in installation.listed("provider", "list") if one["provider"] == "wallet"]
    assert (listed["revision"], listed["imported"], len(listed["pending"])) == (2, False, 1)

    # The file does not matter any more; nothing listens at the address of the revision.
    (tmp_path / "providers.yaml").write_text(yaml.safe_dump({"providers": [WALLET | {"secret": "lost"}]}))
    checked = {one["name"]: one for one in installation.listed("check", status=1)}["provider wallet"]
    assert (checked["ok"], "http://127.0.0.1:1" in checked["says"]) == (False, True)
    assert "revision 2 of the back office" in checked["helps"]

    lag = installation.listed("backlog", "lag", "--all")
    assert {"furlong-fulfilment", "furlong-backoffice"} <= {one["group"] for one in lag}
    assert {one["database"] for one in installation.listed("backlog", "outboxes")} >= {"club", "backoffice"}
    (failing,) = installation.listed("backlog", "postponed")
    assert (failing["database"], failing["loop"], failing["item"]) == ("club", "intents: changes", "key-1")
    assert (failing["tries"], failing["reason"]) == (1, "ValueError: nobody can read this")
    (doubt,) = installation.listed("backlog", "intents", "northbet", "--older-than", "30")
    assert (doubt["subgraph"], doubt["customer"], doubt["operation"]) == ("club", "c-1", "optIn")
    assert doubt["waits_until"].startswith("2026-03-25T12:00:00")
    assert installation.listed("backlog", "intents", "northbet", "--older-than", "90") == []
