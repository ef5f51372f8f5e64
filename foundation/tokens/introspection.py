"""Opaque tokens: the issuer says whether one is active (RFC 7662)."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import quote

import httpx

from foundation.token_settings import Introspection
from foundation.tokens.compact import read_object
from foundation.tokens.errors import InvalidToken, Reason, VerificationUnavailable
from foundation.tokens.keys.download import make_client, read_answer

MAX_REMEMBERED: Final = 10_000

T = TypeVar("T")
Introspected: TypeAlias = tuple[str, Mapping[str, Any], float]
"""The issuer, the claims, and the time until which they may be used."""


class Introspector:
    """Introspects tokens: once for all requests that wait for the same token, and only until the deadline.

    A token that was never active takes from a budget, and gives it back unless the issuer says no: whoever
    invents tokens makes us ask the issuer no more often than the budget allows.
    """

    def __init__(self, settings: Introspection, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self._client: httpx.AsyncClient | None = None
        self._asking: dict[str, asyncio.Task[Introspected]] = {}
        self._refused: dict[str, float] = {}
        self._active: dict[str, None] = {}
        self._budget = float(settings.requests)
        self._budget_at = now()

    async def introspect(self, token: str) -> Introspected:
        """Return the claims of an active token.

        Raises:
            InvalidToken: The token is not active, or not for us.
            VerificationUnavailable: The issuer gave no usable answer in time, or is asked too often.
        """
        if self._now() < self._refused.get(token, 0.0):
            raise InvalidToken(Reason.INACTIVE)
        task = self._asking.get(token)
        if task is None:
            if len(self._asking) >= self._settings.requests or not self._may_ask(token):
                raise VerificationUnavailable
            task = self._asking[token] = asyncio.get_running_loop().create_task(self._ask(token))
            task.add_done_callback(partial(self._answered, token))
        # Others may wait for the same answer when this request is cancelled.
        await asyncio.wait({task})
        return task.result()

    async def close(self) -> None:
        """Close the connections."""
        for task in list(self._asking.values()):
            task.cancel()
            await asyncio.wait({task})
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _answered(self, token: str, task: asyncio.Task[Introspected]) -> None:
        self._asking.pop(token, None)
        if not task.cancelled():
            task.exception()  # read it, even if every request that waited was cancelled

    async def _ask(self, token: str) -> Introspected:
        try:
            async with asyncio.timeout(self._settings.deadline_seconds):
                claims = read_object(await self._post(token))
        except (OSError, ValueError, httpx.HTTPError) as error:
            self._give_back(token)
            raise VerificationUnavailable from error
        expires = self._expires(claims)
        if expires is None:
            self._active.pop(token, None)
            _remember(self._refused, token, self._now() + self._settings.refused_seconds)
            raise InvalidToken(Reason.INACTIVE)
        self._give_back(token)
        _remember(self._active, token, None)
        return self._settings.issuer, claims, expires

    async def _post(self, token: str) -> bytes:
        if self._client is None:
            self._client = make_client()
        # The name and the secret are encoded before they are joined (RFC 6749, section 2.3.1).
        name = quote(self._settings.client_id, safe="")
        secret = quote(self._settings.client_secret.get_secret_value(), safe="")
        async with self._client.stream(
            "POST",
            self._settings.url,
            data={"token": token, "token_type_hint": "access_token"},
            headers={"accept": "application/json", "accept-encoding": "identity"},
            auth=httpx.BasicAuth(name, secret),
        ) as answer:
            return await read_answer(answer)

    def _expires(self, claims: Mapping[str, Any]) -> float | None:
        """Return until when an answer may be used; None if the token is not to be accepted."""
        now, settings = self._now(), self._settings
        exp, nbf = claims.get("exp", now + settings.cached_seconds), claims.get("nbf", now)
        if claims.get("active") is not True or not (_is_time(exp) and _is_time(nbf)):
            return None
        if not nbf - settings.leeway_seconds <= now < exp:
            return None
        if claims.get("iss", settings.issuer) != settings.issuer:
            return None
        if settings.audiences and _audiences(claims).isdisjoint(settings.audiences):
            return None
        if any(not claims.get(name) for name in settings.required_claims):
            return None
        return min(float(exp), now + settings.cached_seconds)

    def _may_ask(self, token: str) -> bool:
        if token in self._active:
            return True
        now, settings = self._now(), self._settings
        regained = (now - self._budget_at) * settings.refused_per_second
        self._budget, self._budget_at = min(float(settings.requests), self._budget + regained), now
        if self._budget < 1:
            return False
        self._budget -= 1
        return True

    def _give_back(self, token: str) -> None:
        if token not in self._active:
            self._budget += 1


def _remember(tokens: dict[str, T], token: str, value: T) -> None:
    tokens.pop(token, None)
    while len(tokens) >= MAX_REMEMBERED:
        del tokens[next(iter(tokens))]  # the oldest
    tokens[token] = value


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    return {name for name in listed if isinstance(name, str)}


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
