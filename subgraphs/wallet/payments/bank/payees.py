"""Asks a bank whose an account is, before money is sent to it."""

from typing import Final

import httpx
import structlog

from subgraphs.kit.payees import PayeeMatch

log = structlog.get_logger(__name__)
SECONDS: Final = 3.0
"""How long a customer waits for the answer: schemes of banks give it within five."""


class BankPayees:
    """Asks at the bank: `GET …?holder=NAME&account=IBAN` answers with `{"match": "close_match"}`."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def verify(self, holder: str, account: str) -> PayeeMatch:
        """Return whether an account is a holder's; NOT_POSSIBLE if the bank does not say so now."""
        try:
            async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
                answer = await client.get(self._url, params={"holder": holder, "account": account})
            return PayeeMatch(answer.raise_for_status().json()["match"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as why:
            log.warning("payee_not_verified", why=type(why).__name__)
            return PayeeMatch.NOT_POSSIBLE
