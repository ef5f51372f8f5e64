"""What the adapter asks Stripe for, and what it makes of the answers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from stripe.params.checkout import SessionCreateParams

from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, Unanswered
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from subgraphs.wallet.payments.stripe.checkout import LOCALES, session_params
from subgraphs.wallet.payments.stripe.faults import OtherRequest
from tests.subgraphs.wallet.payments.stripe.scripted_stripe import (
    Answer,
    Asked,
    ScriptedStripe,
    error,
    listed,
)
from tests.subgraphs.wallet.payments.stripe.stripe_objects import (
    CHARGE,
    KEY,
    NOW,
    PAYOUT,
    REFUND,
    SECONDS,
    dispute,
    movement,
    payment,
    payout,
    processor,
    refund,
    session,
)

Script = dict[str, Answer]
PAID = session(status="complete", payment_status="paid", payment_intent="pi_1", url=None)


@pytest.fixture
async def stripe(scripted: ScriptedStripe) -> Any:
    """The adapter, which asks the scripted server."""
    account = processor(scripted.url, account="acct_1", display_names={"acme": "Acme Bets"})
    yield account
    await account.close()


def script(answers: Script) -> Callable[[Asked], Answer]:
    """Return what answers requests by method and path; any other is for something that is not there."""
    return lambda asked: answers.get(
        f"{asked.method} {asked.path.removeprefix('/v1')}", error(404, code="resource_missing")
    )


def one(notice: Notice | None) -> Notice:
    """Return a notice that must be there."""
    assert notice is not None
    return notice


async def test_a_charge_begins_as_a_page(scripted: ScriptedStripe, stripe: StripeProcessor) -> None:
    """The customer pays at Stripe's page, whose payment carries our id."""
    scripted.answer = script({"POST /checkout/sessions": Answer(session())})
    notice = await stripe.begin(CHARGE)
    assert notice == Notice(
        kind=PartKind.CHARGE,
        part="part-1",
        reference="cs_1",
        state=PartState.OPEN,
        amount=1_000,
        currency="EUR",
        at=NOW,
        url="https://checkout.example/cs_1",
    )
    (asked,) = scripted.asked
    assert asked.params == {
        "mode": "payment",
        "client_reference_id": "part-1",
        "metadata[furlong_part]": "part-1",
        "metadata[brand]": "acme",
        "payment_intent_data[metadata][furlong_part]": "part-1",
        "payment_intent_data[metadata][brand]": "acme",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "1000",
        "line_items[0][price_data][product_data][name]": "Acme Bets",
        "success_url": "https://acme.example/back",
        "cancel_url": "https://acme.example/back",
        "expires_at": str(SECONDS + 3_600),
        "locale": "de",
        "adaptive_pricing[enabled]": "false",
    }
    assert asked.headers["idempotency-key"] == "begin:part-1"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["stripe-account"] == "acct_1"


async def test_each_change_has_its_own_key(scripted: ScriptedStripe, stripe: StripeProcessor) -> None:
    """A part's id may stand for a page and for the end of that page, which are two requests."""
    scripted.answer = script(
        {
            "POST /checkout/sessions": Answer(session()),
            "POST /checkout/sessions/cs_1/expire": Answer(session(status="expired")),
            "GET /payment_intents/pi_1": Answer(payment()),
            "GET /refunds": listed(),
            "POST /refunds": Answer(refund()),
            "GET /payouts": listed(),
            "POST /payouts": Answer(payout()),
        }
    )
    await stripe.cancel(CHARGE, "")
    await stripe.refund(REFUND)
    await stripe.pay_out(PAYOUT)
    keys = [asked.headers["idempotency-key"] for asked in scripted.asked if asked.method == "POST"]
    assert keys == ["begin:part-1", "expire:part-1", "refund:part-2", "payout:part-3"]


async def test_a_repeated_answer_tells_an_old_time(scripted: ScriptedStripe, stripe: StripeProcessor) -> None:
    """It shows the page as it was made, and must not seem to be newer than a webhook since."""
    replayed = {"Idempotent-Replayed": "true", "Date": "Sun, 29 Nov 2026 18:00:00 GMT"}
    scripted.answer = script({"POST /checkout/sessions": Answer(session(), headers=replayed)})
    assert (await stripe.begin(CHARGE)).at == NOW


