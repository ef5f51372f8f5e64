"""Finance corrects money by two people, lets payouts go on by two, and closes checks with a finding."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from backoffice.access import Actor, Role
from backoffice.approvals.repository import PROPOSAL
from backoffice.audit.repository import AUDIT_LOG
from backoffice.global_events.models import OUTBOX
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.money import CustomerMoney
from backoffice.support.personal_data_access import PersonalDataAccess
from consumers.stream.records import Record
from consumers.wallet.messages import decode_check, decode_correction, decode_release
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import ALL_BRANDS, Owner
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.wallet.corrections import Correction, CorrectionWork, add_corrections
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags
from subgraphs.wallet.models import CLOSES, CORRECTION, CUSTOMER_ACCOUNT, LEDGER, LIMITS, POSTPONED
from tests.backoffice.proposal_kinds import (
    BRAND,
    ProposalFixture,
    customer,
    proposal_fixture,
    somebody,
)
from tests.support.office.backoffice_fixture import NOW, employ
from tests.support.office.permission_rules import ask

FINANCE = {ALL_BRANDS: frozenset({Role.FINANCE})}
FAY, FINN = (replace(somebody(name), roles=FINANCE) for name in ("fay", "finn"))
SAM = replace(somebody("sam"), roles={BRAND: frozenset({Role.SUPPORT})})
TAKES = {"customer": customer(0), "currency": "GBP", "amountMinor": -300}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The back office over databases with customers, of whom the first has £10."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with proposal_fixture(url) as opened:
        await employ(opened.base.database, FAY, FINN, SAM)
        wallet = Database.open(DatabaseSettings(url=url), "wallet")
        ledger = Ledger(wallet, LEDGER)
        cash = await CustomerAccounts(wallet, CUSTOMER_ACCOUNT, ledger).open_cash(
            Owner(BRAND, "c-0"), "GBP", NOW
        )
        paid = Transfer(
            id="paid",
            debit_account_id=house_account(BRAND, "GBP", AccountCode.PAYMENTS),
            credit_account_id=cash,
            amount=1000,
            ledger=ledger_of("GBP"),
            code=int(TransferCode.DEPOSIT),
        )
        assert (await ledger.create_transfer(paid)).status is CreateTransferStatus.CREATED
        await wallet.close()
        yield opened


@pytest.fixture
async def wallet(tmp_path: Path) -> AsyncIterator[Database]:
    """The wallet's database."""
    database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}"), "wallet")
    yield database
    await database.close()


async def read(office: ProposalFixture, who: Actor, query: str) -> dict[str, Any]:
    """Return what a query answers."""
    answer = await ask(office.graph, who, query)
    assert "errors" not in answer, answer
    return dict(answer["data"])


async def propose(office: ProposalFixture, who: Actor, correction: dict[str, Any]) -> dict[str, Any]:
    """Propose a correction; return the answer."""
    return await office.ask(who, "proposeCorrection", input={"correction": correction, "reason": "a fee"})


async def proposed(office: ProposalFixture) -> str:
    """Return the id of the only proposal."""
    async with office.base.database.read() as connection:
        return str((await connection.execute(select(PROPOSAL.c.proposal_id))).scalar_one())


async def approve(office: ProposalFixture, who: Actor, proposal: str) -> str:
    """Approve a proposal as it is; return the code of the refusal, or the mutation's name."""
    query = select(PROPOSAL.c.content_hash).where(PROPOSAL.c.proposal_id == proposal)
    async with office.base.database.read() as connection:
        given = {"proposalId": proposal, "contentHash": await connection.scalar(query)}
    return await office.outcome(who, "approve", input=given)


async def published(office: ProposalFixture) -> list[Record]:
    """Return what waits in the outbox for the wallet."""
    c = OUTBOX.outbox.c
    async with office.base.database.read() as connection:
        rows = await connection.execute(select(c.topic, c.key, c.value).where(c.topic.like("wallet.%")))
        return [Record(row.topic, 0, 0, row.key.encode(), row.value.encode()) for row in rows]


