"""Finance sends money of a deposit back by two people, who see what can go back and what became of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as with_fields
from sqlalchemy import update

from backoffice.access import Role
from consumers.wallet.messages import decode_payment
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.payment import Part
from subgraphs.wallet.payments.processor import PartKind, PartState
from subgraphs.wallet.payments.records.refunds import DecidedRefund, decide_refund, refuse_refund
from subgraphs.wallet.payments.records.store import PaymentStore
from tests.backoffice.proposal_kinds import BRAND, ProposalFixture, paid_deposit, proposal_fixture
from tests.backoffice.test_finance import FAY, FINN, SAM, approve, proposed, published, read
from tests.support.office.backoffice_fixture import NOW, employ

PAID = "pd0"
CHARGE = f"{PAID}-c1"
PAYER = f"{BRAND}:payer-0"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The back office over databases with deposits that were paid."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await employ(opened.base.database, FAY, FINN, SAM)
        yield opened


@pytest.fixture
async def wallet(tmp_path: Path) -> AsyncIterator[Database]:
    """The wallet's database."""
    database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}"), "wallet")
    yield database
    await database.close()


def asked(**others: Any) -> dict[str, Any]:
    """Return what Fay asks for."""
    return {
        "payment": PAID,
        "charge": CHARGE,
        "amountMinor": 400,
        "reason": "she paid it by mistake",
    } | others


async def propose(office: ProposalFixture, **others: Any) -> dict[str, Any]:
    """Let Fay propose to send something back; return the answer."""
    return await office.ask(FAY, "proposeRefund", input=asked(**others))


async def refusal(office: ProposalFixture, **others: Any) -> str:
    """Let Fay propose something that cannot be; return why not."""
    [error] = (await propose(office, **others))["errors"]
    return str(error["message"])


async def decide(wallet: Database, number: int, amount: int, proposal: str = "") -> str:
    """Let the wallet hear of a decision; return the id of its part."""
    decided = DecidedRefund(
        decision_id=proposal or f"d{number}",
        payment_id=PAID,
        charge_id=CHARGE,
        amount_minor=amount,
        currency="GBP",
        reason="r",
        decided_by="Fay, Finn",
        decided_at=NOW,
    )
    async with wallet.write() as connection:
        assert await decide_refund(connection, PaymentStore(wallet, PAYMENTS), decided)
    return f"{PAID}-f{number}"


async def test_two_people_decide_what_goes_back(office: ProposalFixture) -> None:
    """Whoever proposes does not approve; then the decision is a message under the proposal's id."""
    assert "errors" not in await propose(office)
    proposal = await proposed(office)
    assert await approve(office, FAY, proposal) == "FOUR_EYES"
    assert await published(office) == []
    assert await approve(office, FINN, proposal) == "approve"
    [record] = await published(office)
    decided = decode_payment(record)
    assert (decided.kind, decided.subject_id, decided.decision_id) == ("refund", PAID, proposal)
    assert (decided.charge_id, decided.amount_minor, decided.currency) == (CHARGE, 400, "GBP")
    assert (decided.by, decided.key) == ("Fay, Finn", PAYER)


async def test_another_refund_waits_until_the_wallet_has_heard_of_the_first(
    office: ProposalFixture, wallet: Database
) -> None:
    """Before, what the charge has left is not known."""
    assert "errors" not in await propose(office)
    proposal = await proposed(office)
    assert await approve(office, FINN, proposal) == "approve"
    assert await refusal(office) == (
        "Fay and Finn have decided about a refund of this payment: the wallet is about to follow."
    )
    await decide(wallet, 1, 400, proposal)
    assert "errors" not in await propose(office)


async def test_no_more_goes_back_than_there_is(office: ProposalFixture, wallet: Database) -> None:
    """What the charge has left, then what the customer may use; and again when it is approved."""
    assert await refusal(office, amountMinor=1_001) == (
        "This charge has less left: something of it was refunded, withdrawn or taken back by a bank."
    )
    assert "errors" not in await propose(office, amountMinor=1_000)
    await decide(wallet, 1, 1)
    assert await approve(office, FINN, await proposed(office)) == "CONFLICT"
    assert await published(office) == []


async def test_what_is_reserved_cannot_go_back(office: ProposalFixture, wallet: Database) -> None:
    """The customer has to have the money as cash."""
    account = PAYMENTS.payment.c
    async with wallet.write() as connection:
        poor = update(PAYMENTS.payment).where(account.payment_id == PAID)
        await connection.execute(poor.values(account_id="missing"))
    assert await refusal(office) == "The customer has less cash than that."


