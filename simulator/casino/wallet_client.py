"""Asks the operator's wallet by Hub88's operator API; None is the answer that did not come."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from simulator.casino.faults import WALLET_FAULTS, CasinoFaults
from simulator.casino.keys import ProviderKeys
from simulator.seamless.signing import HEADER

OK: Final = "RS_OK"
UNKNOWN: Final = "RS_ERROR_UNKNOWN"
BALANCE: Final = "/user/balance"
BET: Final = "/transaction/bet"
WIN: Final = "/transaction/win"
ROLLBACK: Final = "/transaction/rollback"
MAX_ANSWER_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class WalletAnswer:
    """What the wallet says: a status, and the balance in 1/100,000 if it says one."""

    status: str
    balance: int | None = None

    @property
    def is_final(self) -> bool:
        """Tell whether asking again would be answered in the same way."""
        return self.status not in {UNKNOWN, "RS_ERROR_INVALID_SIGNATURE"}


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet.

    Attributes:
        http: Leads to it.
        keys: The provider's, and that of the wallet's answers.
    """

    http: httpx.AsyncClient
    keys: ProviderKeys


@dataclass(slots=True)
class WalletClient:
    """Asks the wallet, with the faults that are armed.

    Attributes:
        http: Leads to the wallet.
        of_partners: The wallets of partners that have one of their own, by `sub_partner_id`.
        asked: How many requests were sent, by path.
    """

    http: httpx.AsyncClient
    keys: ProviderKeys
    faults: CasinoFaults
    of_partners: Mapping[str, Wallet] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    async def ask(self, path: str, members: dict[str, Any]) -> WalletAnswer | None:
        """Return the wallet's answer; None if it is not known what became of the request."""
        if self.faults.is_silent:
            return None
        fault = self.faults.take(WALLET_FAULTS, path)
        if fault == "lost_request":
            return None
        if fault == "late":
            await asyncio.sleep(self.faults.late_seconds)
        request = {**members, "request_uuid": str(uuid4())}
        if fault == "repeated":
            await self._send(path, request, wrongly=False)
        answer = await self._send(path, request, wrongly=fault == "wrong_signature")
        return None if fault == "lost_answer" else answer

    async def _send(self, path: str, request: dict[str, Any], *, wrongly: bool) -> WalletAnswer | None:
        self.asked[path] = self.asked.get(path, 0) + 1
        wallet = self.of_partners.get(request.get("sub_partner_id", "")) or Wallet(self.http, self.keys)
        body = json.dumps(request).encode()
        headers = {"Content-Type": "application/json", HEADER: wallet.keys.sign(body, wrongly=wrongly)}
        try:
            answer = await wallet.http.post(path, content=body, headers=headers)
        except httpx.HTTPError:
            return None
        is_signed = wallet.keys.verifies(answer.content, answer.headers.get(HEADER))
        if answer.status_code != httpx.codes.OK or len(answer.content) > MAX_ANSWER_BYTES or not is_signed:
            return None
        return _read(answer.content, request["request_uuid"])


def _read(body: bytes, request_uuid: str) -> WalletAnswer | None:
    """Return what an answer says; None if it is none, or the answer to another request."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    if not isinstance(told, dict) or told.get("request_uuid") != request_uuid:
        return None
    status, balance = told.get("status"), told.get("balance")
    if not isinstance(status, str):
        return None
    return WalletAnswer(status, balance if isinstance(balance, int) else None)