async def test_a_correction_takes_two_people_of_finance(office: ProposalFixture, wallet: Database) -> None:
    """Whoever proposes does not approve; then it is a fact, which the wallet applies under the same id."""
    assert "errors" not in await propose(office, FAY, TAKES)
    proposal = await proposed(office)
    assert await approve(office, FAY, proposal) == "FOUR_EYES"
    assert await published(office) == []
    assert await approve(office, FINN, proposal) == "approve"
    assert await approve(office, FINN, proposal) == "CONFLICT"
    [record] = await published(office)
    decided = decode_correction(record).correction()
    assert (decided.correction_id, decided.amount_minor, decided.credit) == (proposal, -300, "")
    assert (decided.proposed_by, decided.approved_by, decided.reason) == ("Fay", "Finn", "a fee")

    async with wallet.write() as connection:
        await add_corrections(connection, CORRECTION, [decided])
    ledger = Ledger(wallet, LEDGER)
    accounts = CustomerAccounts(wallet, CUSTOMER_ACCOUNT, ledger)
    postponed = PostponedItems(wallet, POSTPONED)
    work = CorrectionWork(wallet, CORRECTION, CLOSES, ledger, accounts, postponed, SystemClock())
    assert await work.apply(NOW, 5) == 0
    assert [transfer.amount for transfer in await ledger.lookup_transfers([proposal])] == [300]
    shown = await read(
        office,
        FAY,
        f'{{ financeCorrections(brand: "{BRAND}") {{ nodes {{ id customer state amountMinor }} }} }}',
    )
    assert shown["financeCorrections"]["nodes"] == [
        {"id": proposal, "customer": customer(0), "state": "APPLIED", "amountMinor": -300}
    ]


async def test_the_same_correction_waits_once(office: ProposalFixture) -> None:
    """Who clicks twice proposes once; another amount, or the same after a decision, is another correction."""
    assert "errors" not in await propose(office, FAY, TAKES)
    proposal = await proposed(office)
    for who in (FAY, FINN):
        [error] = (await propose(office, who, TAKES))["errors"]
        assert error["extensions"]["code"] == "CONFLICT"
        assert error["message"].startswith("Fay has proposed the same correction")
    assert await approve(office, FINN, proposal) == "approve"
    assert "errors" not in await propose(office, FAY, TAKES)
    assert "errors" not in await propose(office, FAY, TAKES | {"amountMinor": -301})


async def test_what_it_would_do_is_shown_before(office: ProposalFixture) -> None:
    """What the customer has before and after, that it waits, and why it would be refused."""
    preview = "before: beforeMinor after: afterMinor refusal waits"
    given = f'customer: "{customer(0)}", currency: "GBP"'

    async def shown(amount: int, currency: str = "GBP") -> dict[str, Any]:
        asked = given.replace("GBP", currency) + f", amountMinor: {amount}"
        answer = await read(office, FAY, f"{{ correctionPreview(correction: {{{asked}}}) {{ {preview} }} }}")
        return dict(answer["correctionPreview"])

    assert await shown(-1000) == {"before": 1000, "after": 0, "refusal": None, "waits": False}
    assert await shown(5) == {"before": 1000, "after": 1005, "refusal": None, "waits": True}
    assert (await shown(-1001))["refusal"] == "No more can be taken than the customer may use now."
    assert (await shown(-1, "JPY"))["refusal"] == "This customer has no account for cash in JPY."
    async with office.base.database.read() as connection:
        looks = select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "finance.look_at_correction")
        assert set(await connection.scalars(looks)) == {f"customer:{customer(0)}"}


async def test_what_cannot_be_is_refused(office: ProposalFixture) -> None:
    """Below zero, nothing, too much, without a step-up, of another brand's customer, or of nobody."""

    async def code(who: Actor, **values: Any) -> str:
        answer = await propose(office, who, TAKES | values)
        return str(answer["errors"][0]["extensions"]["code"])

    assert await code(FAY, amountMinor=-1001) == "CONFLICT"
    assert await code(FAY, amountMinor=0) == "INVALID"
    assert await code(FAY, amountMinor=1_000_000_001) == "INVALID"
    assert await code(FAY, currency="pounds") == "INVALID"
    assert await code(FAY, customer=f"{BRAND}:nobody") == "NOT_FOUND"
    assert await code(replace(FAY, stepped_up_until=None)) == "STEP_UP_REQUIRED"
    assert await code(replace(FAY, roles={"otherbet": frozenset(Role)})) == "NOT_FOUND"
    for role in set(Role) - {Role.FINANCE}:
        assert await code(replace(FAY, roles={BRAND: frozenset({role})})) == "NOT_FOUND"


async def test_an_approval_asks_again_what_the_customer_has(
    office: ProposalFixture, wallet: Database
) -> None:
    """What was taken meanwhile cannot be taken again; the proposal stays."""
    assert "errors" not in await propose(office, FAY, TAKES | {"amountMinor": -1000})
    proposal = await proposed(office)
    async with wallet.write() as connection:
        await connection.execute(
            update(LEDGER.account).where(LEDGER.account.c.code == 1).values(debits_pending=1)
        )
    assert await approve(office, FINN, proposal) == "CONFLICT"
    assert await published(office) == []


