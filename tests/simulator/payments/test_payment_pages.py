"""What customers do on the simulated processor's page."""

from datetime import timedelta

import pytest

from foundation.storage.clock import ManualClock
from simulator.payments.hosted_page import amount_text
from tests.support.payments.merchant import CANCEL_URL, SUCCESS_URL, Merchant


async def test_a_card_that_pays_leads_back_paid(merchant: Merchant) -> None:
    """The session is complete, and its intent and charge carry what the merchant noted."""
    session = await merchant.session()
    answer = await merchant.choose(session)
    assert answer.headers["location"] == SUCCESS_URL.replace("{CHECKOUT_SESSION_ID}", session["id"])
    paid = await merchant.get(
        f"checkout/sessions/{session['id']}", **{"expand[]": "payment_intent.latest_charge"}
    )
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert paid["payment_intent"]["latest_charge"]["metadata"] == {"part": "part-1"}
    assert paid["payment_intent"]["latest_charge"]["amount"] == 2500


async def test_paying_twice_charges_once(merchant: Merchant) -> None:
    """A customer who sends the form again is led back, and nothing more is charged."""
    session = await merchant.session()
    first = await merchant.choose(session)
    again = await merchant.choose(session)
    assert again.headers["location"] == first.headers["location"]
    assert len((await merchant.get("charges"))["data"]) == 1


async def test_a_declined_card_leaves_the_page_open(merchant: Merchant) -> None:
    """The page says why, and another card pays."""
    session = await merchant.session()
    await merchant.choose(session, "insufficient_funds")
    page = (await merchant.http.get(session["url"])).text
    assert 'role="alert">Your card has insufficient funds.' in page
    declined = (await merchant.get("payment_intents"))["data"][0]
    assert declined["last_payment_error"]["decline_code"] == "insufficient_funds"
    await merchant.choose(session)
    assert [charge["status"] for charge in (await merchant.get("charges"))["data"]] == ["succeeded", "failed"]


@pytest.mark.parametrize(
    ("deed", "status"), [("confirm", "succeeded"), ("refuse", "requires_payment_method")]
)
async def test_a_bank_asks(merchant: Merchant, deed: str, status: str) -> None:
    """Nothing is charged before the customer confirms, and nothing at all if the customer refuses."""
    session = await merchant.session()
    await merchant.choose(session, "asks")
    assert "<h1>Your bank asks</h1>" in (await merchant.http.get(session["url"])).text
    await merchant.choose(session, "pays")
    assert (await merchant.get("charges"))["data"] == []
    await merchant.choose(session, deed=deed)
    assert (await merchant.get("payment_intents"))["data"][0]["status"] == status
    assert len((await merchant.get("charges"))["data"]) == (deed == "confirm")


async def test_a_customer_goes_back(merchant: Merchant) -> None:
    """Without paying; the page may be opened again."""
    session = await merchant.session()
    assert (await merchant.choose(session, deed="back")).headers["location"] == CANCEL_URL
    assert (await merchant.get(f"checkout/sessions/{session['id']}"))["status"] == "open"


async def test_a_session_ends_by_the_clock(merchant: Merchant, clock: ManualClock) -> None:
    """From then on, its page says so, and nobody can pay."""
    session = await merchant.session(expires_at=str(int(clock.now().timestamp()) + 1800))
    clock.advance(timedelta(minutes=30))
    await merchant.choose(session)
    page = await merchant.http.get(session["url"])
    assert (page.status_code, "has expired" in page.text) == (410, True)
    assert (await merchant.get("charges"))["data"] == []


@pytest.mark.parametrize("seconds", [1799, 24 * 3600 + 1])
async def test_a_session_is_open_for_half_an_hour_to_a_day(
    merchant: Merchant, clock: ManualClock, seconds: int
) -> None:
    """Another end is refused."""
    answer = await merchant.http.post(
        "/v1/checkout/sessions",
        data={
            "mode": "payment",
            "success_url": SUCCESS_URL,
            "expires_at": str(int(clock.now().timestamp()) + seconds),
            "line_items[0][price_data][currency]": "gbp",
            "line_items[0][price_data][unit_amount]": "100",
            "line_items[0][price_data][product_data][name]": "x",
        },
    )
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "expires_at")


async def test_an_expired_session_is_paid_no_more(merchant: Merchant) -> None:
    """The merchant ends it; it cannot be ended once it is paid."""
    session = await merchant.session()
    ended = await merchant.post(f"checkout/sessions/{session['id']}/expire")
    assert ended.json()["status"] == "expired"
    await merchant.choose(session)
    assert (await merchant.get("charges"))["data"] == []
    paid = await merchant.session("part-2")
    await merchant.choose(paid)
    assert (await merchant.post(f"checkout/sessions/{paid['id']}/expire")).status_code == 400


async def test_the_page_needs_nothing_from_elsewhere(merchant: Merchant) -> None:
    """Its policy allows no script, and forms lead to the merchant alone; names are escaped."""
    page = await merchant.http.get((await merchant.session())["url"])
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("form-action 'self' https://northbet.example")
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert "Northbet &amp; &lt;Sons&gt;" in page.text


@pytest.mark.parametrize(
    ("currency", "text"), [("gbp", "1,234.56 GBP"), ("jpy", "123,456 JPY"), ("bhd", "123.456 BHD")]
)
def test_amounts_have_the_digits_of_their_currency(currency: str, text: str) -> None:
    """As ISO 4217 says."""
    assert amount_text(123_456, currency) == text
