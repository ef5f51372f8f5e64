"""The upstream squad's API: where membership and choice are recorded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from subgraphs.kit.owners import Owner
from subgraphs.kit.settings import UpstreamSettings

log = structlog.get_logger(__name__)
CONFLICT, REFUSED = 409, 422


class Verdict(Enum):
    """What came of a call."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the upstream said.

    Attributes:
        verdict: UNKNOWN when nobody can say whether the change was made.
        code: for REFUSED, the upstream's own code.
    """

    verdict: Verdict
    code: str | None = None


class UpstreamClient:
    """Makes changes upstream, each under an idempotency key, so that repeating a call is safe."""

    def __init__(self, settings: UpstreamSettings, client: httpx.AsyncClient | None = None) -> None:
        self._settings = settings
        self._client = client or httpx.AsyncClient(
            base_url=settings.url, timeout=settings.timeout_seconds, follow_redirects=False
        )

    async def put(self, path: str, body: Mapping[str, Any], key: str) -> Answer:
        """Asks for a change, again with the same key while the outcome is unknown and attempts are left.

        Args:
            path: as made by `membership_path` or `choice_path`.
            body: the wanted state; it must come back as the recorded state for the change to count as made.
            key: the idempotency key.
        """
        for attempt in range(self._settings.attempts):
            if attempt:
                await asyncio.sleep(self._settings.retry_delay_seconds)
            answer = await self._put_once(path, body, key)
            if answer.verdict is not Verdict.UNKNOWN:
                return answer
        return Answer(Verdict.UNKNOWN)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _put_once(self, path: str, body: Mapping[str, Any], key: str) -> Answer:
        try:
            answer = await self._client.put(path, json=dict(body), headers={"Idempotency-Key": key})
        except httpx.HTTPError as error:
            log.warning("upstream gave no answer", path=path, error=repr(error))
            return Answer(Verdict.UNKNOWN)
        content = _json_object(answer)
        if answer.status_code == httpx.codes.OK and _recorded(content, body):
            return Answer(Verdict.CONFIRMED)
        if answer.status_code in {CONFLICT, REFUSED}:
            return Answer(Verdict.REFUSED, str(content.get("code", "REFUSED")))
        log.warning("upstream outcome unknown", path=path, status=answer.status_code)
        return Answer(Verdict.UNKNOWN)


def membership_path(owner: Owner) -> str:
    """Where a customer's membership is recorded."""
    return f"/v1/brands/{quote(owner.brand, safe='')}/customers/{quote(owner.customer, safe='')}/membership"


def choice_path(owner: Owner, iso_week: str) -> str:
    """Where a customer's choice of a week is recorded."""
    customer = f"/v1/brands/{quote(owner.brand, safe='')}/customers/{quote(owner.customer, safe='')}"
    return f"{customer}/weeks/{iso_week}/choice"


def _recorded(content: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return all(content.get(name) == value for name, value in body.items())


def _json_object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        content = answer.json()
    except (ValueError, RecursionError):  # no JSON, or nested too deeply
        return {}
    return content if isinstance(content, dict) else {}
