"""Client of an API that makes changes under idempotency keys, such as the upstream's."""

import asyncio
import json
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import structlog

from foundation.storage.clock import Clock, SystemClock
from subgraphs.kit.certificates import trusted_authorities
from subgraphs.kit.mutations.circuit_breaker import Breaker, RetryBudget
from subgraphs.kit.mutations.effect import FIRST, SUPERSEDED, Answer, Repetition, Verdict, revision_of, shows
from subgraphs.kit.mutations.retry_after import asked_wait
from subgraphs.kit.settings import UpstreamSettings

log = structlog.get_logger(__name__)
CONFLICT, REFUSED, SERVER_ERRORS = 409, 422, 500
MAX_RESPONSE_BYTES = 64 * 1024


class UpstreamClient:
    """Makes changes upstream, each under an idempotency key, so that a call can be repeated safely.

    Attributes:
        breaker: While it is open no call is made, and every outcome is unknown at once.
    """

    def __init__(
        self,
        settings: UpstreamSettings,
        client: httpx.AsyncClient | None = None,
        breaker: Breaker | None = None,
        machine: Clock | None = None,
    ) -> None:
        self._machine = machine or SystemClock()
        self.breaker = breaker or Breaker()
        self._settings = settings
        self._retries = RetryBudget()
        self._client = client or httpx.AsyncClient(
            base_url=settings.url,
            verify=trusted_authorities(),
            timeout=settings.timeout_seconds,
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def put(
        self, path: str, body: Mapping[str, Any], key: str, repetition: Repetition = FIRST
    ) -> Answer:
        """Request a change; retry with the same key while the outcome is unknown and attempts are left.

        A change that may have been requested before is looked up first: an upstream that has forgotten the
        key would make it twice, and again after a newer one. An upstream that knows the key answers with the
        first outcome, which a newer change may have replaced: an answer that is not newer than the record is
        checked against it. An upstream that asks to wait is not called again here.

        Args:
            path: Of the record that is changed.
            body: The requested state; the change counts as made if it is returned as the recorded state.
            key: The idempotency key.
            repetition: What is known about earlier requests.
        """
        self._retries.earn()
        for attempt in range(self._settings.attempts):
            if attempt and not await self._may_repeat():
                break
            seen: Mapping[str, Any] | None = {}
            if attempt or repetition.before:
                seen, wait = await self._read_with_wait(path, body.keys())
                if wait is not None:
                    return Answer(Verdict.UNKNOWN, wait=wait)
                if known := await _decided(seen, body, repetition):
                    return known
            if (attempt and not self._retries.spend()) or not self.breaker.admits():
                break
            reply = await self._ask("PUT", path, json=dict(body), headers={"Idempotency-Key": key})
            answer = _outcome(path, reply, body) if reply else Answer(Verdict.UNKNOWN)
            told = answer.recorded
            if told and (repetition.predates(told) or (seen and not _is_newer(told, seen))):
                answer = await self._verified(path, body)
            if answer.verdict is not Verdict.UNKNOWN or answer.wait is not None:
                return answer
        return Answer(Verdict.UNKNOWN)

    async def _verified(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Return whether a confirmed change holds: the confirmation may be that of an earlier request."""
        recorded, wait = await self._read_with_wait(path, body.keys())
        if not recorded:
            return Answer(Verdict.UNKNOWN, wait=wait)
        return Answer(Verdict.CONFIRMED, recorded=recorded) if shows(recorded, body) else SUPERSEDED

    async def read_record(self, path: str, names: Collection[str]) -> Mapping[str, Any] | None:
        """Return the state on record upstream: empty if there is none, None if it cannot be determined now.

        Args:
            path: As for `put`.
            names: The fields that a record must have.
        """
        recorded, _wait = await self._read_with_wait(path, names)
        return recorded

    async def _read_with_wait(
        self, path: str, names: Collection[str]
    ) -> tuple[Mapping[str, Any] | None, timedelta | None]:
        """Return the state on record as `read_record` does, and how long the upstream asks to wait."""
        reply = await self._ask("GET", path) if self.breaker.admits() else None
        if reply is None:
            return None, None
        if reply.status == httpx.codes.OK and _tells(path, reply, names):
            return reply.content, None
        missing = reply.status == httpx.codes.NOT_FOUND and reply.content.get("code") == "NOT_FOUND"
        return ({} if missing else None), reply.wait

    def room(self, most: int) -> int:
        """Return how many changes may be requested at once now, at most `most`."""
        return self.breaker.room(most)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _may_repeat(self) -> bool:
        if not self._retries.spend():
            return False
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
        await asyncio.sleep(self._settings.retry_delay_seconds * spread)
        return True

    async def _ask(self, method: str, path: str, **request: Any) -> "_Reply | None":
        """Return the upstream's response, whatever its status; None if there is none."""
        try:
            # httpx limits each read; this limits a body that trickles in.
            async with (
                asyncio.timeout(self._settings.timeout_seconds),
                self._client.stream(method, path, **request) as answer,
            ):
                wait = asked_wait(answer.status_code, answer.headers, self._machine.now())
                reply = _Reply(answer.status_code, await _json_object(answer), wait)
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("upstream_no_answer", record=_kind(path), error=repr(error))
            self.breaker.failed()
            return None
        if reply.status >= SERVER_ERRORS or reply.status == httpx.codes.TOO_MANY_REQUESTS:
            self.breaker.failed()
        elif method == "GET":
            self.breaker.answered()
        else:
            self.breaker.succeeded()
        return reply


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content: Mapping[str, Any]
    wait: timedelta | None = None


def _is_newer(recorded: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Return whether a record is certainly newer than one that was seen before."""
    revision, before = revision_of(recorded), revision_of(seen)
    return revision is not None and before is not None and revision > before


async def _decided(
    seen: Mapping[str, Any] | None, body: Mapping[str, Any], repetition: Repetition
) -> Answer | None:
    """Return the outcome of an earlier request, or why there must be no other; None to request again."""
    if seen is None:
        return Answer(Verdict.UNKNOWN)
    if shows(seen, body):
        return Answer(Verdict.CONFIRMED, recorded=seen)
    return await repetition.refused(seen)


def _outcome(path: str, reply: _Reply, body: Mapping[str, Any]) -> Answer:
    if reply.status == httpx.codes.OK and _tells(path, reply, body.keys()) and shows(reply.content, body):
        return Answer(Verdict.CONFIRMED, recorded=reply.content)
    if reply.status in {CONFLICT, REFUSED}:
        return Answer(Verdict.REFUSED, str(reply.content.get("code", "REFUSED")))
    log.warning("upstream_outcome_unknown", record=_kind(path), status=reply.status)
    return Answer(Verdict.UNKNOWN, wait=reply.wait)


def _kind(path: str) -> str:
    """Return what a path is about, without the customer: `membership` or `choice`."""
    return path.rpartition("/")[2]


def _tells(path: str, reply: _Reply, names: Collection[str]) -> bool:
    """Return whether a response matches the request: it has the fields, and no other customer's ids."""
    ids = [unquote(part) for part in path.split("/")[3:6:2]]  # /v1/brands/BRAND/customers/CUSTOMER/…
    told = [reply.content.get(name) for name in ("brand_id", "customer_id")]
    mine = all(id_ is None or id_ == asked for id_, asked in zip(told, ids, strict=False))
    return mine and reply.content.keys() >= set(names)


async def _json_object(answer: httpx.Response) -> Mapping[str, Any]:
    received = bytearray()
    async for part in answer.aiter_bytes():
        received += part
        if len(received) > MAX_RESPONSE_BYTES:
            return {}
    try:
        content = json.loads(received)
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        return {}
    return content if isinstance(content, dict) else {}
