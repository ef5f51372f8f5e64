"""Follows a webhook provider: takes what it sends, asks for what is missing, and says when it is silent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from providers.adapters.virtual import VirtualSettings
from providers.delivery import Delivery
from providers.json_api import NoAnswer
from providers.settings import MissingSecret, ProviderSettings
from providers.virtual.book import EventBook, Place, TooMany
from providers.virtual.protocol import WEBHOOKS, EventChange, Heartbeat
from providers.virtual.seen_ids import Seen, SeenIds
from providers.virtual.server import Webhook
from providers.virtual.signing import BadSignature, secrets_of, signed_at
from providers.virtual.whole_states import WholeStates

log = structlog.get_logger(__name__)
ATTEMPTS: Final = 3
"""How often a message is tried: an answer may be of a moment just before it."""


@dataclass(slots=True)
class Follower:
    """Follows one provider.

    Attributes:
        due: Why everything has to be asked for; empty if it has not.
        missing: The events of which messages are missing.
        heartbeat_at: When the last heartbeat came, by the loop's time; None before the first one.
    """

    settings: VirtualSettings
    shared: ProviderSettings
    delivery: Delivery
    book: EventBook
    seen: SeenIds
    states: WholeStates
    due: str = "everything is being asked for"
    missing: set[str] = field(default_factory=set)
    heartbeat_at: float | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, webhook: Webhook) -> HTTPStatus:
        """Take a webhook; success is returned only once what it says is known here."""
        status = self.delivery.status
        try:
            secrets = secrets_of(self.shared.secret("virtual-webhook-secret"))
            at = signed_at(webhook.timestamp, webhook.signature, webhook.body, secrets)
        except MissingSecret as fault:
            self._suspect(str(fault))
            return HTTPStatus.SERVICE_UNAVAILABLE
        except BadSignature as fault:
            log.warning("webhook_refused", adapter=self.delivery.adapter.name, reason=str(fault))
            return HTTPStatus.UNAUTHORIZED
        now = status.now().timestamp()
        if abs(at - now) > self.settings.tolerance_seconds:
            log.warning("webhook_refused", adapter=self.delivery.adapter.name, reason="its time is not ours")
            return HTTPStatus.UNAUTHORIZED
        status.compare_clocks(at - int(now))
        status.counts["received"] += 1
        try:
            message = WEBHOOKS.decode(webhook.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
            self._suspect(f"a webhook is not of the known form: {fault}")
            return HTTPStatus.UNPROCESSABLE_ENTITY
        return await self._take(message, webhook.body, now)

    async def supervise(self) -> None:
        """Ask for everything when it is due, and while the provider is silent, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            self._woken.clear()
            silent, until = self._is_silent(), clock() + self.settings.silence_seconds
            if silent or self.due:
                until = await self._ask_everything(until)
            elif self.heartbeat_at is not None:
                until = self.heartbeat_at + self.settings.silence_seconds
            self._show()
            try:
                async with asyncio.timeout_at(until):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _take(self, message: EventChange | Heartbeat, body: bytes, now: float) -> HTTPStatus:
        match self.seen.look_up(message.id, body):
            case Seen.SAME:
                return HTTPStatus.OK
            case Seen.OTHER:
                return HTTPStatus.CONFLICT
        if self.seen.is_full(now):
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            match message:
                case Heartbeat():
                    await self._take_heartbeat(message)
                case EventChange():
                    await self._take_change(message)
        except (NoAnswer, TooMany) as fault:
            self._suspect(str(fault))
            return HTTPStatus.SERVICE_UNAVAILABLE
        self.seen.add(message.id, body, now)
        self.delivery.status.heard_at = self.delivery.status.now()
        self._show()
        return HTTPStatus.OK

    async def _take_change(self, change: EventChange) -> None:
        for _ in range(ATTEMPTS):
            match self.book.apply(change, self.delivery.status.now()):
                case Place.NEXT | Place.OLD:
                    return
                case Place.AFTER_A_GAP:
                    self.missing.add(change.event)
                    self._show()
                    await self.states.ask(change.event)
                    self.missing.discard(change.event)
                case Place.OTHER_EPOCH:
                    await self._ask_now("the provider has begun to count anew")
        if change.epoch == self.book.epoch:
            raise NoAnswer(f"messages of the event {change.event} are missing, and its state is behind them")

    async def _take_heartbeat(self, heartbeat: Heartbeat) -> None:
        self.heartbeat_at = asyncio.get_running_loop().time()
        for _ in range(ATTEMPTS):
            if not self.due and not self.book.is_behind(heartbeat):
                return
            await self._ask_now(self.due or "a heartbeat shows that messages are missing")
        raise NoAnswer("a heartbeat shows that messages are missing, and the provider's state is behind it")

    async def _ask_now(self, reason: str) -> None:
        """Ask for everything.

        Raises:
            NoAnswer: It cannot be had; it stays due.
        """
        self.due = reason
        self._show()
        await self.states.ask()
        self.due = ""
        self.missing.clear()

    async def _ask_everything(self, until: float) -> float:
        """Ask for everything, and return when to look again."""
        try:
            await self._ask_now(self.due)
        except NoAnswer as fault:
            self.due = str(fault)
            log.warning("provider_not_read", adapter=self.delivery.adapter.name, reason=str(fault))
            return self.states.not_before
        return until

    def _suspect(self, reason: str) -> None:
        """Note that what is known cannot be trusted before everything was asked for."""
        log.warning("provider_not_read", adapter=self.delivery.adapter.name, reason=reason)
        self.due = reason
        self._show()
        self._woken.set()

    def _is_silent(self) -> bool:
        clock = asyncio.get_running_loop().time
        return self.heartbeat_at is None or clock() - self.heartbeat_at >= self.settings.silence_seconds

    def _show(self) -> None:
        """Say whether what is known is complete, and let what changed be delivered."""
        status = self.delivery.status
        reason = self.due
        if not reason and self.missing:
            reason = f"messages of {len(self.missing)} events are missing"
        if not reason and self.heartbeat_at is None:
            reason = "no heartbeat has come yet"
        if not reason and self._is_silent():
            reason = f"no heartbeat has come for {self.settings.silence_seconds:g} s"
        if reason:
            status.provider_fails(reason, status.heard_at)
        else:
            status.provider = None
        status.items = len(self.book.items.items)
        self.delivery.changed.set()
