"""An aggregator whose games bet, win and roll back by signed requests, repeated until each has an outcome."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from subgraphs.wallet.seamless.messages import BALANCE, BET, ROLLBACK, WIN, Status, units

PAUSE_SECONDS: Final = 0.05


@dataclass
class GamePlayers:
    """What an aggregator has asked for, and was told.

    Attributes:
        servers: The addresses of our servers.
        tokens: The session of each customer.
        private_key: Signs its requests.
        public_key: Knows our signatures.
        bets: What was staked, by transaction, if it was taken.
        wins: What has been won, by transaction.
        gone: The bets that were rolled back.
        known: How many outcomes it has been told.
        doubts: How often there was none, by status; "" for no answer.
        asked: The path and the body of each transaction that has an outcome, and the outcome.
    """

    servers: Sequence[str]
    tokens: Mapping[Owner, str]
    private_key: Path
    public_key: Path
    currency: str
    seed: int
    bets: dict[str, tuple[Owner, int]] = field(default_factory=dict)
    wins: dict[str, tuple[Owner, int]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    known: int = 0
    doubts: Counter[str] = field(default_factory=Counter)
    asked: dict[str, tuple[str, dict[str, Any], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._signer, self._verifier = Signer(self.private_key), Verifier([self.public_key])

    async def play(self, name: str, http: httpx.AsyncClient, stopping: asyncio.Event) -> None:
        """Play rounds until told to stop."""
        chance, number = random.Random(f"{self.seed} {name}"), 0  # noqa: S311 - repeatable on purpose
        while not stopping.is_set():
            number += 1
            owner, bet = chance.choice(sorted(self.tokens)), f"{name}-{number}"
            stake = chance.choice([1, 5, 30, 500])
            amount = {"amount": units(stake, self.currency), "currency": self.currency}
            deed = chance.choice(["win", "win", "lose", "take back", "give up"])
            if deed == "give up":  # as Hub88 does with a bet that has no answer
                await self._asked_once(http, BET, owner, amount | {"transaction_uuid": bet})
                await self._rolled_back(http, owner, bet)
                continue
            status = await self._told(http, BET, owner, amount | {"transaction_uuid": bet})
            assert status in {Status.OK, Status.NOT_ENOUGH_MONEY}, status
            if status is not Status.OK:
                continue
            self.bets[bet] = owner, stake
            if deed == "win":
                won = chance.choice([stake, 2 * stake])
                paid = {"amount": units(won, self.currency), "currency": self.currency}
                ids = {"transaction_uuid": f"{bet}-w", "reference_transaction_uuid": bet}
                assert await self._told(http, WIN, owner, paid | ids) is Status.OK
                self.wins[f"{bet}-w"] = owner, won
            elif deed == "take back":
                await self._rolled_back(http, owner, bet)

    async def repeat(self, http: httpx.AsyncClient) -> None:
        """Ask everything that had an outcome again: the answer is the same, but for bets that are gone."""
        for uuid, (path, body, status) in sorted(self.asked.items()):
            again = await self._told(http, path, None, body)
            assert again == (Status.TRANSACTION_DOES_NOT_EXIST if uuid in self.gone else status), uuid

    def expected(self, owner: Owner) -> int:
        """Return what a customer has won, less what they have staked."""
        taken = sum(m for bet, (who, m) in self.bets.items() if who == owner and bet not in self.gone)
        return sum(minor for who, minor in self.wins.values() if who == owner) - taken

    async def balance(self, http: httpx.AsyncClient, owner: Owner) -> int:
        """Return what a customer can stake, in 1/100,000 of the currency."""
        body = {"user": owner.customer, "token": self.tokens[owner], "request_uuid": "balance"}
        answer = await self._sent(http, self.servers[0], BALANCE, body)
        assert answer is not None
        return int(answer["balance"])

    async def _rolled_back(self, http: httpx.AsyncClient, owner: Owner, bet: str) -> None:
        ids = {"transaction_uuid": f"{bet}-x", "reference_transaction_uuid": bet}
        assert await self._told(http, ROLLBACK, owner, ids) is Status.OK
        self.gone.add(bet)

    async def _told(self, http: httpx.AsyncClient, path: str, owner: Owner | None, asked: Any) -> str:
        """Ask until there is an outcome, each time at another server."""
        body = asked if owner is None else self._body(owner, asked)
        number = 0
        while True:
            answer = await self._sent(http, self.servers[number % len(self.servers)], path, body)
            status = "" if answer is None else answer["status"]
            if status not in {"", Status.UNKNOWN}:
                self.known += 1
                self.asked.setdefault(body["transaction_uuid"], (path, body, status))
                return Status(status)
            self.doubts[status] += 1
            number += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _asked_once(self, http: httpx.AsyncClient, path: str, owner: Owner, asked: Any) -> None:
        await self._sent(http, self.servers[0], path, self._body(owner, asked))

    def _body(self, owner: Owner, asked: dict[str, Any]) -> dict[str, Any]:
        named = {
            "user": owner.customer,
            "token": self.tokens[owner],
            "request_uuid": asked["transaction_uuid"],
        }
        return named | asked

    async def _sent(
        self, http: httpx.AsyncClient, server: str, path: str, body: Any
    ) -> dict[str, Any] | None:
        """Return an answer that is signed by us; None if none came."""
        content = json.dumps(body).encode()
        headers = {HEADER: self._signer.sign(content)}
        try:
            answer = await http.post(f"{server}{path}", content=content, headers=headers)
        except httpx.HTTPError:
            return None
        if answer.status_code != httpx.codes.OK:
            return None
        assert self._verifier.verifies(answer.content, answer.headers[HEADER])
        return dict(answer.json())
