"""Finance decides about withdrawals by two people, closes cases, and sees how processors do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as with_fields
from sqlalchemy import insert, select, update

from backoffice.access import Role
from backoffice.audit.repository import AUDIT_LOG
from backoffice.finance.payments.processors import Processors
from consumers.wallet.messages import decode_payment
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.configuration import PaymentsFile
from subgraphs.wallet.payments.payment import Decision, Direction, Part, PaymentState
from subgraphs.wallet.payments.processor import PartKind, PartState
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case
from subgraphs.wallet.payments.records.store import PaymentStore
from tests.backoffice.proposal_kinds import (
    BRAND,
    ProposalFixture,
    customer,
    proposal_fixture,
    reviewed,
    waiting_withdrawal,
)
from tests.backoffice.test_finance import FAY, FINN, SAM, approve, proposed, published, read
from tests.support.office.backoffice_fixture import NOW, employ
from tests.support.office.permission_rules import ask

FIRST = waiting_withdrawal(0)
ONE_BRAND = replace(FAY, roles={BRAND: frozenset({Role.FINANCE})})


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The back office over databases with withdrawals that wait."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await employ(opened.base.database, FAY, FINN, SAM)
        yield opened


@pytest.fixture
async def wallet(tmp_path: Path) -> AsyncIterator[Database]:
    """The wallet's database."""
    database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}"), "wallet")
    yield database
    await database.close()


async def decide(office: ProposalFixture, decision: str, withdrawal: str = FIRST) -> dict[str, Any]:
    """Let Fay propose what becomes of a withdrawal; return the answer."""
    given = {"withdrawal": withdrawal, "decision": decision, "reason": "it is her own account"}
    return await office.ask(FAY, "proposeWithdrawalDecision", input=given)


async def case_of(wallet: Database, subject: str, **others: Any) -> str:
    """Let something not fit; return the case."""
    given = {"kind": CaseKind.UNKNOWN} | others
    case = Case(processor="first", subject=subject, opened_at=NOW, **given)
    async with wallet.write() as connection:
        await open_case(connection, PAYMENTS, case)
    return case.case_id


@pytest.mark.parametrize("decision", ["APPROVE", "REJECT"])
async def test_two_people_decide_about_a_withdrawal(office: ProposalFixture, decision: str) -> None:
    """Whoever proposes does not approve; then the decision is a message under the proposal's id."""
    assert "errors" not in await decide(office, decision)
    proposal = await proposed(office)
    assert await approve(office, FAY, proposal) == "FOUR_EYES"
    assert await published(office) == []
    assert await approve(office, FINN, proposal) == "approve"
    [record] = await published(office)
    decided = decode_payment(record)
    assert (decided.kind, decided.subject_id, decided.decision_id) == (decision.lower(), FIRST, proposal)
    assert (decided.proposed_by, decided.approved_by) == ("Fay", "Finn")
    assert decided.key == customer(0)


async def test_a_withdrawal_is_decided_once(office: ProposalFixture) -> None:
    """A second proposal is refused while the first waits, and while the wallet has not heard of it."""
    assert "errors" not in await decide(office, "APPROVE")
    [error] = (await decide(office, "REJECT"))["errors"]
    assert error["message"].startswith("Fay has proposed to approve this withdrawal")
    assert await approve(office, FINN, await proposed(office)) == "approve"
    [error] = (await decide(office, "REJECT"))["errors"]
    assert error["message"].startswith("Fay and Finn have decided about this withdrawal")
    assert "errors" not in await decide(office, "REJECT", waiting_withdrawal(1))


async def test_what_was_decided_otherwise_is_not_approved(office: ProposalFixture, wallet: Database) -> None:
    """A proposal about a withdrawal that waits no more is void, and a new one is told who decided."""
    assert "errors" not in await decide(office, "APPROVE")
    async with wallet.write() as connection:
        decided = {"decision_id": "p", "by": "Ann, Bob", "reason": "r", "at": NOW}
        store = PaymentStore(wallet, PAYMENTS)
        assert await store.decide(connection, FIRST, Decision.REJECTED, **decided)  # type: ignore[arg-type]
        await connection.execute(
            update(PAYMENTS.payment)
            .where(PAYMENTS.payment.c.payment_id == FIRST)
            .values(state=PaymentState.FAILED.value)
        )
    assert await approve(office, FINN, await proposed(office)) == "STALE"
    assert await published(office) == []
    [error] = (await decide(office, "APPROVE"))["errors"]
    assert error["message"] == "Ann, Bob have rejected this withdrawal already."


