"""Client of the upstream's API, which records membership and choice."""

import asyncio
import json
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote, unquote

import httpx
import structlog

from subgraphs.kit.certificates import trusted_authorities
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.circuit_breaker import Breaker, RetryBudget
from subgraphs.kit.settings import UpstreamSettings

log = structlog.get_logger(__name__)
CONFLICT, REFUSED, SERVER_ERRORS = 409, 422, 500
MAX_RESPONSE_BYTES = 64 * 1024


class Verdict(Enum):
    """The outcome of a call."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The upstream's response.

    Attributes:
        verdict: UNKNOWN if it is not known whether the change was made.
        code: For REFUSED, the upstream's own code.
    """

    verdict: Verdict
    code: str | None = None


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
    ) -> None:
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

    async def put(self, path: str, body: Mapping[str, Any], key: str, *, repeated: bool = False) -> Answer:
        """Request a change; retry with the same key while the outcome is unknown and attempts are left.

        A change that may have been requested before is looked up first, so that an upstream that no longer
        knows the key does not make it twice.

        Args:
            path: From `membership_path` or `choice_path`.
            body: The requested state; the change counts as made if it is returned as the recorded state.
            key: The idempotency key.
            repeated: Whether the change may have been requested already.
        """
        self._retries.earn()
        for attempt in range(self._settings.attempts):
            if attempt and not await self._may_repeat():
                break
            if attempt or repeated:
                match await self.is_recorded(path, body):
                    case True:
                        return Answer(Verdict.CONFIRMED)
                    case None:
                        break
            if (attempt and not self._retries.spend()) or not self.breaker.admits():
                break
            reply = await self._ask("PUT", path, json=dict(body), headers={"Idempotency-Key": key})
            answer = _outcome(path, reply, body) if reply else Answer(Verdict.UNKNOWN)
            if answer.verdict is not Verdict.UNKNOWN:
                return answer
        return Answer(Verdict.UNKNOWN)

    async def look(self, path: str, names: Collection[str]) -> Mapping[str, Any] | None:
        """Return the state on record upstream: empty if there is none, None if it cannot be determined now.

        Args:
            path: As for `put`.
            names: The fields that a record must have.
        """
        reply = await self._ask("GET", path) if self.breaker.admits() else None
        if reply is None:
            return None
        if reply.status == httpx.codes.OK and _tells(path, reply, names):
            return reply.content
        missing = reply.status == httpx.codes.NOT_FOUND and reply.content.get("code") == "NOT_FOUND"
        return {} if missing else None

    async def is_recorded(self, path: str, body: Mapping[str, Any]) -> bool | None:
        """Return whether a state is on record upstream; None if that cannot be determined now."""
        recorded = await self.look(path, body.keys())
        return None if recorded is None else _shows(recorded, body)

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
                reply = _Reply(answer.status_code, await _json_object(answer))
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


def membership_path(owner: Owner) -> str:
    """Return the path of a customer's membership."""
    return f"/v1/brands/{quote(owner.brand, safe='')}/customers/{quote(owner.customer, safe='')}/membership"


def choice_path(owner: Owner, iso_week: str) -> str:
    """Return the path of a customer's choice for a week."""
    customer = f"/v1/brands/{quote(owner.brand, safe='')}/customers/{quote(owner.customer, safe='')}"
    return f"{customer}/weeks/{iso_week}/choice"


def _outcome(path: str, reply: _Reply, body: Mapping[str, Any]) -> Answer:
    if reply.status == httpx.codes.OK and _tells(path, reply, body.keys()) and _shows(reply.content, body):
        return Answer(Verdict.CONFIRMED)
    if reply.status in {CONFLICT, REFUSED}:
        return Answer(Verdict.REFUSED, str(reply.content.get("code", "REFUSED")))
    log.warning("upstream_outcome_unknown", record=_kind(path), status=reply.status)
    return Answer(Verdict.UNKNOWN)


def _kind(path: str) -> str:
    """Return what a path is about, without the customer: `membership` or `choice`."""
    return path.rpartition("/")[2]


def _shows(recorded: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return all(name in recorded and recorded[name] == value for name, value in body.items())


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
