"""Sends events by signed webhooks, with growing pauses until they are taken, and with faults."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

import httpx

from simulator.payments.books import Books, shown
from simulator.payments.store import Object

SECRET: Final = "whsec_simulated"  # noqa: S105 - it guards nothing but the simulation
SECRETS: Final = "webhook_secrets"
"""The name of the setting."""

MAX_ATTEMPTS: Final = 16
MAX_PAUSE_SECONDS: Final = 60.0
FIRST_PAUSE_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 0.02
ANSWER_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, order=True)
class _Delivery:
    due: float
    place: int
    event: str
    attempts: int
    has_waited: bool = False


@dataclass(slots=True)
class EventSender:
    """Sends the events of the books to one address.

    Attributes:
        answers: How often each status came; 0 for no answer.
        given_up: How many events were never taken.
        last: The last webhook that was sent, with its headers, as one who listens could have copied it.
    """

    url: str
    books: Books
    first_pause_seconds: float = FIRST_PAUSE_SECONDS
    look_seconds: float = LOOK_SECONDS
    answers: Counter[int] = field(default_factory=Counter)
    given_up: int = 0
    last: tuple[bytes, dict[str, str]] = (b"", {})
    _waiting: list[_Delivery] = field(default_factory=list)
    _held: list[_Delivery] = field(default_factory=list)
    _seen: int = 0

    @property
    def secrets(self) -> list[str]:
        """The secrets that webhooks are signed with; several while one is replaced."""
        secrets: list[str] = self.books.store.setting(SECRETS, [SECRET])
        return secrets

    async def run(self) -> None:
        """Send until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
            while True:
                self._look()
                while self._waiting and self._waiting[0].due <= time.monotonic():
                    await self._deliver(client, heappop(self._waiting))
                await asyncio.sleep(self.look_seconds)

    def _look(self) -> None:
        delay = self.books.faults.lasting.get("delay", 0.0)
        for place, event, attempts in self.books.store.deliveries(self._seen):
            self._seen = place
            heappush(self._waiting, _Delivery(time.monotonic() + delay, place, event, attempts))

    async def _deliver(self, client: httpx.AsyncClient, delivery: _Delivery) -> None:
        faults, store = self.books.faults, self.books.store
        if (silence := faults.seconds_left("silence")) > 0:
            self._again(delivery, silence, delivery.attempts)
            return
        if delivery.attempts == 0:
            if faults.take("lost"):
                store.delivered(delivery.place)
                return
            if not delivery.has_waited and faults.take("wrong_order"):
                self._held.append(delivery)
                return
        event = store.find(delivery.event)
        if event is not None:
            await self._send(client, delivery, event)
        for held in self._held:
            heappush(self._waiting, _Delivery(0.0, held.place, held.event, 0, has_waited=True))
        self._held.clear()

    async def _send(self, client: httpx.AsyncClient, delivery: _Delivery, event: Object) -> None:
        faults, store = self.books.faults, self.books.store
        body = self._body(event)
        is_taken = httpx.codes.is_success(await self._post(client, body))
        if is_taken and faults.take("duplicates"):
            await self._post(client, body)
        attempts = delivery.attempts + 1
        if is_taken or attempts >= MAX_ATTEMPTS:
            self.given_up += not is_taken
            store.delivered(delivery.place)
            return
        store.attempted(delivery.place, attempts)
        self._again(
            delivery, min(self.first_pause_seconds * 2**delivery.attempts, MAX_PAUSE_SECONDS), attempts
        )

    def _again(self, delivery: _Delivery, pause: float, attempts: int) -> None:
        due = time.monotonic() + pause
        heappush(self._waiting, _Delivery(due, delivery.place, delivery.event, attempts, delivery.has_waited))

    def _body(self, event: Object) -> bytes:
        about = event["data"]["object"]
        if self.books.faults.take("unknown_members"):
            about = about | {"unknown_member": {"of": ["another", "version"]}}
        if self.books.faults.take("missing_member"):
            about = {name: value for name, value in about.items() if name != "status"}
        return json.dumps(shown(event) | {"data": {"object": about}}, indent=2).encode()

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> int:
        headers = self.signed(body)
        self.last = (body, headers)
        try:
            status = (await client.post(self.url, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            status = 0
        self.answers[status] += 1
        return status

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a webhook that is sent now."""
        faults = self.books.faults
        now = self.books.clock.machine.now().timestamp() + faults.lasting.get("clock_skew", 0.0)
        wrong = faults.take("wrong_signature")
        signatures = [
            hmac.new(secret.encode(), f"{int(now)}.".encode() + body, hashlib.sha256).hexdigest()
            for secret in (["another"] if wrong else self.secrets)
        ]
        parts = [f"t={int(now)}", *(f"v1={signature}" for signature in signatures)]
        return {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": ",".join(parts)}