async def test_an_answer_to_a_question_tells_stripes_time(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """How a part stands is true when Stripe says it, by Stripe's clock."""
    headers = {"Date": "Sun, 29 Nov 2026 12:34:56 GMT"}
    scripted.answer = script({"GET /payouts/po_1": Answer(payout(), headers=headers)})
    notice = one(await stripe.ask(PartKind.PAYOUT, "part-3", "po_1"))
    assert notice.at == datetime(2026, 11, 29, 12, 34, 56, tzinfo=UTC)


async def test_a_page_that_cannot_be_made_again_is_looked_for(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """When Stripe has forgotten the key after a day, the page's end is over: what became of it is told."""
    scripted.answer = script(
        {
            "POST /checkout/sessions": error(400, code="parameter_invalid_integer", param="expires_at"),
            "GET /checkout/sessions": listed(session(id="cs_0", metadata={}), PAID),
            "GET /checkout/sessions/cs_1": Answer(PAID),
        }
    )
    assert (await stripe.begin(CHARGE)).state is PartState.DONE
    made = {name: value for name, value in scripted.asked[1].params.items() if name.startswith("created")}
    assert made == {"created[gte]": str(SECONDS - 24 * 3_600), "created[lte]": str(SECONDS + 3_600)}


async def test_a_page_that_never_was_and_ends_too_soon_has_failed(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """Nobody can have paid at it."""
    scripted.answer = script(
        {
            "POST /checkout/sessions": error(400, code="parameter_invalid_integer", param="expires_at"),
            "GET /checkout/sessions": listed(),
        }
    )
    notice = await stripe.begin(CHARGE)
    assert (notice.state, notice.reason) == (PartState.FAILED, "parameter_invalid_integer")


async def test_an_amount_that_stripe_cannot_write_is_not_sent(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """Neither as a charge, nor as a refund, nor as a payout."""
    charge = structs.replace(CHARGE, amount=5_124, currency="KWD")
    back = structs.replace(REFUND, amount=5_124, currency="KWD")
    out = structs.replace(PAYOUT, amount=1_050, currency="HUF")
    notices = [await stripe.begin(charge), await stripe.refund(back), await stripe.pay_out(out)]
    assert {(notice.state, notice.reason) for notice in notices} == {(PartState.FAILED, "amount_not_exact")}
    assert [notice.amount for notice in notices] == [5_124, 5_124, 1_050]
    assert scripted.asked == []


@pytest.mark.parametrize("reference", ["cs_1", "pi_1", ""])
async def test_an_open_page_is_closed(
    scripted: ScriptedStripe, stripe: StripeProcessor, reference: str
) -> None:
    """It is found by its id, by its payment's, or by being made under the same key once more."""
    scripted.answer = script(
        {
            "GET /checkout/sessions/cs_1": Answer(session()),
            "GET /checkout/sessions": listed(session(payment_intent="pi_1")),
            "POST /checkout/sessions": Answer(session()),
            "POST /checkout/sessions/cs_1/expire": Answer(session(status="expired", url=None)),
        }
    )
    notice = await stripe.cancel(CHARGE, reference)
    assert (notice.state, notice.reason, notice.part) == (PartState.FAILED, "expired", "part-1")


async def test_a_page_that_was_paid_cannot_be_closed(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """The customer was faster: the charge is done."""
    scripted.answer = script(
        {
            "POST /checkout/sessions/cs_1/expire": error(400),
            "GET /checkout/sessions/cs_1": Answer(PAID),
        }
    )
    notice = await stripe.cancel(CHARGE, "cs_1")
    assert (notice.state, notice.reference) == (PartState.DONE, "pi_1")


@pytest.mark.parametrize("charge", ["pi_1", "cs_1"])
async def test_a_refund_is_of_the_payment(
    scripted: ScriptedStripe, stripe: StripeProcessor, charge: str
) -> None:
    """Whether the charge is known by its page or by its payment."""
    scripted.answer = script(
        {
            "GET /checkout/sessions/cs_1": Answer(PAID),
            "GET /payment_intents/pi_1": Answer(payment()),
            "GET /refunds": listed(refund(id="re_0", metadata={"furlong_part": "part-9"})),
            "POST /refunds": Answer(refund(status="pending")),
        }
    )
    notice = await stripe.refund(structs.replace(REFUND, charge=charge))
    assert (notice.state, notice.reference, notice.of) == (PartState.PROCESSING, "re_1", "pi_1")
    assert scripted.asked[-1].params == {
        "payment_intent": "pi_1",
        "amount": "400",
        "metadata[furlong_part]": "part-2",
    }


async def test_a_refund_that_was_made_is_not_made_again(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """Not even when Stripe has forgotten its key, a day later: it is among the refunds of the payment."""
    scripted.answer = script(
        {
            "GET /payment_intents/pi_1": Answer(payment()),
            "GET /refunds": listed(refund(id="re_0", metadata={}), refund()),
        }
    )
    assert (await stripe.refund(REFUND)).reference == "re_1"
    assert scripted.calls() == ["GET /v1/payment_intents/pi_1", "GET /v1/refunds"]


@pytest.mark.parametrize(
    ("charge", "currency", "reason"),
    [
        ("cs_2", "EUR", "charge_not_paid"),
        ("ch_1", "EUR", "charge_not_paid"),
        ("pi_1", "USD", "charge_in_other_currency"),
        ("pi_2", "EUR", "resource_missing"),
    ],
)
async def test_a_refund_of_no_such_money_has_failed(
    scripted: ScriptedStripe, stripe: StripeProcessor, charge: str, currency: str, reason: str
) -> None:
    """Nothing is sent back of a charge that nobody paid, or in another currency."""
    scripted.answer = script(
        {
            "GET /checkout/sessions/cs_2": Answer(session(id="cs_2")),
            "GET /payment_intents/pi_1": Answer(payment()),
        }
    )
    notice = await stripe.refund(structs.replace(REFUND, charge=charge, currency=currency))
    assert (notice.state, notice.reason, notice.of) == (PartState.FAILED, reason, charge)
    assert not [asked for asked in scripted.asked if asked.method == "POST"]


async def test_a_payout_goes_to_a_token(scripted: ScriptedStripe, stripe: StripeProcessor) -> None:
    """Stripe knows the account; the name of its holder is not sent."""
    scripted.answer = script({"GET /payouts": listed(payout(metadata={})), "POST /payouts": Answer(payout())})
    notice = await stripe.pay_out(PAYOUT)
    assert (notice.state, notice.reference, notice.part) == (PartState.PROCESSING, "po_1", "part-3")
    assert scripted.asked[0].params == {"limit": "100", "destination": "ba_1"}
    assert scripted.asked[1].params == {
        "amount": "700",
        "currency": "eur",
        "destination": "ba_1",
        "metadata[furlong_part]": "part-3",
    }


async def test_a_payout_that_was_made_is_not_made_again(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """It is among the payouts to the account, on whichever page of them."""
    first = listed(payout(id="po_0", metadata={}), more=True)
    scripted.answer = lambda asked: listed(payout()) if "starting_after" in asked.params else first
    assert (await stripe.pay_out(PAYOUT)).reference == "po_1"
    assert scripted.calls() == ["GET /v1/payouts", "GET /v1/payouts"]


async def test_another_request_under_the_id_of_an_earlier_one_is_a_fault(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """Also when Stripe has forgotten the key, and only its lists know the earlier one."""
    scripted.answer = script(
        {
            "GET /payment_intents/pi_1": Answer(payment()),
            "GET /refunds": listed(refund()),
            "GET /payouts": listed(payout()),
            "POST /checkout/sessions": error(400, param="expires_at"),
            "GET /checkout/sessions": listed(PAID),
            "GET /checkout/sessions/cs_1": Answer(PAID),
        }
    )
    for act in (
        stripe.refund(structs.replace(REFUND, amount=401)),
        stripe.pay_out(structs.replace(PAYOUT, amount=701)),
        stripe.pay_out(structs.replace(PAYOUT, currency="USD")),
        stripe.begin(structs.replace(CHARGE, amount=1_001)),
    ):
        with pytest.raises(OtherRequest):
            await act


@pytest.mark.parametrize(
    "account", ["DE89370400440532013000", "4242424242424242", "", "ba_1/../x", "ba_1\n", "acct_1", "po_1"]
)
async def test_only_tokens_of_accounts_are_sent(
    scripted: ScriptedStripe, stripe: StripeProcessor, account: str
) -> None:
    """A card's number, or an IBAN, that got here by mistake goes no further."""
    notice = await stripe.pay_out(structs.replace(PAYOUT, account=account))
    assert (notice.state, notice.reason) == (PartState.FAILED, "account_is_not_a_token")
    assert scripted.asked == []


DECLINED = payment(status="requires_payment_method", last_payment_error={"decline_code": "stolen_card"})
WITH_FEE = payment(
    latest_charge={"object": "charge", "id": "ch_1", "balance_transaction": movement(currency="eur")}
)
STANDS: list[tuple[dict[str, Any], PartState, str, str, int | None]] = [
    (session(), PartState.OPEN, "cs_1", "", None),
    (session(payment_intent=DECLINED), PartState.OPEN, "pi_1", "stolen_card", None),
    (session(status="expired"), PartState.FAILED, "cs_1", "expired", None),
    ({**PAID, "payment_intent": WITH_FEE}, PartState.DONE, "pi_1", "", 39),
    (
        session(status="complete", payment_intent=payment(status="processing")),
        PartState.PROCESSING,
        "pi_1",
        "",
        None,
    ),
    (session(status="complete", payment_intent=DECLINED), PartState.FAILED, "pi_1", "stolen_card", None),
]


@pytest.mark.parametrize(("page", "state", "reference", "reason", "fee"), STANDS)
async def test_a_page_says_how_its_charge_stands(
    scripted: ScriptedStripe,
    stripe: StripeProcessor,
    *,
    page: dict[str, Any],
    state: PartState,
    reference: str,
    reason: str,
    fee: int | None,
) -> None:
    """With its payment, by which it can be declined, on its way, or done for a fee."""
    scripted.answer = script({"GET /checkout/sessions/cs_1": Answer(page)})
    notice = one(await stripe.ask(PartKind.CHARGE, "part-1", "cs_1"))
    assert (notice.state, notice.reference, notice.reason, notice.fee) == (state, reference, reason, fee)
    assert bool(notice.url) == (state is PartState.OPEN)
    assert scripted.asked[0].params == {"expand[0]": "payment_intent.latest_charge.balance_transaction"}


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("succeeded", PartState.DONE, ""),
        ("processing", PartState.PROCESSING, ""),
        ("requires_capture", PartState.PROCESSING, ""),
        ("canceled", PartState.FAILED, "abandoned"),
    ],
)
async def test_a_payment_says_how_its_charge_stands(
    scripted: ScriptedStripe, stripe: StripeProcessor, *, status: str, state: PartState, reason: str
) -> None:
    """It needs no page for that, unless the customer may still pay."""
    about = payment(status=status, cancellation_reason="abandoned")
    scripted.answer = script({"GET /payment_intents/pi_1": Answer(about)})
    notice = one(await stripe.ask(PartKind.CHARGE, "part-1", "pi_1"))
    assert (notice.state, notice.reason, notice.part) == (state, reason, "part-1")


async def test_an_unpaid_payments_page_says_whether_it_may_be_paid(
    scripted: ScriptedStripe, stripe: StripeProcessor
) -> None:
    """A declined payment is open as long as its page, and no longer."""
    page = session(status="expired", payment_intent="pi_1")
    scripted.answer = script(
        {
            "GET /payment_intents/pi_1": Answer(DECLINED),
            "GET /checkout/sessions": listed(page),
            "GET /checkout/sessions/cs_1": Answer(page),
        }
    )
    assert one(await stripe.ask(PartKind.CHARGE, "part-1", "pi_1")).state is PartState.FAILED


@pytest.mark.parametrize(
    ("kind", "reference", "path", "about"),
    [
        (PartKind.REFUND, "re_1", "/refunds/re_1", refund()),
        (PartKind.REFUND, "pyr_1", "/refunds/pyr_1", refund(id="pyr_1")),
        (PartKind.PAYOUT, "po_1", "/payouts/po_1", payout()),
        (PartKind.DISPUTE, "dp_1", "/disputes/dp_1", dispute()),
        (PartKind.DISPUTE, "du_1", "/disputes/du_1", dispute(id="du_1")),
    ],
)
async def test_a_part_is_asked_for_by_stripes_id(
    scripted: ScriptedStripe,
    stripe: StripeProcessor,
    *,
    kind: PartKind,
    reference: str,
    path: str,
    about: dict[str, Any],
) -> None:
    """What is there is told; what is not there is told to be absent."""
    scripted.answer = script({f"GET {path}": Answer(about)})
    notice = one(await stripe.ask(kind, "", reference))
    assert (notice.kind, notice.reference) == (kind, reference)
    scripted.answer = script({})
    assert await stripe.ask(kind, "", reference) is None


@pytest.mark.parametrize("reference", ["po_1", "re_1", "x", "../v1/payouts"])
async def test_an_id_of_another_kind_is_no_question(
    scripted: ScriptedStripe, stripe: StripeProcessor, reference: str
) -> None:
    """It says nothing about the charge, so that there is no answer."""
    with pytest.raises(Unanswered):
        await stripe.ask(PartKind.CHARGE, "part-1", reference)
    assert scripted.asked == []


@pytest.mark.parametrize(
    ("kind", "part", "path", "about"),
    [
        (PartKind.CHARGE, "part-1", "/checkout/sessions", session()),
        (PartKind.REFUND, "part-2", "/refunds", refund()),
        (PartKind.PAYOUT, "part-3", "/payouts", payout()),
    ],
)
async def test_a_part_is_looked_for_by_our_id(
    scripted: ScriptedStripe,
    stripe: StripeProcessor,
    *,
    kind: PartKind,
    part: str,
    path: str,
    about: dict[str, Any],
) -> None:
    """Among what was made in the last 48 hours; Stripe's search, which lags behind, is not asked."""
    other = {**about, "id": "other_1", "metadata": {"furlong_part": "part-9"}}
    answers = {f"GET {path}": listed(other, about), f"GET {path}/{about['id']}": Answer(about)}
    scripted.answer = script(answers)
    assert one(await stripe.ask(kind, part, "")).reference == about["id"]
    since = int((NOW - timedelta(hours=48)).timestamp())
    assert scripted.asked[0].params == {"limit": "100", "created[gte]": str(since)}
    assert await stripe.ask(kind, "part-7", "") is None


async def test_a_dispute_has_no_id_of_ours(scripted: ScriptedStripe, stripe: StripeProcessor) -> None:
    """We never make one."""
    assert await stripe.ask(PartKind.DISPUTE, "part-1", "") is None
    assert scripted.asked == []


async def test_an_inquiry_is_no_dispute(scripted: ScriptedStripe, stripe: StripeProcessor) -> None:
    """Until the bank takes the money."""
    inquiry = dispute(status="warning_needs_response", balance_transactions=[])
    scripted.answer = script({"GET /disputes/dp_1": Answer(inquiry)})
    assert await stripe.ask(PartKind.DISPUTE, "", "dp_1") is None


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("de", "de"),
        ("en_GB", "en-GB"),
        ("pt-br", "pt-BR"),
        ("de-AT", "de"),
        ("es-419", "es-419"),
        ("xx", "auto"),
    ],
)
def test_the_page_speaks_the_customers_language(language: str, locale: str) -> None:
    """Or the same language of elsewhere, or that of the browser."""
    charge = structs.replace(CHARGE, language=language)
    assert session_params(charge, 1_000, "Acme")["locale"] == locale


def test_the_languages_are_those_of_the_sdk() -> None:
    """A language that Stripe adds is a line to change."""
    known = re.findall("'([^']+)'", str(SessionCreateParams.__annotations__["locale"]))
    assert set(known) == LOCALES | {"auto"}


@pytest.mark.parametrize("charge", ["ch_1", "py_1"])
async def test_a_charge_without_a_payment_is_none_of_ours(
    stripe: StripeProcessor, scripted: ScriptedStripe, charge: str
) -> None:
    """What is of one of ours names its payment; Stripe is not asked."""
    assert await stripe.ask(PartKind.CHARGE, "", charge) is None
    assert scripted.asked == []
