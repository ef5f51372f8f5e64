"""Who trades by a simulated processor: with Stripe's own SDK, plain requests, and customers at the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import stripe

from simulator.payments.api import KEY
from simulator.payments.serve import ServedPayments
from simulator.payments.store import Object

SUCCESS_URL = "https://northbet.example/paid?session={CHECKOUT_SESSION_ID}"
CANCEL_URL = "https://northbet.example/back"


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant.

    Attributes:
        sdk: Stripe's SDK, which repeats nothing by itself.
        http: Plain requests with the secret key.
    """

    served: ServedPayments
    sdk: stripe.StripeClient
    http: httpx.AsyncClient

    async def session(self, part: str = "part-1", amount: int = 2500, **more: Any) -> Object:
        """Begin a payment."""
        response = await self.http.post("/v1/checkout/sessions", data=session_form(part, amount) | more)
        response.raise_for_status()
        session: Object = response.json()
        return session

    async def choose(self, session: Object, card: str = "pays", deed: str = "pay") -> httpx.Response:
        """Let a customer do something on the page."""
        return await self.http.post(session["url"], data={"deed": deed, "card": card})

    async def paid(self, part: str = "part-1", amount: int = 2500) -> Object:
        """Let a customer pay, and return the charge."""
        await self.choose(await self.session(part, amount))
        charge: Object = (await self.http.get("/v1/charges")).json()["data"][0]
        return charge

    async def post(self, path: str, key: str = "", **form: str) -> httpx.Response:
        """Ask for something, under a key."""
        return await self.http.post(f"/v1/{path}", data=form, headers={"Idempotency-Key": key} if key else {})

    async def get(self, path: str, **query: str) -> Any:
        """Return what the API answers."""
        response = await self.http.get(f"/v1/{path}", params=query)
        response.raise_for_status()
        return response.json()

    async def control(self, path: str, method: str = "POST", **options: Any) -> httpx.Response:
        """Ask the simulator for something."""
        response = await self.http.request(method, f"{self.served.control_url}/{path}", **options)
        response.raise_for_status()
        return response


def session_form(part: str, amount: int) -> dict[str, str]:
    """Return the parameters of a payment."""
    return {
        "mode": "payment",
        "success_url": SUCCESS_URL,
        "cancel_url": CANCEL_URL,
        "client_reference_id": part,
        "metadata[part]": part,
        "payment_intent_data[metadata][part]": part,
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "gbp",
        "line_items[0][price_data][unit_amount]": str(amount),
        "line_items[0][price_data][product_data][name]": "Northbet & <Sons>",
    }


@asynccontextmanager
async def trading(served: ServedPayments) -> AsyncIterator[Merchant]:
    """Trade while the block lasts."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        opened_sdk(served.url, KEY) as sdk,
        httpx.AsyncClient(base_url=served.url, headers=headers, timeout=20, trust_env=False) as http,
    ):
        yield Merchant(served, sdk, http)


@asynccontextmanager
async def opened_sdk(url: str, key: str) -> AsyncIterator[stripe.StripeClient]:
    """Open Stripe's SDK with a key while the block lasts."""
    client = stripe.HTTPXClient(timeout=20, allow_sync_methods=False)
    try:
        yield stripe.StripeClient(key, base_addresses={"api": url}, http_client=client, max_network_retries=0)
    finally:
        await client.close_async()  # type: ignore[no-untyped-call]
