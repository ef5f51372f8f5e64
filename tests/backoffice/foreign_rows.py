"""Rows of a foreign brand: one of each kind that a field of the admin graph finds by its id."""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, DateTime, Integer, Table, insert, select

from backoffice.access import Role
from backoffice.approvals.repository import PROPOSAL
from backoffice.content.models import CONTENT_ITEM
from backoffice.global_events.models import SUBJECT
from backoffice.identity.models import SESSION
from backoffice.jobs.repository import JOB
from backoffice.risk.budgets.setting import RAISE
from backoffice.rules.dry_run_job import DRY_RUN_KIND
from backoffice.support.models import CUSTOMER_EXPORT, LEGAL_HOLD
from backoffice.support.privacy.requests import EXPORT
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.models import BETS
from subgraphs.bets.models import REFERENCE as BETTORS
from subgraphs.bets.records.rows import bet_row
from subgraphs.club.models import REFERENCE as CLUB
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.models import FULFILMENT
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import LATE_REVISION
from subgraphs.progress.models import REFERENCE as PROGRESS
from subgraphs.rewards.models import REFERENCE as REWARDS
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case
from subgraphs.wallet.payments.records.store import PaymentStore
from tests.backoffice.proposal_kinds import held_reward, late_bet, made_bet, reviewed
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.backoffice_site import OfficeSite
from tests.support.office.permission_rules import OTHER_BRAND

OWNER: Final = "x"
"""The account, and the person, that every column of a row names."""

CREATOR: Final = {
    "user_id": OWNER,
    "person": OWNER,
    "name": "n",
    "session_id": "s",
    "address": "a",
    "roles": {},
}
SWITCH: Final = {"scope": "brand", "name": "", "off": True}
CUSTOMER: Final = "c-foreign"
DRY_RUN: Final = json.dumps({"brand": OTHER_BRAND, "iso_week": "2026-W12", "scheme": {}})


def row(table: Table, **values: Any) -> dict[str, Any]:
    """Return a row of a table: the given values, and something for each other column that must have one."""
    needed = [column for column in table.columns if not column.nullable and column.server_default is None]
    return {column.name: _something(column.type) for column in needed} | values


def _something(kind: Any) -> Any:
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 1
    python_type = datetime if isinstance(kind, DateTime) or "UtcDateTime" in type(kind).__name__ else None
    if python_type is datetime:
        return NOW
    return [] if "JSON" in type(kind).__name__ else OWNER


async def add_foreign_rows(site: OfficeSite, url: str) -> dict[str, str]:
    """Add a row of each kind to the foreign brand; return their ids by kind."""
    person = await site.person("foreign", Role.ADMINISTRATOR, brand=OTHER_BRAND)
    await site.signed_in(person)
    at = {"brand_id": OTHER_BRAND}
    done = {"status": "done", "created_at": NOW, "creator": json.dumps(CREATOR)}
    rows = [
        row(PROPOSAL, **at, proposal_id="id-proposal", kind=DRY_RUN_KIND, content="{}", status="pending"),
        row(PROPOSAL, **at, proposal_id="id-raise", kind=RAISE, content="{}", status="pending"),
        row(
            PROPOSAL,
            **at,
            proposal_id="id-decided",
            kind=RAISE,
            content="{}",
            status="rejected",
            decided_at=NOW,
        ),
        row(
            JOB,
            **at,
            job_id="id-dry-run",
            job_key="1",
            kind=DRY_RUN_KIND,
            arguments=DRY_RUN,
            **done,
        ),
        row(JOB, **at, job_id="id-export", job_key="2", kind=EXPORT, arguments="{}", **done),
        row(CUSTOMER_EXPORT, **at, job_id="id-export", customer_id=CUSTOMER, document="{}"),
        row(LEGAL_HOLD, **at, hold_id="id-hold", customer_id=CUSTOMER),
        row(SUBJECT, **at, key=f"{OTHER_BRAND}:brand", kind="switch", subject="brand", state=SWITCH),
        row(CONTENT_ITEM, **at),
    ]
    tables = [PROPOSAL, PROPOSAL, PROPOSAL, JOB, JOB, CUSTOMER_EXPORT, LEGAL_HOLD, SUBJECT, CONTENT_ITEM]
    async with site.office.base.database.write() as connection:
        for table, values in zip(tables, rows, strict=True):
            await connection.execute(insert(table).values(**values))
        session = await connection.scalar(select(SESSION.c.session_id))
    for name, reference in (("club", CLUB), ("rewards", REWARDS), ("progress", PROGRESS), ("bets", BETTORS)):
        database = Database.open(DatabaseSettings(url=url), name)
        async with database.write() as connection:
            places = {"locales": ["en-GB"], "jurisdictions": ["GB"], "currencies": ["GBP"]}
            brand = row(reference.brand, **at, time_zone="Europe/London", **places)
            await connection.execute(insert(reference.brand).values(**brand))
            account = row(reference.account, **at, customer_id=CUSTOMER, status="active", rg_state="none")
            await connection.execute(insert(reference.account).values(**account))
        await database.close()
    wallet = Database.open(DatabaseSettings(url=url), "wallet")
    await PaymentStore(wallet, PAYMENTS).add(reviewed(OTHER_BRAND, CUSTOMER, "id-withdrawal"), ())
    case = Case(kind=CaseKind.MISSING, processor="bank", subject="x", brand_id=OTHER_BRAND, opened_at=NOW)
    async with wallet.write() as connection:
        await open_case(connection, PAYMENTS, case)
    await wallet.close()
    await _add_cases(url)
    bets = Database.open(DatabaseSettings(url=url), "bets")
    bet = bet_row(made_bet("id-bet", Owner(OTHER_BRAND, CUSTOMER)))
    async with bets.write() as connection:
        await connection.execute(insert(BETS.bet).values(**bet, changed_at=NOW, due_at=None, tries=0))
    await bets.close()
    return {
        "withdrawal": "id-withdrawal",
        "bet": "id-bet",
        "payment case": case.case_id,
        "late bet": f"{OTHER_BRAND}:id-late:1",
        "held reward": "id-held",
        "user": person.user_id,
        "session": str(session),
        "proposal": "id-proposal",
        "decided": "id-decided",
        "dry run": "id-dry-run",
        "job": "id-dry-run",
        "export": "id-export",
        "hold": "id-hold",
        "decision": f"{OTHER_BRAND}:brand",
        "customer": f"{OTHER_BRAND}:{CUSTOMER}",
    }


async def _add_cases(url: str) -> None:
    """Add a late bet and a held reward."""
    late = late_bet(OTHER_BRAND, CUSTOMER, "id-late")
    held = held_reward(ClubKey(OTHER_BRAND, "2026-W11", CUSTOMER), "id-held")
    for name, table, values in (("progress", LATE_REVISION, late), ("fulfilment", FULFILMENT, held)):
        database = Database.open(DatabaseSettings(url=url), name)
        async with database.write() as connection:
            await connection.execute(insert(table).values(**values))
        await database.close()
