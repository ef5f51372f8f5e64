"""Asks an operator's wallet by Hub88's operator API, and reads what it answers.

Whatever it does not say in so many words is in doubt: silence, another status of HTTP than 200, a wrong
signature, the answer to another request.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID, uuid4, uuid5

import httpx
import structlog
from msgspec import Struct, convert, json, structs

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Purpose, Why
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from subgraphs.wallet.seamless.bets import Bet
from subgraphs.wallet.seamless.messages import (
    BALANCE,
    BET,
    MAX_BODY_BYTES,
    MAX_UNITS,
    ROLLBACK,
    WIN,
    BalanceRequest,
    BetRequest,
    Response,
    RollbackRequest,
    Status,
    WinRequest,
    WrongMessage,
    minor_units,
    read_message,
    units,
)
from subgraphs.wallet.seamless.transitions import Answer, Step

log = structlog.get_logger(__name__)

IDS: Final = UUID("6f1e7d0a-52a5-4c0b-9d36-0f7a8f2b7c11")
"""What all ids of transactions are derived from: changed, every repeated request would be a new one."""

MARGIN: Final = timedelta(seconds=5)
"""For how much longer than its time limit a request may be in progress."""

BALANCE_SECONDS: Final = 2.0
"""How long a page waits for a balance at most."""

REFUSALS: Final = {
    Status.NOT_ENOUGH_MONEY: Why.INSUFFICIENT_FUNDS,
    Status.LIMIT_REACHED: Why.LIMIT_REACHED,
    Status.USER_DISABLED: Why.ACCOUNT_SUSPENDED,
    Status.WRONG_CURRENCY: Why.WRONG_CURRENCY,
    Status.INVALID_TOKEN: Why.DECLINED,
    Status.TOKEN_EXPIRED: Why.DECLINED,
    Status.INVALID_PARTNER: Why.DECLINED,
    Status.INVALID_GAME: Why.DECLINED,
    Status.DUPLICATE_TRANSACTION: Why.IDEMPOTENCY_REUSED,
}
"""Why a bet was not made. All other statuses leave that open."""

CERTAIN: Final = {Status.NOT_ENOUGH_MONEY, Status.LIMIT_REACHED, Status.DUPLICATE_TRANSACTION}
"""Refusals after which Hub88 rolls nothing back. A duplicate's rollback would take back another bet."""


Request: TypeAlias = BalanceRequest | BetRequest | WinRequest | RollbackRequest
REQUESTS: Final[Mapping[str, type[BetRequest | WinRequest | RollbackRequest]]] = MappingProxyType(
    {BET: BetRequest, WIN: WinRequest, ROLLBACK: RollbackRequest}
)


class NoAnswer(Exception):
    """An operator has not answered in a way that can be relied upon; the message says what it did."""


