"""The page of a brand that has sports, the club and the lobby as frames in a site of its own.

The customer's account is the site's: its head has the balance, and its cashier opens where a frame asks.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final
from urllib.parse import urlencode

import httpx

PLAY: Final = "/play"
"""Where a brand's site has the page."""

BALANCE: Final = "/our/own/balance"
"""Where the page asks its own server for the balance."""

_WALLET: Final = "query ($brand: ID!) { wallet(brand: $brand) { balance { minor currency } } }"

_PAGE: Final = Template(Path(__file__).with_name("framed_page.html").read_text(encoding="utf-8"))


def framed_page(brand: str, url: str, *, customer: str, session: str, nonce: str) -> str:
    """Return the page.

    Args:
        brand: The brand.
        url: Where the frames are served.
        customer: Who is signed in.
        session: Where the page asks its own server for sessions.
        nonce: What the policy of the page names its own scripts and styles by.
    """
    return _PAGE.substitute(
        brand=brand,
        title=escape(brand.capitalize()),
        url=url,
        customer=escape(customer),
        query=urlencode({"customer": customer}),
        session=session,
        balance=BALANCE,
        nonce=nonce,
    )


async def read_balance(client: httpx.AsyncClient, url: str, brand: str, token: str) -> dict[str, Any] | None:
    """Return a customer's balance as the wallet has it; None if it cannot be read now."""
    response = await client.post(
        f"{url}/graphql",
        json={"query": _WALLET, "variables": {"brand": brand}},
        headers={"authorization": f"Bearer {token}"},
    )
    wallet = (response.json().get("data") or {}).get("wallet")
    return None if wallet is None else dict(wallet["balance"])
