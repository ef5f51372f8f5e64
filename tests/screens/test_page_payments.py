"""Deposits and withdrawals on the demo's page in a real browser, over a wallet in the hand of a test."""

import json
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.screens.money_pages import entry, limit, money_page, pounds
from tests.screens.payment_pages import (
    ACCOUNT,
    IBAN,
    PAY_URL,
    PROCESSOR,
    PayingWallet,
    open_form,
    payment,
    serve_processor,
    type_amount,
)
from tests.screens.test_page_money import TALL, faults
from tests.support.browsers.screen_gallery import Look
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

LOOKS: Final = (Look(360), Look(360, "de", text="200%"), Look(360, "ar", theme="dark"), Look(1280, "it"))
TRANSFER_TO: Final = {"holder": "Northbet Ltd", "account": "GB12NORT60161331926819", "reference": "FL-7Q2M-1"}
UNTIL: Final = "2026-11-29T12:00:00Z"
BEFORE_WITHDRAWING: Final = (
    "Minimum and maximum £5.00 to £1,000.00 Fee £3.50, taken from the amount You receive £196.50 "
    "How long it takes Up to 3 working days "
    "We may check a withdrawal before we send it, "
    "and always do if you withdraw more than £500.00 in 24 hours. "
    "Once you\u2019ve asked for a withdrawal, you can\u2019t cancel it."
)
CLIPBOARD: Final = """Object.defineProperty(navigator, 'clipboard', {
  value: { writeText: async (text) => { window.copied = text; } },
})"""
EVERY_STATE: Final = (
    payment(1, url=PAY_URL),
    payment(2, url=PAY_URL, decline="INSUFFICIENT_FUNDS"),
    payment(3, instructions=TRANSFER_TO),
    payment(4, code="PENDING"),
    payment(5, "WITHDRAWAL", "REVIEW", fee=pounds(50)),
)
RETRIES: Final = 3
"""How often the page asks by itself while there is no answer."""


def standings(page: Page) -> list[str]:
    """Return how the listed payments stand, the newest first."""
    rows = page.get_by_test_id("payment").all()
    return [row.get_attribute("data-standing") or "" for row in rows]


def expect_standing(page: Page, standing: str, words: str) -> None:
    """Expect how the newest payment stands."""
    newest = page.get_by_test_id("payment").first
    expect(newest).to_have_attribute("data-standing", standing)
    expect(newest).to_contain_text(words)


def let_retries_pass(page: Page) -> None:
    """Let the page ask as often as it does by itself."""
    for _ in range(RETRIES):
        page.clock.fast_forward(2_000)


@pytest.mark.slow("axe looks at three forms in four looks")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_form_is_accessible_and_nothing_is_cut_off(chromium: LocalChromium, look: Look) -> None:
    """In four languages, on a phone, at twice the size of text, and in the dark."""
    wallet = PayingWallet(balance=123_456, payments=[*EVERY_STATE], can_add_account=True)
    wallet.limits = [limit("DEPOSIT_DAY", amount=pounds(5_000), used=pounds(1_000), until=UNTIL)]
    with money_page(chromium, wallet, width=look.width, language=look.language, theme=look.theme) as page:
        page.set_viewport_size({"width": look.width, "height": TALL})
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", look.text)
        open_form(page, "deposit")
        expect(page.get_by_test_id("payment")).to_have_count(len(EVERY_STATE))
        type_amount(page, "20")
        found = faults(page, look, ".money")
        type_amount(page, "60")
        found += faults(page, look, ".money")
        page.get_by_test_id("open-withdrawal").click()
        type_amount(page, "600")
        page.get_by_test_id("add-account").click()
        page.get_by_test_id("account-holder").fill("Ada")
        page.get_by_test_id("account-iban").fill("GB00")
        page.get_by_test_id("add-this-account").click()
        expect(page.get_by_test_id("account-fault")).to_be_visible()
        found += faults(page, look, ".money")
        assert found == []


