"""Who pays in the demo: customers at the graph and at the processor's page, and people of finance."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.support.processes.running_furlong import PATIENCE_SECONDS, Demo, eventually

PAYMENT: Final = "id state code decline url amount { minor }"
METHODS: Final = """query ($brand: ID!, $direction: PaymentDirection!) {
  paymentMethods(brand: $brand, direction: $direction) {
    id name minimum { minor } maximum { minor } fee { minor } feePermille reviewedAbove { minor } } }"""
DEPOSIT: Final = f"""mutation ($input: DepositInput!) {{
  deposit(input: $input) {{ errors {{ code }} redirectUrl payment {{ {PAYMENT} }} }} }}"""
WITHDRAW: Final = f"""mutation ($input: WithdrawInput!) {{
  withdraw(input: $input) {{ errors {{ code }} payment {{ {PAYMENT} }} }} }}"""
NO_LIMIT: Final = "mutation ($input: DeclineLimitInput!) { declineLimit(input: $input) { errors { code } } }"
WALLET: Final = f"""query ($brand: ID!) {{ wallet(brand: $brand) {{
  balance {{ minor }} canAddBankAccount payments {{ {PAYMENT} }} }} }}"""
PROPOSE: Final = """mutation ($input: DecideWithdrawalInput!) {
  proposeWithdrawalDecision(input: $input) { proposalId } }"""
PROPOSED: Final = "query ($id: ID!) { approval(id: $id) { contentHash } }"
APPROVE: Final = "mutation ($input: ApproveInput!) { approve(input: $input) { id } }"
WAITING: Final = "query ($brand: String!) { financeWithdrawals(brand: $brand) { nodes { id customer } } }"


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer of the demo.

    Attributes:
        client: With the customer's token.
    """

    client: httpx.Client
    brand: str
    currency: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer, which must have no errors."""
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def methods(self, direction: str) -> list[dict[str, Any]]:
        """Return the ways to pay."""
        return list(self.ask(METHODS, brand=self.brand, direction=direction)["paymentMethods"])

    def want_no_limit(self) -> None:
        """Answer the question that the law has before a first deposit."""
        asked = {"brand": self.brand, "idempotencyKey": str(uuid4())}
        assert self.ask(NO_LIMIT, input=asked)["declineLimit"]["errors"] == []

    def deposit(self, minor: int, key: str = "") -> dict[str, Any]:
        """Ask for a deposit by card, and return what the graph says of it."""
        return dict(self.ask(DEPOSIT, input=self._asked("card", minor, key))["deposit"])

    def withdraw(self, minor: int, key: str = "") -> dict[str, Any]:
        """Ask for money back to the card, and return what the graph says of it."""
        return dict(self.ask(WITHDRAW, input=self._asked("card-back", minor, key))["withdraw"])

    @property
    def wallet(self) -> dict[str, Any]:
        """Return what the customer sees of their money."""
        return dict(self.ask(WALLET, brand=self.brand)["wallet"])

    @property
    def balance(self) -> int:
        """Return the customer's cash."""
        return int(self.wallet["balance"]["minor"])

    def payment(self, payment_id: str) -> dict[str, Any]:
        """Return a payment as the customer sees it."""
        payments = self.wallet["payments"]
        return dict(next(payment for payment in payments if payment["id"] == payment_id))

    def comes_to(self, state: str, payment_id: str) -> None:
        """Wait until a payment is in a state."""
        eventually(lambda: self.payment(payment_id)["state"] == state, f"the payment is {state}")

    def _asked(self, method: str, minor: int, key: str) -> dict[str, Any]:
        return {
            "brand": self.brand,
            "methodId": method,
            "amountMinor": minor,
            "currency": self.currency,
            "idempotencyKey": key or str(uuid4()),
        }


@contextmanager
def payer_of(demo: Demo, brand: str, currency: str, customer: str = "") -> Iterator[Payer]:
    """Yield a customer of a brand of the demo, by default the first one."""
    session = httpx.get(f"{demo.site.url}/demo/session").json()
    first = next(known["token"] for known in session["customers"] if known["brand"] == brand)
    token = demo.site.tokens[customer] if customer else first
    signed = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=demo.site.url, headers=signed, timeout=PATIENCE_SECONDS) as client:
        yield Payer(client, brand, currency)


def press(url: str, deed: str, card: str = "pays") -> str:
    """Press a button on the processor's page, as a browser does; return where it leads."""
    shown = httpx.get(url, timeout=PATIENCE_SECONDS)
    assert f'value="{deed}"' in shown.text, shown.text
    answer = httpx.post(url, data={"deed": deed, "card": card}, timeout=PATIENCE_SECONDS)
    assert answer.is_redirect, answer.text
    return str(answer.headers["location"])


@dataclass(frozen=True, slots=True)
class FinanceClient:
    """Somebody of finance, signed in with both factors.

    Attributes:
        client: With the session's cookie and its token against forgery.
    """

    client: httpx.Client

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer, which must have no errors."""
        answer = self.client.post("graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def waiting(self, brand: str) -> list[dict[str, Any]]:
        """Return the withdrawals that wait for two people."""
        return list(self.ask(WAITING, brand=brand)["financeWithdrawals"]["nodes"])

    def propose(self, payment_id: str, decision: str) -> str:
        """Propose what becomes of a withdrawal; return the proposal."""
        asked = {"withdrawal": payment_id, "decision": decision, "reason": "The customer is known."}
        return str(self.ask(PROPOSE, input=asked)["proposeWithdrawalDecision"]["proposalId"])

    def approve(self, proposal: str) -> None:
        """Approve a proposal of somebody else."""
        content = self.ask(PROPOSED, id=proposal)["approval"]["contentHash"]
        self.ask(APPROVE, input={"proposalId": proposal, "contentHash": content})


@contextmanager
def finance_of(demo: Demo, account: Mapping[str, str]) -> Iterator[FinanceClient]:
    """Yield an account of the demo's back office, signed in and stepped up."""
    with httpx.Client(base_url=demo.facts["backoffice"]["url"], timeout=PATIENCE_SECONDS) as client:
        given = client.post(f"ready-accounts/{account['user']}").json()
        signed = client.post("session", json={"user": account["user"], **given}).json()
        client.headers["x-csrf-token"] = signed["csrfToken"]
        fresh = client.post(f"ready-accounts/{account['user']}").json()
        stepped = client.post("session/step-up", json={"code": fresh["code"]})
        assert stepped.is_success, stepped.text
        client.headers["x-csrf-token"] = stepped.json().get("csrfToken", signed["csrfToken"])
        yield FinanceClient(client)


@contextmanager
def two_of_finance(demo: Demo) -> Iterator[tuple[FinanceClient, FinanceClient]]:
    """Yield both people of finance."""
    first, second = [known for known in demo.facts["backoffice"]["accounts"] if known["role"] == "finance"]
    with finance_of(demo, first) as one, finance_of(demo, second) as other:
        yield one, other