async def test_what_cannot_be_decided_is_refused(office: ProposalFixture) -> None:
    """Without a step-up, a reason or the role, and of another brand's customer."""

    async def code(who: Any, **others: Any) -> str:
        given = {"withdrawal": FIRST, "decision": "APPROVE", "reason": "r"} | others
        answer = await office.ask(who, "proposeWithdrawalDecision", input=given)
        return str(answer["errors"][0]["extensions"]["code"])

    assert await code(replace(FAY, stepped_up_until=None)) == "STEP_UP_REQUIRED"
    assert await code(FAY, reason=" ") == "INVALID"
    assert await code(FAY, withdrawal="unknown") == "NOT_FOUND"
    assert await code(SAM) == "NOT_FOUND"
    assert await code(replace(FAY, roles={"otherbet": frozenset(Role)})) == "NOT_FOUND"


async def test_what_waits_is_listed_with_its_reason(office: ProposalFixture, wallet: Database) -> None:
    """The oldest first, page by page; what is counted is what is listed."""
    await PaymentStore(wallet, PAYMENTS).add(reviewed("otherbet", "c-0", "pother"), ())
    await case_of(wallet, "line 1", brand_id=BRAND)
    await case_of(wallet, "line 2")
    query = '{{ financeWithdrawals(brand: "{}", first: 3{}) {{ nodes {{ id customer review }} endCursor }} }}'
    page = (await read(office, FAY, query.format(BRAND, "")))["financeWithdrawals"]
    assert [node["id"] for node in page["nodes"]] == [waiting_withdrawal(number) for number in range(3)]
    assert page["nodes"][0]["customer"] == customer(0)
    assert page["nodes"][0]["review"] == "above the amount that is paid without a look"
    after = f', after: "{page["endCursor"]}"'
    rest = (await read(office, FAY, query.format(BRAND, after)))["financeWithdrawals"]
    assert [node["id"] for node in rest["nodes"]] == [waiting_withdrawal(3)]
    counted = f'{{ financeWaiting(brand: "{BRAND}") {{ withdrawals cases }} }}'
    assert (await read(office, FAY, counted))["financeWaiting"] == {"withdrawals": 4, "cases": 2}
    assert (await read(office, ONE_BRAND, counted))["financeWaiting"] == {"withdrawals": 4, "cases": 1}


async def listed(office: ProposalFixture, who: Any, arguments: str = "") -> list[str]:
    """Return the ids of the brand's payments that somebody finds, the newest first."""
    query = f'{{ financePayments(brand: "{BRAND}"{arguments}) {{ nodes {{ id }} }} }}'
    nodes = (await read(office, who, query))["financePayments"]["nodes"]
    return [node["id"] for node in nodes]