def test_a_deposit_says_everything_before_its_button_and_is_paid_elsewhere(chromium: LocalChromium) -> None:
    """By keyboard alone; the processor's page is the whole window, and on the way back the state is seen."""
    wallet = PayingWallet()
    with money_page(chromium, wallet, width=360) as page:
        serve_processor(page)
        open_form(page, "deposit")
        pay = page.get_by_test_id("pay")
        expect(pay).to_have_text("Deposit")
        expect(pay).to_have_attribute("aria-disabled", "true")
        page.get_by_test_id("payment-amount").focus()
        page.keyboard.type("4")
        expect(page.get_by_test_id("payment-help")).to_have_text("The minimum is £5.00.")
        type_amount(page, "2500")
        expect(page.get_by_test_id("payment-help")).to_have_text("The maximum is £2,000.00.")
        type_amount(page, "20")
        expect(pay).to_have_text("Deposit £20.00")
        terms = page.get_by_test_id("payment-terms")
        for words in (
            "£5.00 to £2,000.00",
            "None",
            "Added to your balance£20.00",
            "Immediately",
            "never see your card",
        ):
            expect(terms).to_contain_text(words)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{PROCESSOR}/**")
        wallet.payments[0]["url"] = None
        page.click("#back")
        expect_standing(page, "confirming", "Your payment is being confirmed.")
        wallet.balance = 4_500
        wallet.change(state="DONE")
        expect_standing(page, "arrived", "The money reached your balance.")
        expect(page.get_by_test_id("balance-cash")).to_have_text("£45.00")
        assert len(wallet.sent) == 1


def test_a_withdrawal_says_fee_time_check_and_that_it_cannot_be_taken_back(chromium: LocalChromium) -> None:
    """What arrives is the amount less its fee."""
    wallet = PayingWallet(balance=100_000, becomes={"state": "REVIEW", "fee": pounds(350)})
    with money_page(chromium, wallet) as page:
        open_form(page, "withdrawal")
        expect(page.get_by_test_id("payment-terms")).to_contain_text("£0.50 + 1.5%, taken from the amount")
        expect(page.get_by_test_id("payment-review")).to_contain_text(
            "always do if you withdraw more than £500.00"
        )
        type_amount(page, "1500")
        expect(page.get_by_test_id("payment-help")).to_have_text("You can withdraw £1,000.00 now.")
        type_amount(page, "600")
        expect(page.get_by_test_id("payment-review")).to_contain_text("We\u2019ll check this withdrawal")
        type_amount(page, "200")
        pay = page.get_by_test_id("pay")
        expect(pay).to_have_accessible_description(BEFORE_WITHDRAWING)
        expect(pay).to_have_text("Withdraw £200.00")
        pay.dblclick()
        expect_standing(page, "review", "We check this withdrawal before we send it.")
        expect(page.get_by_test_id("payment-form")).to_have_count(0)
        expect(page.get_by_role("heading", name="Deposits and withdrawals")).to_be_focused()
        assert [(name, sent["amountMinor"]) for name, sent in wallet.sent] == [("withdraw", 20_000)]


def test_a_double_press_and_the_way_back_ask_once(chromium: LocalChromium) -> None:
    """Pressing again after "back" goes to the same page; another amount is another deposit."""
    wallet = PayingWallet(answers=False)
    with money_page(chromium, wallet) as page:
        serve_processor(page)
        open_form(page, "deposit")
        type_amount(page, "20")
        page.get_by_test_id("pay").dblclick()
        expect(page.get_by_test_id("payment-notice")).to_have_text("Sending\u2026")
        page.get_by_test_id("pay").press("Enter")
        wallet.answer()
        page.wait_for_url(f"{PROCESSOR}/**")
        assert len(wallet.sent) == 1
        page.go_back()
        expect_standing(page, "pay", "Finish paying on our payment provider")
        expect(page.get_by_test_id("continue-to-pay")).to_have_attribute("href", PAY_URL)
        for amount in ("20", "30"):
            if page.get_by_test_id("payment-form").count() == 0:
                page.get_by_test_id("open-deposit").click()
            type_amount(page, amount)
            page.get_by_test_id("pay").click()
            page.wait_for_url(f"{PROCESSOR}/**")
            page.go_back()
            expect(page.get_by_test_id("payments")).to_be_visible()
        assert [sent["amountMinor"] for _, sent in wallet.sent] == [2_000, 2_000, 3_000]
        assert len(wallet.keys) == 2


def test_a_slow_deposit_has_one_state_at_a_time(chromium: LocalChromium) -> None:
    """While it is sent, and while nobody has answered, the form says so, and the list no second thing."""
    wallet = PayingWallet(answers=False, becomes={"state": "ASKED", "code": "PENDING"})
    with money_page(chromium, wallet, width=360) as page:
        open_form(page, "deposit")
        wallet.payments.append(payment(9, state="DONE", amount=pounds(700)))
        wallet.push()
        expect(page.get_by_test_id("payment")).to_have_count(1)
        type_amount(page, "20")
        page.get_by_test_id("pay").click()
        expect(page.get_by_test_id("payment-notice")).to_have_text("Sending\u2026")
        wallet.balance += 1  # by which the test knows that the page has the wallet with the payment in it
        wallet.push()
        expect(page.get_by_test_id("amount-cash")).to_contain_text(".01")
        assert standings(page) == ["arrived"]
        wallet.answer()
        expect_standing(page, "doubt", "We don\u2019t know yet")
        expect(page.get_by_test_id("payment-notice")).to_have_count(0)


def test_a_lost_answer_is_asked_for_again_under_its_key_also_after_a_reload(chromium: LocalChromium) -> None:
    """Until there is one, nothing else can be asked for; the panel opens by itself."""
    wallet = PayingWallet(balance=10_000, becomes={"state": "SENDING"}, loses=RETRIES + 3)
    with money_page(chromium, wallet, width=360) as page:
        open_form(page, "withdrawal")
        type_amount(page, "20")
        page.get_by_test_id("pay").click()
        let_retries_pass(page)
        waiting = page.get_by_test_id("payment-unanswered")
        expect(waiting).to_contain_text("whether your withdrawal of £20.00 reached us. Your money is safe.")
        expect(page.get_by_test_id("payment-form")).to_have_count(0)
        kept = page.evaluate("sessionStorage.getItem('furlong:demo-asked:northbet:c-1001')")
        assert json.loads(kept)["WITHDRAWAL"]["key"] == wallet.sent[0][1]["idempotencyKey"]
        page.reload()
        expect(waiting).to_be_visible()
        page.get_by_test_id("ask-again").click()
        let_retries_pass(page)
        expect(waiting).to_contain_text("£20.00")
        page.get_by_test_id("ask-again").click()
        expect_standing(page, "sending", "The money is on its way to you.")
        expect(waiting).to_have_count(0)
        assert len(wallet.sent) == 2 * RETRIES + 1
        assert len(wallet.keys) == 1
        assert page.evaluate("sessionStorage.getItem('furlong:demo-asked:northbet:c-1001')") is None


def test_a_reload_while_nobody_has_answered_asks_for_nothing(chromium: LocalChromium) -> None:
    """The request is shown as unanswered, and is sent again only by the customer."""
    wallet = PayingWallet(answers=False)
    with money_page(chromium, wallet) as page:
        serve_processor(page)
        open_form(page, "deposit")
        type_amount(page, "20")
        page.get_by_test_id("pay").click()
        expect(page.get_by_test_id("payment-notice")).to_have_text("Sending\u2026")
        page.reload()
        expect(page.get_by_test_id("payment-unanswered")).to_contain_text("£20.00")
        assert len(wallet.sent) == 1
        wallet.answers = True
        page.get_by_test_id("ask-again").click()
        page.wait_for_url(f"{PROCESSOR}/**")
        assert len({sent["idempotencyKey"] for _, sent in wallet.sent}) == 1


@pytest.mark.parametrize(
    ("facts", "standing", "words"),
    [
        (
            {"decline": "EXPIRED_CARD", "url": PAY_URL},
            "retry",
            "The card has expired. No money was taken. You can try again",
        ),
        (
            {"state": "FAILED", "code": "DECLINED", "decline": "NOT_CONFIRMED"},
            "declined",
            "wanted you to confirm the payment",
        ),
        ({"state": "FAILED", "code": "DECLINED"}, "unpaid", "wasn\u2019t paid. No money was taken."),
        (
            {"state": "FAILED", "code": "METHOD_UNAVAILABLE"},
            "unavailable",
            "wasn\u2019t available. No money was taken.",
        ),
        ({"code": "PENDING"}, "doubt", "Your money is safe, and you don\u2019t need to do anything."),
        ({"state": "ASKED", "code": "PENDING"}, "doubt", "We don\u2019t know yet"),
        ({"state": "RETURNED"}, "returned", "It\u2019s going back to where it came from."),
        (
            {"direction": "WITHDRAWAL", "state": "REVIEW"},
            "review",
            "We check this withdrawal before we send it.",
        ),
        ({"direction": "WITHDRAWAL", "state": "DONE"}, "paid-out", "The money was sent to you."),
        ({"direction": "WITHDRAWAL", "state": "FAILED"}, "not-sent", "back in your balance."),
        (
            {"direction": "WITHDRAWAL", "state": "FAILED", "code": "DECLINED"},
            "came-back",
            "couldn\u2019t be sent.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_each_state_is_said_in_plain_words(
    chromium: LocalChromium, facts: dict[str, Any], standing: str, words: str
) -> None:
    """With the reason that a bank gives, and a way on only where there is one."""
    with money_page(chromium, PayingWallet(payments=[payment(1) | facts]), width=360) as page:
        page.get_by_test_id("balance").click()
        expect_standing(page, standing, words)
        expect(page.get_by_test_id("continue-to-pay")).to_have_count(1 if "url" in facts else 0)


def test_a_bank_transfer_says_where_to_send_it_and_can_be_copied(chromium: LocalChromium) -> None:
    """The reference too, by which it is found."""
    wallet = PayingWallet(becomes={"instructions": TRANSFER_TO})
    with money_page(chromium, wallet, width=360) as page:
        page.evaluate(CLIPBOARD)
        open_form(page, "deposit")
        page.get_by_test_id("payment-method").get_by_label("Bank transfer").check()
        type_amount(page, "20")
        expect(page.get_by_test_id("payment-terms")).to_contain_text("Up to 1 working day")
        page.get_by_test_id("pay").click()
        expect_standing(page, "transfer", "GB12NORT60161331926819")
        page.get_by_role("button", name="Copy: Reference").click()
        expect(page.get_by_test_id("copy-reference")).to_have_text("Copied")
        assert page.evaluate("window.copied") == "FL-7Q2M-1"


def test_a_deposit_waits_for_the_answer_about_a_limit(chromium: LocalChromium) -> None:
    """The question stands in the place of the form, and the answer opens it."""
    wallet = PayingWallet(prompts=["FIRST_DEPOSIT"])
    with money_page(chromium, wallet, width=360) as page:
        open_form(page, "deposit")
        card = page.get_by_test_id("payment-section").get_by_test_id("prompt")
        expect(card).to_contain_text("Do you want a deposit limit?")
        expect(page.get_by_test_id("payment-form")).to_have_count(0)
        wallet.prompts = []
        card.get_by_test_id("prompt-answer").click()
        expect(page.get_by_test_id("payment-form")).to_be_visible()
        assert [name for name, _ in wallet.asked] == ["declineLimit"]


def test_limits_and_exclusions_stop_deposits_in_their_own_words_but_no_withdrawal(
    chromium: LocalChromium,
) -> None:
    """What limits leave is said before; the server's refusal is said as well."""
    wallet = PayingWallet(becomes={"state": "REFUSED", "code": "LIMIT_REACHED"})
    wallet.limits = [limit("DEPOSIT_DAY", amount=pounds(5_000), used=pounds(2_000), until=UNTIL)]
    with money_page(chromium, wallet) as page:
        open_form(page, "deposit")
        expect(page.get_by_test_id("payment-room")).to_contain_text(
            "leave you £30.00 until Sun, 29 November 2026 at 12:00"
        )
        type_amount(page, "30.01")
        expect(page.get_by_test_id("payment-help")).to_contain_text("more than your deposit limit allows")
        type_amount(page, "30")
        page.get_by_test_id("pay").click()
        expect(page.get_by_test_id("payment-notice")).to_contain_text("more than your deposit limit allows")
        expect_standing(page, "refused", "No money was taken.")
        wallet.limits = [limit("EXCLUSION", until="2027-05-28T20:00:00Z")]
        wallet.push()
        expect(page.get_by_test_id("payment-stopped")).to_contain_text("You\u2019ve excluded yourself until")
        page.get_by_test_id("open-withdrawal").click()
        expect(page.get_by_test_id("payment-form")).to_be_visible()


def test_a_bank_account_is_checked_at_its_field_and_masked_afterwards(chromium: LocalChromium) -> None:
    """The number is nowhere on the page or in the tab's storage once it is added."""
    wallet = PayingWallet(balance=10_000, can_add_account=True)
    wallet.methods["withdraw"] = []
    with money_page(chromium, wallet, width=360) as page:
        open_form(page, "withdrawal")
        expect(page.get_by_test_id("payment-no-way")).to_be_visible()
        holder, iban = page.get_by_test_id("account-holder"), page.get_by_test_id("account-iban")
        page.get_by_test_id("add-this-account").click()
        expect(holder).to_be_focused()
        expect(holder).to_have_accessible_description("Enter the account holder\u2019s name.")
        holder.fill("Ada Lovelace")
        iban.fill("GB33 BUKB 2020 1555 5555 56")
        iban.press("Enter")
        expect(iban).to_have_accessible_description(
            "That isn\u2019t a valid IBAN. Check it for a wrong or missing character."
        )
        expect(iban).to_be_focused()
        iban.fill("GB33 BUKB 2020 1555 5555 55")
        iban.press("Enter")
        expect(page.get_by_test_id("account-notice")).to_have_text(f"Added: {ACCOUNT['name']}.")
        expect(page.get_by_test_id("payment-method").get_by_label(ACCOUNT["name"])).to_be_checked()
        stored = page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
        assert IBAN not in (stored + page.content()).replace(" ", "")


def test_an_operators_brand_shows_nothing_of_payments(chromium: LocalChromium) -> None:
    """And a page that cannot read them says so, and goes on showing the balance."""
    wallet = PayingWallet(methods={"deposit": None, "withdraw": None})
    with money_page(chromium, wallet) as page:
        page.get_by_test_id("balance").click()
        expect(page.get_by_test_id("no-history")).to_be_visible()
        for name in ("open-deposit", "open-withdrawal", "payments", "methods-unreached"):
            expect(page.get_by_test_id(name)).to_have_count(0)


def test_no_field_of_the_page_takes_the_data_of_a_card(chromium: LocalChromium) -> None:
    """There are fields for an amount, a name and an IBAN, no frame, and no form that posts."""
    wallet = PayingWallet(can_add_account=True)
    with money_page(chromium, wallet) as page:
        for direction in ("deposit", "withdrawal"):
            open_form(page, direction) if direction == "deposit" else page.get_by_test_id(
                "open-withdrawal"
            ).click()
            if direction == "withdrawal":
                page.get_by_test_id("add-account").click()
            fields = page.locator(".money input:not([type=radio])").evaluate_all(
                "(all) => all.map((field) => field.dataset.testid)"
            )
            assert set(fields) <= {"payment-amount", "account-holder", "account-iban"}
        assert page.locator("iframe, form[action], [autocomplete^=cc-]").count() == 0


def test_the_history_names_payments_plainly(chromium: LocalChromium) -> None:
    """Deposits, withdrawals, fees and what went back."""
    wallet = PayingWallet()
    wallet.history = [
        entry(0, "DEPOSIT", 2_000, "PENDING"),
        entry(1, "DEPOSIT", 2_000, "VOIDED"),
        entry(2, "WITHDRAWAL", -2_000, "PENDING"),
        entry(3, "FEE", -50),
        entry(4, "REFUND", -2_000),
    ]
    with money_page(chromium, wallet) as page:
        page.get_by_test_id("balance").click()
        entries = page.get_by_test_id("entry")
        expect(entries).to_have_count(len(wallet.history))
        expected = ("Not finished", "Not paid", "On its way", "Fee", "Deposit paid back")
        for row, words in zip(entries.all(), expected, strict=True):
            expect(row).to_contain_text(words)
