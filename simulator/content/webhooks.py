"""Sends what changes in a world by signed webhooks, in order, and heartbeats."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from simulator.content.event_world import EventWorld
from simulator.content.faults import ContentFaults

SECRET: Final = "simulated-secret"  # noqa: S105 - it guards nothing but the simulation
ATTEMPTS: Final = 3
AGAIN_SECONDS: Final = 0.3
LOOK_SECONDS: Final = 0.02
ANSWER_SECONDS: Final = 5.0
STORM: Final = 20
"""How many connections are opened and cut for one of a storm."""


@dataclass(slots=True)
class WebhookSender:
    """Sends webhooks to one address.

    Attributes:
        secrets: What webhooks are signed with; several while one is replaced.
        answers: How often each status came; 0 for no answer.
        last: The last message that was sent, with its headers, as one who listens could have copied it.
    """

    url: str
    world: EventWorld
    faults: ContentFaults
    heartbeat_seconds: float = 5.0
    secrets: list[str] = field(default_factory=lambda: [SECRET])
    answers: Counter[int] = field(default_factory=Counter)
    last: tuple[bytes, dict[str, str]] = (b"", {})
    _held: dict[str, Any] | None = None

    async def run(self) -> None:
        """Send until cancelled."""
        beat_at = 0.0
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
            while True:
                while self.world.changes:
                    await self._send_change(client, self.world.changes.popleft())
                if time.monotonic() >= beat_at:
                    beat_at = time.monotonic() + self.heartbeat_seconds
                    events = self.world.events.values()
                    await self._send(
                        client, {"kind": "heartbeat", "sequences": {e.id: e.sequence for e in events}}
                    )
                await asyncio.sleep(LOOK_SECONDS)

    async def _send_change(self, client: httpx.AsyncClient, change: dict[str, Any]) -> None:
        faults, message = self.faults, {"kind": "event", **change}
        if faults.take("gaps"):
            return
        if self._held is None and faults.take("wrong_order"):
            self._held = message
            return
        if faults.take("reconnect_storm"):
            await self._storm()
        await self._send(client, message, twice=faults.take("duplicates"))
        if self._held is not None and self._held["event"] == message["event"]:
            held, self._held = self._held, None
            await self._send(client, held)

    async def _send(self, client: httpx.AsyncClient, message: dict[str, Any], *, twice: bool = False) -> None:
        version = 2 if message["kind"] == "event" and self.faults.take("schema_change") else 1
        whole = {
            "schema": f"virtual.webhook/{version}",
            "id": uuid4().hex,
            "epoch": self.world.epoch,
            **message,
        }
        body = json.dumps(whole).encode()
        for _ in range(ATTEMPTS):
            if self.faults.silence_left:
                return
            status = await self._post(client, body)
            if status and status < httpx.codes.INTERNAL_SERVER_ERROR:
                break
            await asyncio.sleep(AGAIN_SECONDS)
        if twice:
            await self._post(client, body)

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
        at = str(int(time.time() + self.faults.skew_seconds))
        wrong = self.faults.take("wrong_signature")
        signatures = [
            hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            for secret in (["another"] if wrong else self.secrets)
        ]
        return {
            "Content-Type": "application/json",
            "Webhook-Timestamp": at,
            "Webhook-Signature": ",".join(f"v1={signature}" for signature in signatures),
        }

    async def _storm(self) -> None:
        parts = urlsplit(self.url)
        for _ in range(STORM):
            try:
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            except OSError:
                continue
            writer.write(f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Len".encode())
            writer.transport.abort()