async def test_payments_are_listed_and_found(office: ProposalFixture, wallet: Database) -> None:
    """Newest first, in pages, by kind, state, processor, currency, and the id of one or its customer."""
    newest = with_fields(reviewed(BRAND, "c-0", "pnewest"), asked_at=NOW, direction=Direction.DEPOSIT)
    await PaymentStore(wallet, PAYMENTS).add(newest, [_part("pnewest", "a", NOW)])
    await PaymentStore(wallet, PAYMENTS).add(reviewed("otherbet", "c-0", "pother"), ())
    everything = await listed(office, FAY)
    assert everything[0] == "pnewest"
    assert sorted(everything[1:]) == sorted(
        [*map(waiting_withdrawal, range(4)), *(f"pd{n}" for n in range(4))]
    )
    assert await listed(office, FAY, ', search: "c-0"') == ["pnewest", FIRST]
    assert await listed(office, FAY, f', search: " {FIRST} "') == [FIRST]
    assert await listed(office, FAY, ', search: "c-0", direction: DEPOSIT') == ["pnewest"]
    assert await listed(office, FAY, ', processor: "bank", currency: "GBP"') == ["pnewest"]
    assert await listed(office, FAY, ', state: DONE, direction: WITHDRAWAL, currency: ""') == []
    for nothing in ('search: "c-"', 'search: "pother"', 'processor: "none"', 'currency: "SEK"'):
        assert await listed(office, FAY, f", {nothing}") == []
    query = '{{ financePayments(brand: "{}", first: 1{}) {{ nodes {{ id processors }} endCursor }} }}'
    page = (await read(office, FAY, query.format(BRAND, "")))["financePayments"]
    assert page["nodes"] == [{"id": "pnewest", "processors": ["bank"]}]
    after = f', after: "{page["endCursor"]}"'
    page = (await read(office, FAY, query.format(BRAND, after)))["financePayments"]
    assert page["nodes"][0]["id"] == everything[1]


async def test_who_looks_for_payments_is_on_record(office: ProposalFixture) -> None:
    """Whose payments were looked for is named, also without any; who may not see finance sees nothing."""
    await listed(office, FAY)
    await listed(office, FAY, f', search: "{FIRST}"')
    await listed(office, FAY, ', search: "nobody"')
    async with office.base.database.read() as connection:
        looked = select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "finance.look_at_payments")
        subjects = list(await connection.scalars(looked.order_by(AUDIT_LOG.c.sequence)))
    assert subjects == [f"payments:{BRAND}", f"customer:{customer(0)}", f"customer:{BRAND}:nobody"]
    query = f'{{ financePayments(brand: "{BRAND}") {{ nodes {{ id }} }} }}'
    refused = await ask(office.graph, replace(SAM, roles={BRAND: frozenset({Role.SUPPORT})}), query)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_case_is_closed_by_one_person(office: ProposalFixture, wallet: Database) -> None:
    """What was found is a message, with the customer's key if the case is of one, and in the audit log."""
    of_customer = await case_of(wallet, "a", brand_id=BRAND, payment_id=FIRST)
    of_nobody = await case_of(wallet, "b")
    for case in (of_customer, of_nobody):
        given = {"case": case, "finding": "it was ours"}
        assert await office.outcome(FAY, "closePaymentCase", input=given) == "closePaymentCase"
    found = {record.key: decode_payment(record) for record in await published(office)}
    assert set(found) == {customer(0).encode(), of_nobody.encode()}
    assert {message.kind for message in found.values()} == {"close_case"}
    async with office.base.database.read() as connection:
        closed = select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "finance.close_payment_case")
        subjects = set(await connection.scalars(closed))
    assert subjects == {f"payment_case:{case}" for case in (of_customer, of_nobody)}


async def test_cases_of_no_brand_are_for_people_of_all_brands(
    office: ProposalFixture, wallet: Database
) -> None:
    """Others neither see nor close them."""
    mine = await case_of(wallet, "a", brand_id=BRAND, details={"line": "7", "holder": ""})
    of_nobody = await case_of(wallet, "b")
    query = f'{{ paymentCases(brand: "{BRAND}") {{ nodes {{ id details {{ name value }} }} }} }}'
    seen = (await read(office, ONE_BRAND, query))["paymentCases"]["nodes"]
    assert seen == [{"id": mine, "details": [{"name": "line", "value": "7"}]}]
    assert len((await read(office, FAY, query))["paymentCases"]["nodes"]) == 2
    given = {"case": of_nobody, "finding": "f"}
    assert await office.outcome(ONE_BRAND, "closePaymentCase", input=given) == "NOT_FOUND"
    assert await office.outcome(FAY, "closePaymentCase", input=given | {"finding": ""}) == "INVALID"
    async with wallet.write() as connection:
        await connection.execute(update(PAYMENTS.case).values(closed_at=NOW, closed_by="Ann"))
    assert await office.outcome(FAY, "closePaymentCase", input=given) == "CONFLICT"