async def test_payouts_go_on_by_two_people(office: ProposalFixture) -> None:
    """Once a later day was closed without a difference, and not if the last close differs again."""
    given = {"currency": "GBP", "reason": "the row was restored"}
    assert await office.outcome(FAY, "proposePayoutRelease", input=given | {"currency": "JPY"}) == "CONFLICT"
    assert await office.outcome(FAY, "proposePayoutRelease", input=given) == "proposePayoutRelease"
    proposal = await proposed(office)
    assert await approve(office, FAY, proposal) == "FOUR_EYES"
    assert await approve(office, FINN, proposal) == "approve"
    [record] = await published(office)
    assert decode_release(record).lifting(NOW).by == "Fay, Finn"
    assert decode_release(record).currency == "GBP"
    assert decode_release(record).days == ("2026-03-20",)


async def test_what_stops_payouts_meanwhile_has_to_be_explained_too(
    office: ProposalFixture, wallet: Database
) -> None:
    """An approval of one day's explanation lifts no stop of another day: it is proposed anew."""
    given = {"currency": "GBP", "reason": "the row was restored"}
    assert await office.outcome(FAY, "proposePayoutRelease", input=given) == "proposePayoutRelease"
    proposal = await proposed(office)
    async with wallet.write() as connection:
        [held] = (await connection.execute(select(CLOSES.hold).where(CLOSES.hold.c.currency == "GBP"))).all()
        earlier = held._asdict() | {"day": held.day - timedelta(days=1)}
        await connection.execute(insert(CLOSES.hold), [earlier])
    assert await approve(office, FINN, proposal) == "STALE"
    assert await published(office) == []


async def test_a_day_that_is_not_closed_after_keeps_payouts_stopped(
    office: ProposalFixture, wallet: Database
) -> None:
    """Nobody can propose that they go on."""
    async with wallet.write() as connection:
        last = (await connection.execute(select(CLOSES.close.c.day))).scalar_one()
        await connection.execute(update(CLOSES.hold).values(day=last + timedelta(days=1)))
    given = {"currency": "GBP", "reason": "the row was restored"}
    assert await office.outcome(FAY, "proposePayoutRelease", input=given) == "CONFLICT"


async def test_closes_and_holds_are_shown(office: ProposalFixture) -> None:
    """Closes to finance of all brands, and what stops payouts to each person of finance."""
    closes = "{ financeCloses { nodes { id day sequence signed differences { words } } hasNextPage } }"
    shown = await read(office, FAY, closes)
    assert shown["financeCloses"] == {
        "nodes": [{"id": "2", "day": "2026-03-21", "sequence": 2, "signed": False, "differences": []}],
        "hasNextPage": False,
    }
    own = replace(FAY, roles={BRAND: frozenset({Role.FINANCE})})
    holds = await read(office, own, "{ financeHolds { currency day } }")
    assert [hold["currency"] for hold in holds["financeHolds"]] == ["EUR", "GBP", "SEK", "USD"]
    positions = f'{{ financePositions(brand: "{BRAND}", day: "2026-03-21") {{ account }} }}'
    assert (await read(office, own, positions))["financePositions"] == []


async def test_a_close_that_cannot_be_read_is_said_to_be_changed(
    office: ProposalFixture, wallet: Database
) -> None:
    """In words that say who can help, where finance looks at it or needs it."""
    async with wallet.write() as connection:
        await connection.execute(update(CLOSES.close).values(content="x"))
    for query in (
        "{ financeCloses { nodes { id } } }",
        f'{{ financePositions(brand: "{BRAND}", day: "2026-03-21") {{ account }} }}',
    ):
        [error] = (await ask(office.graph, FAY, query))["errors"]
        assert "was changed, and cannot be read: an operator has to verify the closes." in error["message"]
    given = {"currency": "GBP", "reason": "the row was restored"}
    assert await office.outcome(FAY, "proposePayoutRelease", input=given) == "CONFLICT"


async def test_a_check_is_closed_with_a_finding(office: ProposalFixture, wallet: Database) -> None:
    """By one person, recorded, and once; the wallet reads it as a fact."""
    row = {"brand_id": BRAND, "customer_id": "c-0", "due_at": NOW, "net_minor": 50_000, "currency": "GBP"}
    async with wallet.write() as connection:
        await connection.execute(insert(LIMITS.check), [row])
    query = f'{{ financialChecks(brand: "{BRAND}") {{ nodes {{ customer dueAt netMinor }} }} }}'
    [check] = (await read(office, FAY, query))["financialChecks"]["nodes"]
    assert (check["customer"], check["netMinor"]) == (customer(0), 50_000)
    given = {"customer": customer(0), "dueAt": check["dueAt"], "finding": "Income is known."}
    assert await office.outcome(FAY, "closeFinancialCheck", input=given | {"finding": " "}) == "INVALID"
    assert await office.outcome(FAY, "closeFinancialCheck", input=given) == "closeFinancialCheck"
    [record] = await published(office)
    closed = decode_check(record)
    assert (closed.owner, closed.due_at, closed.closed_by) == (Owner(BRAND, "c-0"), NOW, "Fay")
    later = given | {"dueAt": (NOW + timedelta(days=1)).isoformat()}
    assert await office.outcome(FAY, "closeFinancialCheck", input=later) == "CONFLICT"
    async with office.base.database.read() as connection:
        recorded = select(AUDIT_LOG.c.reason).where(AUDIT_LOG.c.action == "finance.close_check")
        assert list(await connection.scalars(recorded)) == ["Income is known."]