class OperatorBalance(Struct, frozen=True):
    """What a customer can stake, in minor units: what is less than one of them is left out."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class OperatorClient:
    """An operator's wallet.

    Attributes:
        http: With the base URL of the wallet; it must not follow redirects.
        signer: Signs requests.
        verifier: Knows the operator's keys; None where answers are not signed.
        games: The code under which the operator knows what a stake is for.
        seconds: How long to wait for an answer.
    """

    http: httpx.AsyncClient
    signer: Signer
    verifier: Verifier | None
    games: Mapping[Purpose, str]
    seconds: float

    @property
    def lease(self) -> timedelta:
        """Return for how long a request may be in progress."""
        return timedelta(seconds=self.seconds) + MARGIN

    async def send(self, step: Step) -> Answer:
        """Send a request, and return what the operator answers."""
        bet = step.bet
        path, request = self._request(step)
        try:
            response = await self._asked(path, request)
        except NoAnswer as fault:
            log.warning("operator_in_doubt", brand=bet.brand_id, path=path, why=str(fault))
            return Answer(str(fault))
        status = response.status
        if status is Status.OK:
            if path != ROLLBACK and response.currency not in {None, bet.currency}:
                return Answer("another currency")
            return Answer(status.value, is_done=True)
        log.info("operator_refused", brand=bet.brand_id, path=path, status=status.value)
        why = REFUSALS.get(status) if step.is_bet else None
        return Answer(status.value, why=why, is_certain=status in CERTAIN)

    async def balance(self, owner: Owner, token: str) -> OperatorBalance:
        """Return what a customer can stake.

        Raises:
            NoAnswer: The operator does not say.
        """
        request = BalanceRequest(
            user=owner.customer,
            token=token,
            request_uuid=str(uuid4()),
            game_code=self.games[Purpose.BET],
        )
        response = await self._asked(BALANCE, request, min(self.seconds, BALANCE_SECONDS))
        if response.status is not Status.OK or response.balance is None or response.currency is None:
            raise NoAnswer(response.status.value)
        try:
            one = units(1, response.currency)
        except WrongMessage as fault:
            raise NoAnswer(str(fault)) from None
        whole = response.balance - response.balance % one
        return OperatorBalance(minor_units(whole, response.currency), response.currency)

    def _request(self, step: Step) -> tuple[str, Request]:
        """Return the path and the body of a request: the same at each attempt, but for its own name."""
        bet, win = step.bet, step.win
        made = transaction_of(BET, bet, bet.reservation_id)
        if win is not None:
            path, id_ = WIN, transaction_of(WIN, bet, win.settlement_id)
        else:
            path = ROLLBACK if bet.is_rolled_back else BET
            id_ = transaction_of(path, bet, bet.reservation_id)
        amount = bet.amount_minor if win is None else win.returns_minor
        kind = REQUESTS[path]
        members = {
            "user": bet.operator_user,
            "token": bet.token,
            "transaction_uuid": str(id_),
            "reference_transaction_uuid": str(made),
            "request_uuid": str(uuid5(id_, str(step.attempts))),
            "round": bet.reservation_id,
            "round_closed": False,
            "game_code": self.games[Purpose(bet.purpose)],
            "amount": units(amount, bet.currency),
            "currency": bet.currency,
        }
        return path, convert(members, kind)

    async def _asked(self, path: str, request: Request, seconds: float | None = None) -> Response:
        """Send a request, and return the answer.

        Raises:
            NoAnswer: There is none that can be relied upon.
        """
        members = {name: value for name, value in structs.asdict(request).items() if value is not None}
        content, signature = await self._answered(path, json.encode(members), seconds)
        if self.verifier is not None and not self.verifier.verifies(content, signature):
            raise NoAnswer("wrong signature")
        try:
            response = read_message(content, Response)
        except WrongMessage as fault:
            raise NoAnswer("unreadable") from fault
        if response.request_uuid != request.request_uuid or response.user not in {None, request.user}:
            raise NoAnswer("another request's answer")
        return response

    async def _answered(self, path: str, body: bytes, seconds: float | None) -> tuple[bytes, str | None]:
        headers = {HEADER: self.signer.sign(body), "content-type": "application/json"}
        try:
            async with (
                asyncio.timeout(self.seconds if seconds is None else seconds),
                self.http.stream("POST", path, content=body, headers=headers) as response,
            ):
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BODY_BYTES:
                        raise NoAnswer("too long")
        except TimeoutError as error:
            raise NoAnswer("no answer in time") from error
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error
        if response.status_code != httpx.codes.OK:
            raise NoAnswer(f"HTTP {response.status_code}")
        return content, response.headers.get(HEADER)


def transaction_of(path: str, bet: Bet, id_: str) -> UUID:
    """Return the id of a transaction: of what it does, and of the id that its block has given it."""
    return uuid5(IDS, f"{path}|{bet.brand_id}|{id_}")


def check_amount(amount: int, currency: str) -> None:
    """Refuse an amount that is longer than Hub88's 64 bits.

    Raises:
        ValueError: It is.
        WrongMessage: ISO 4217 has no such currency with minor units.
    """
    if units(amount, currency) > MAX_UNITS:
        raise ValueError(f"an operator's wallet cannot be asked for {amount:,} minor units of {currency}")