async def test_processors_that_do_not_answer_are_seen(office: ProposalFixture, wallet: Database) -> None:
    """What was asked for more than a minute ago is in doubt; what waits for a person was not asked for."""
    store = PaymentStore(wallet, PAYMENTS)
    sending = payment_in("psending", PaymentState.SENDING)
    ages = {"a": 30, "b": 90, "c": 600}
    parts = [_part("psending", name, NOW - timedelta(seconds=age)) for name, age in ages.items()]
    await store.add(sending, [*parts, _part("psending", "d", NOW, state=PartState.PROCESSING)])
    late = NOW - timedelta(days=1)
    await store.add(payment_in("preview", PaymentState.REVIEW), [_part("preview", "e", late)])
    fields = "id doubtful doubtfulSince underWay movedAt"
    shown = (await read(office, FAY, f"{{ paymentProcessors {{ {fields} }} }}"))["paymentProcessors"]
    [found] = [processor for processor in shown if processor["id"] == "bank"]
    assert (found["id"], found["doubtful"], found["underWay"], found["movedAt"]) == ("bank", 2, 1, None)
    assert found["doubtfulSince"].startswith((NOW - timedelta(minutes=10)).isoformat()[:19])


FILE = PaymentsFile.model_validate(
    {
        "processors": [
            {"name": "bank", "adapter": "stripe"},
            {"name": "new", "adapter": "stripe", "enabled": False},
        ],
        "methods": [
            {
                "id": "card",
                "names": {"de": "Karte", "en": "Card"},
                "direction": "DEPOSIT",
                "countries": ["GB", "IE"],
                "amounts": {"GBP": {}, "EUR": {}},
                "routes": [
                    {"processor": "new", "countries": ["IE"]},
                    {"processor": "bank", "maximum": 50_000},
                ],
            }
        ],
    }
)


async def test_processors_say_for_what_they_are_asked_and_why_payments_failed(
    office: ProposalFixture, wallet: Database
) -> None:
    """As the file has it that this process was given, also those that were never asked."""
    assert office.base.payments.file is None
    parts = [
        with_fields(_part("pfailed", name, NOW - timedelta(hours=age)), state=state, reason=reason)
        for name, age, state, reason in (
            ("a", 1, PartState.FAILED, "declined"),
            ("b", 2, PartState.FAILED, "declined"),
            ("c", 3, PartState.FAILED, ""),
            ("d", 30, PartState.FAILED, "older"),
            ("e", 4, PartState.DONE, ""),
        )
    ]
    parts.append(_part("pfailed", "f", NOW))
    await PaymentStore(wallet, PAYMENTS).add(payment_in("pfailed", PaymentState.SENDING), parts)
    processors = Processors(wallet, ManualClock(NOW), FILE)
    known = {shown.health.processor: shown for shown in await processors.health(FAY)}
    bank, new = known["bank"], known["new"]
    assert [(failure.reason, failure.parts) for failure in bank.health.failures] == [("declined", 2), ("", 1)]
    assert bank.health.answered_at == NOW - timedelta(hours=1)
    assert (bank.enabled, new.enabled, known["card"].enabled) == (True, False, None)
    [route] = bank.routes
    assert (route.name, route.place, route.places, route.maximum_minor) == ("Card", 2, 2, 50_000)
    assert (route.currencies, route.countries) == (("EUR", "GBP"), ("GB", "IE"))
    assert [(route.place, route.countries, route.maximum_minor) for route in new.routes] == [
        (1, ("IE",), None)
    ]
    assert new.health.answered_at is None


def payment_in(payment_id: str, state: PaymentState) -> Any:
    """Return a withdrawal in another state, at which somebody has to look."""
    return with_fields(reviewed(BRAND, "c-0", payment_id), state=state, due_at=NOW)


def _part(payment: str, name: str, asked_at: Any, state: PartState = PartState.ASKED) -> Part:
    return Part(
        part_id=f"{payment}-{name}",
        payment_id=payment,
        kind=PartKind.PAYOUT,
        processor="bank",
        amount_minor=1,
        currency="GBP",
        asked_at=asked_at,
        state=state,
    )