@pytest.mark.parametrize("due_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_no_check_is_of_an_instant_that_is_none(office: ProposalFixture, due_at: str) -> None:
    """Such a check is not there, and that is no fault of ours."""
    given = {"customer": customer(0), "dueAt": due_at, "finding": "income is known"}
    assert await office.outcome(FAY, "closeFinancialCheck", input=given) == "CONFLICT"


async def test_how_much_waits_is_told_without_a_look_at_anybody(
    office: ProposalFixture, wallet: Database
) -> None:
    """Of the brand alone, by number; of another brand it is refused."""
    rows = [
        {"brand_id": brand, "customer_id": "c-0", "due_at": NOW, "net_minor": 1, "currency": "GBP"}
        for brand in (BRAND, "otherbet")
    ]
    decided = [
        Correction(f"d{number}", brand, "c-0", "GBP", -1, "", "a fee", "Fay", "Finn", NOW)
        for number, brand in enumerate((BRAND, BRAND, "otherbet"))
    ]
    async with wallet.write() as connection:
        await connection.execute(insert(LIMITS.check), rows)
        await add_corrections(connection, CORRECTION, decided)
        await connection.execute(
            update(CORRECTION).where(CORRECTION.c.correction_id == "d1").values(state="applied")
        )
    query = f'{{ financeWaiting(brand: "{BRAND}") {{ checks corrections }} }}'
    own = replace(FAY, roles={BRAND: frozenset({Role.FINANCE})})
    assert (await read(office, own, query))["financeWaiting"] == {"checks": 1, "corrections": 1}
    foreign = await ask(office.graph, own, query.replace(BRAND, "otherbet"))
    assert foreign["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_support_is_told_that_an_operator_keeps_the_money(
    office: ProposalFixture, wallet: Database
) -> None:
    """Nothing of it is here, so that no empty table may stand for it."""
    customers = Customers(
        SubgraphDatabases.open(office.base.settings),
        PersonalDataAccess(office.base.database, office.base.audit),
        office.base.clock,
    )
    for operators in (frozenset[str](), frozenset({BRAND})):
        money = CustomerMoney.over(wallet, customers, office.base.clock, operators)
        view = await money.view(SAM, Owner(BRAND, "c-0"))
        assert view.at_operator is bool(operators)
    await customers.databases.close()


async def test_support_sees_what_a_customer_has_and_what_happened_to_it(
    office: ProposalFixture, wallet: Database
) -> None:
    """A deposit, and a stake that is reserved, to the penny; the access is recorded."""
    ledger = Ledger(wallet, LEDGER)
    [cash] = await CustomerAccounts(wallet, CUSTOMER_ACCOUNT, ledger).of(Owner(BRAND, "c-0"))
    stake = Transfer(
        id="bet-7",
        debit_account_id=cash.id,
        credit_account_id=house_account(BRAND, "GBP", AccountCode.BETS),
        amount=250,
        ledger=ledger_of("GBP"),
        code=int(TransferCode.STAKE),
        flags=TransferFlags.PENDING,
    )
    assert (await ledger.create_transfer(stake)).status is CreateTransferStatus.CREATED
    query = (
        f'{{ customerMoney(customer: "{customer(0)}") '
        "{ accounts { account credit currency availableMinor reservedMinor expiresAt } limits { kind } } "
        f'customerTransactions(customer: "{customer(0)}") '
        "{ nodes { kind state currency amountMinor creditsMinor } hasNextPage } }"
    )
    shown = await read(office, SAM, query)
    assert shown["customerMoney"] == {
        "accounts": [
            {
                "account": "CASH",
                "credit": "",
                "currency": "GBP",
                "availableMinor": 750,
                "reservedMinor": 250,
                "expiresAt": None,
            }
        ],
        "limits": [],
    }
    same = {"currency": "GBP", "creditsMinor": 0}
    assert shown["customerTransactions"] == {
        "nodes": [
            {"kind": "STAKE", "state": "PENDING", "amountMinor": -250, **same},
            {"kind": "DEPOSIT", "state": "POSTED", "amountMinor": 1000, **same},
        ],
        "hasNextPage": False,
    }
    async with office.base.database.read() as connection:
        looks = select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action.like("support.%"))
        assert f"customer:{customer(0)}" in set(await connection.scalars(looks))