async def test_what_was_never_the_customers_goes_back_with_all_that_is_left(
    office: ProposalFixture, wallet: Database
) -> None:
    """It needs no cash: it is kept for its way back."""
    payment, charge = paid_deposit(BRAND, "c-0", "powed", "missing")
    back = Part(
        part_id="powed-c1r",
        payment_id="powed",
        kind=PartKind.REFUND,
        processor="card",
        amount_minor=1_000,
        currency="GBP",
        asked_at=NOW,
        source="powed-c1",
        state=PartState.FAILED,
    )
    await PaymentStore(wallet, PAYMENTS).add(payment, [with_fields(charge, admission="SELF_EXCLUDED"), back])
    owed = {"payment": "powed", "charge": "powed-c1"}
    assert (await refusal(office, **owed)).endswith("never the customer's: all that is left of it goes back.")
    assert "errors" not in await propose(office, **owed, amountMinor=1_000)


async def test_what_cannot_be_proposed_is_refused(office: ProposalFixture) -> None:
    """Without a step-up, a reason, an amount or the role, twice, and of what is not there."""

    async def code(who: Any, **others: Any) -> str:
        answer = await office.ask(who, "proposeRefund", input=asked(**others))
        return str(answer["errors"][0]["extensions"]["code"])

    assert await code(replace(FAY, stepped_up_until=None)) == "STEP_UP_REQUIRED"
    assert await code(FAY, reason=" ") == "INVALID"
    assert await code(FAY, amountMinor=0) == "INVALID"
    assert await code(FAY, charge="pd1-c1") == "NOT_FOUND"
    assert await code(FAY, payment="unknown") == "NOT_FOUND"
    assert await code(SAM) == "NOT_FOUND"
    assert await code(replace(FAY, roles={"otherbet": frozenset(Role)})) == "NOT_FOUND"
    assert "errors" not in await propose(office)
    assert (await refusal(office)).startswith("Fay has proposed a refund of this payment")


async def test_what_can_go_back_is_shown(office: ProposalFixture, wallet: Database) -> None:
    """What is left of each paid charge, and what the customer may use."""
    await decide(wallet, 1, 300)
    fields = "id processor reference leftMinor cashMinor owed"
    query = f'{{ refundableCharges(payment: "{PAID}") {{ {fields} }} }}'
    [shown] = (await read(office, FAY, query))["refundableCharges"]
    assert shown == {
        "id": CHARGE,
        "processor": "card",
        "reference": f"card-{PAID}",
        "leftMinor": 700,
        "cashMinor": 1_000,
        "owed": False,
    }


async def test_what_became_of_decisions_is_listed(office: ProposalFixture, wallet: Database) -> None:
    """The newest first, page by page, with why one was refused; a payment's story says the same."""
    store = PaymentStore(wallet, PAYMENTS)
    names = [await decide(wallet, number, 100) for number in range(1, 5)]
    await decide(wallet, 5, 5_000)
    async with wallet.write() as connection:
        part = next(part for part in await store.locked(connection, PAID) if part.part_id == names[0])
        await refuse_refund(connection, store, part)
        for name, state in zip(names[2:], (PartState.PROCESSING, PartState.DONE), strict=True):
            await store.set_part(connection, name, state=state.value, booked="asked", reference=name)
    query = (
        '{{ financeRefunds(brand: "{}", first: 3{}) {{ nodes {{ id customer state refusal }} endCursor }} }}'
    )
    page = (await read(office, FAY, query.format(BRAND, "")))["financeRefunds"]
    after = f', after: "{page["endCursor"]}"'
    rest = (await read(office, FAY, query.format(BRAND, after)))["financeRefunds"]
    nodes = [*page["nodes"], *rest["nodes"]]
    assert [(node["id"], node["state"], node["refusal"]) for node in nodes] == [
        ("d5", "REFUSED", "NOT_LEFT"),
        ("d4", "DONE", None),
        ("d3", "SENDING", None),
        ("d2", "WAITING", None),
        ("d1", "REFUSED", "INSUFFICIENT_FUNDS"),
    ]
    assert {node["customer"] for node in nodes} == {PAYER}
    query = f'{{ financePayment(id: "{PAID}") {{ story {{ kind state words by }} }} }}'
    story = (await read(office, FAY, query))["financePayment"]["story"]
    told = [(entry["kind"], entry["state"]) for entry in story if entry["kind"].startswith("REFUND")]
    assert told.count(("REFUND_DECIDED", "")) == 5
    assert set(told[1:]) >= {("REFUND_REFUSED", "INSUFFICIENT_FUNDS"), ("REFUND_REFUSED", "NOT_LEFT")}
    assert len([entry for entry in story if entry["kind"] == "SENT"]) == 1 + 2