async def test_compared_days_are_listed(office: ProposalFixture, wallet: Database) -> None:
    """The newest first, page by page."""
    rows = [
        {"processor": name, "day": (NOW - timedelta(days=back)).date(), "lines": 3, "matched": 2}
        | {"different": 1, "digest": "d", "compared_at": NOW}
        for name in ("bank", "first")
        for back in (1, 2)
    ]
    async with wallet.write() as connection:
        await connection.execute(insert(PAYMENTS.report), rows)
    day = (NOW - timedelta(days=1)).date()
    for subject, kind in (("a", CaseKind.MISSING), ("b", CaseKind.MISSING), ("c", CaseKind.UNKNOWN)):
        await case_of(wallet, subject, kind=kind, day=day)
    async with wallet.write() as connection:
        closed = update(PAYMENTS.case).where(PAYMENTS.case.c.subject == "a")
        await connection.execute(closed.values(closed_at=NOW, closed_by="Ann"))
    fields = "id lines matched different cases { kind cases waiting }"

    def query(after: str) -> str:
        return f"{{ paymentComparisons(first: 3{after}) {{ nodes {{ {fields} }} endCursor }} }}"

    page = (await read(office, FAY, query("")))["paymentComparisons"]
    after = f', after: "{page["endCursor"]}"'
    rest = (await read(office, FAY, query(after)))["paymentComparisons"]
    days = [(NOW - timedelta(days=back)).date() for back in (1, 2)]
    wanted = [f"{name}:{day}" for day in days for name in ("bank", "first")]
    nodes = {node["id"]: node for node in (*page["nodes"], *rest["nodes"])}
    assert list(nodes) == wanted
    assert nodes[f"first:{day}"]["cases"] == [
        {"kind": "MISSING", "cases": 2, "waiting": 1},
        {"kind": "UNKNOWN", "cases": 1, "waiting": 1},
    ]
    assert nodes[f"bank:{day}"]["cases"] == []
    counted = f'{{ financeWaiting(brand: "{BRAND}") {{ cases differingDays }} }}'
    assert (await read(office, FAY, counted))["financeWaiting"] == {"cases": 2, "differingDays": 1}


async def test_support_reads_the_story_of_a_payment(office: ProposalFixture, wallet: Database) -> None:
    """What was asked, why of whom, who decided and what was said, in time order; finance reads the same."""
    at = NOW - timedelta(hours=1)
    part = _part("pstory", "p1", at + timedelta(minutes=3), state=PartState.DONE)
    moved = {"moved_at": at + timedelta(minutes=9), "reference": "bank-1"}
    story = payment_in("pstory", PaymentState.DONE)
    decided = {"decision": "approved", "decided_by": "Fay, Finn", "decided_at": at + timedelta(minutes=2)}
    await PaymentStore(wallet, PAYMENTS).add(with_fields(story, asked_at=at, accepted_at=at, **decided), [])
    async with wallet.write() as connection:
        await PaymentStore(wallet, PAYMENTS).put_part(connection, with_fields(part, **moved))
    await case_of(wallet, "c", brand_id=BRAND, payment_id="pstory")
    fields = "id state story { kind processor state by }"
    support = f'{{ customerPayments(customer: "{customer(0)}", first: 1) {{ {fields} }} }}'
    [shown] = (await read(office, SAM, support))["customerPayments"]
    entries = [(entry["kind"], entry["processor"], entry["state"], entry["by"]) for entry in shown["story"]]
    assert entries == [
        ("ASKED", "", "", ""),
        ("CHOSEN", "", "", ""),
        ("REVIEW", "", "", ""),
        ("DECIDED", "", "approved", "Fay, Finn"),
        ("SENT", "bank", "", ""),
        ("SAID", "bank", "done", ""),
        ("CASE", "first", "unknown", ""),
    ]
    finance = await read(office, FAY, f'{{ financePayment(id: "pstory") {{ {fields} }} }}')
    assert finance["financePayment"] == shown
    assert (shown["id"], shown["state"]) == ("pstory", "DONE")
