"""A wallet with payments that a test holds in its hand, and the page of a processor beside it."""

from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Page, Route

from tests.screens.money_pages import NOW, ORIGIN, Wallet, pounds

PROCESSOR: Final = "http://pay.test"
PAY_URL: Final = f"{PROCESSOR}/c/pay/1"
IBAN: Final = "GB33BUKB20201555555555"
HOSTED: Final = (
    f'<title>Pay</title><p id="hosted">Pay here</p><a id="back" href="{ORIGIN}/index.html">Back</a>'
)
BAD_INPUT: Final = {
    "data": None,
    "errors": [
        {
            "message": "this is no IBAN: check it for a wrong digit",
            "extensions": {"code": "BAD_USER_INPUT"},
        }
    ],
}


def method(name: str, direction: str, **facts: Any) -> dict[str, Any]:
    """Return a way to pay."""
    return {
        "id": name.lower().replace(" ", "-"),
        "name": name,
        "direction": direction,
        "minimum": pounds(500),
        "maximum": pounds(200_000),
        "fee": None,
        "feePermille": 0,
        "workingDays": 0,
        "maximumReason": "METHOD",
        "reviewedAbove": None,
    } | facts


def payment(number: int, direction: str = "DEPOSIT", state: str = "OPEN", **facts: Any) -> dict[str, Any]:
    """Return a payment of £20.00."""
    return {
        "id": f"p-{number}",
        "at": NOW.isoformat().replace("+00:00", "Z"),
        "direction": direction,
        "amount": pounds(2_000),
        "fee": None,
        "state": state,
        "code": None,
        "decline": None,
        "url": None,
        "instructions": None,
    } | facts


CARD: Final = method("Debit card", "DEPOSIT")
TRANSFER: Final = method("Bank transfer", "DEPOSIT", workingDays=1)
BACK: Final = method(
    "Back to your card",
    "WITHDRAWAL",
    fee=pounds(50),
    feePermille=15,
    workingDays=3,
    reviewedAbove=pounds(50_000),
)
ACCOUNT: Final = method("Your bank (\u2022\u2022\u2022\u2022 5555)", "WITHDRAWAL", workingDays=2)


@dataclass
class PayingWallet(Wallet):
    """A wallet that takes payments, each key once.

    Attributes:
        becomes: What a payment that is asked for is at first, over one that is open.
        loses: How many answers get lost on the way, although the payment is made.
        answers: Whether a request is answered at all: until it is, the page waits.
        keys: The payments by their keys.
        held: Requests that wait for an answer.
    """

    methods: dict[str, list[dict[str, Any]] | None] = field(
        default_factory=lambda: {"deposit": [CARD, TRANSFER], "withdraw": [BACK]}
    )
    becomes: dict[str, Any] = field(default_factory=lambda: {"url": PAY_URL})
    loses: int = 0
    answers: bool = True
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: list[tuple[Route, dict[str, Any]]] = field(default_factory=list)

    @property
    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """The payments that were asked for, again and again."""
        return [asked for asked in self.asked if asked[0] in {"deposit", "withdraw"}]

    def pay(self, route: Route, query: str, variables: dict[str, Any]) -> None:
        """Answer a request for a payment or a bank account."""
        if "addBankAccount" in query:
            self._add_account(route, variables["input"])
            return
        name = next((name for name in ("deposit", "withdraw") if f"{name}(" in query), None)
        if name is None:
            super().pay(route, query, variables)
            return
        asked = variables["input"]
        self.asked.append((name, asked))
        answer = {"data": {name: self._paid(name, asked)}}
        if self.loses:
            self.loses -= 1
            route.abort()
        elif self.answers:
            route.fulfill(json=answer)
        else:
            self.held.append((route, answer))

    def answer(self) -> None:
        """Answer what waits."""
        self.answers = True
        for route, answer in self.held:
            route.fulfill(json=answer)
        self.held.clear()

    def change(self, **facts: Any) -> None:
        """Change the newest payment, and tell the page."""
        self.payments[0] |= facts
        self.push()

    def _paid(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        if self.refuses:
            return {"payment": None, "errors": [{"code": self.refuses}]}
        paid = self.keys.get(asked["idempotencyKey"])
        if paid is None:
            direction = "DEPOSIT" if name == "deposit" else "WITHDRAWAL"
            amount = {"amount": pounds(asked["amountMinor"])}
            paid = payment(len(self.keys) + 1, direction) | amount | self.becomes
            self.keys[asked["idempotencyKey"]] = paid
            self.payments.insert(0, paid)
        return {"payment": paid, "errors": [{"code": paid["code"]}] if paid["code"] else []}

    def _add_account(self, route: Route, asked: dict[str, Any]) -> None:
        self.asked.append(("addBankAccount", asked))
        if asked["iban"].replace(" ", "") != IBAN:
            route.fulfill(json=BAD_INPUT)
            return
        self.methods["withdraw"] = [*(self.methods["withdraw"] or []), ACCOUNT]
        route.fulfill(json={"data": {"addBankAccount": {"methods": self.methods["withdraw"], "errors": []}}})


def serve_processor(page: Page) -> None:
    """Serve the processor's page, which sends customers back."""
    page.route(f"{PROCESSOR}/**", lambda route: route.fulfill(body=HOSTED, content_type="text/html"))


def open_form(page: Page, direction: str) -> None:
    """Open the panel, and the form of a deposit or withdrawal."""
    page.get_by_test_id("balance").click()
    page.get_by_test_id(f"open-{direction}").click()


def type_amount(page: Page, text: str) -> None:
    """Type an amount into the form."""
    page.get_by_test_id("payment-amount").fill(text)
