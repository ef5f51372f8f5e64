"""Requests to Stripe by its SDK, and what their failures mean."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import httpx
import msgspec
import stripe
import structlog
from msgspec import Struct

from subgraphs.wallet.payments.processor import NotNow, Unanswered, Unavailable
from subgraphs.wallet.payments.stripe.faults import OtherRequest, Refused, SpentKey
from subgraphs.wallet.payments.stripe.objects import Identity
from subgraphs.wallet.payments.stripe.options import FindSecret, StripeOptions
from subgraphs.wallet.payments.stripe.transport import NOT_SENT, HttpxTransport

log = structlog.get_logger(__name__)
T = TypeVar("T")

NOT_NOW: Final = frozenset({"balance_insufficient", "insufficient_balance", "lock_timeout", "rate_limit"})
"""Codes of refusals that another day, or another processor, may answer otherwise."""

TRIPPED: Final = (AttributeError, KeyError, RecursionError, TypeError, ValueError, httpx.StreamError)
"""What the SDK trips over, and `msgspec` refuses, in an answer of unknown form."""

PAGE: Final = 100
MAX_PAGES: Final = 1_000
MAX_KEYS: Final = 200
"""How many keys one change can use up: more than attempts are made in the day for which Stripe keeps keys."""


class Page(Struct, frozen=True):
    """A page of a list, as it came."""

    data: list[dict[str, Any]]
    has_more: bool


class _Listed(Struct, frozen=True):
    id: Identity


class StripeConnection:
    """Sends requests under ids of ours, each of them once: whoever gets no answer decides about the next."""

    def __init__(
        self,
        options: StripeOptions,
        find_secret: FindSecret,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Open the SDK; the connections are made when they are needed."""
        # The SDK keeps this in one place for the whole process, and sends timings and an id of this machine.
        stripe.enable_telemetry = False
        self._options = options
        self._find_secret = find_secret
        self._transport = HttpxTransport(options.timeout_seconds, options.in_flight, transport)
        client = stripe.StripeClient(
            "looked up for each request",
            base_addresses={"api": options.api_base},
            http_client=self._transport,
            # A request whose answer is missing is repeated by those who know what else was asked for since.
            max_network_retries=0,
        )
        self.api = client.v1

    async def send(
        self, form: type[T], request: Callable[..., Awaitable[Any]], *path: str, key: str = "", **params: Any
    ) -> tuple[T, datetime | None]:
        """Send a request; return the object in the answer, and when it was so.

        Args:
            form: What the answer must be.
            request: A method of the SDK.
            path: The ids in the request's path.
            key: The idempotency key of a request that changes something.
            params: The parameters.

        Raises:
            Refused: Stripe refuses it for good.
            OtherRequest: There was another request under the key.
            Unavailable: Stripe has not done it, and cannot now. It would say so under the key for a day,
                whatever changes meanwhile: the next request goes on with another key.
            Unanswered: Nobody knows.
        """
        for number in range(MAX_KEYS):
            try:
                return await self._sent(form, request, path, f"{key}:{number}" if number else key, params)
            except SpentKey as spent:
                log.info("stripe_key_spent", key=key, number=number, code=str(spent))
        raise NotNow(f"{key} could not be done {MAX_KEYS} times")

    async def _sent(
        self,
        form: type[T],
        request: Callable[..., Awaitable[Any]],
        path: tuple[str, ...],
        key: str,
        params: Mapping[str, Any],
    ) -> tuple[T, datetime | None]:
        """Send a request under one key.

        Raises:
            SpentKey: Stripe could not do it then, and says so again.
        """
        given = {"api_key": self._secret()}
        if key:
            given["idempotency_key"] = key
        if self._options.account:
            given["stripe_account"] = self._options.account
        with self._failures(request, key):
            async with asyncio.timeout(self._options.timeout_seconds):
                answer = await request(*path, params=params, options=given)
            told = answer.last_response
            return msgspec.convert(told.data, form), _told_at(told.headers)

    async def listed(
        self, form: type[T], request: Callable[..., Awaitable[Any]], **params: Any
    ) -> AsyncIterator[T]:
        """Return all objects of a list, the newest first.

        Raises:
            Refused: Stripe refuses it.
            Unavailable: Stripe cannot be asked now.
            Unanswered: A page did not come, or they have no end.
        """
        after: dict[str, str] = {}
        for _ in range(MAX_PAGES):
            page, _at = await self.send(Page, request, limit=PAGE, **params, **after)
            with self._failures(request, ""):
                objects = [msgspec.convert(item, form) for item in page.data]
                last = [msgspec.convert(item, _Listed).id for item in page.data[-1:]]
            for item in objects:
                yield item
            if not page.has_more:
                return
            if not last:
                break
            after = {"starting_after": last[0]}
        raise Unanswered(f"a list at Stripe has no end, or more than {MAX_PAGES} pages")

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close_async()

    def _secret(self) -> str:
        secret = self._find_secret(self._options.key)
        if secret is None or not (secret.isascii() and secret.isprintable() and secret):
            log.error("stripe_key_missing", secret=self._options.key)
            raise Unavailable(f"there is no usable secret {self._options.key!r}")
        return secret

    @contextmanager
    def _failures(self, request: Callable[..., Any], key: str) -> Iterator[None]:
        """Say what the SDK's errors mean for the caller."""
        what = getattr(request, "__qualname__", "")
        try:
            yield
        except (stripe.AuthenticationError, stripe.PermissionError) as fault:
            log.error(  # noqa: TRY400 - the refusal says all
                "stripe_key_refused", secret=self._options.key, request=what, message=fault.user_message
            )
            raise Unavailable(f"Stripe refuses the secret {self._options.key!r}") from fault
        except stripe.IdempotencyError as fault:
            raise OtherRequest(f"{key} stands for another request at Stripe: {fault}") from fault
        except (*NOT_SENT, stripe.RateLimitError) as fault:
            log.warning("stripe_unavailable", request=what, key=key, fault=repr(fault))
            raise Unavailable(repr(fault)) from fault
        except (stripe.CardError, stripe.InvalidRequestError) as fault:
            raise _refusal(fault) from fault
        except (stripe.StripeError, httpx.HTTPError, TimeoutError, *TRIPPED) as fault:
            log.warning("stripe_no_answer", request=what, key=key, fault=repr(fault))
            raise Unanswered(repr(fault)) from fault


def _refusal(fault: stripe.CardError | stripe.InvalidRequestError) -> Refused | Unavailable:
    error = fault.json_body.get("error", {}) if isinstance(fault.json_body, Mapping) else {}
    code = str(error.get("decline_code") or error.get("code") or error.get("type") or "refused")
    if code in NOT_NOW or error.get("code") in NOT_NOW:
        return SpentKey(code) if _is_repeated(fault.headers) else NotNow(code)
    return Refused(code, str(error.get("param") or ""))


def _told_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when an answer was true, by Stripe's clock; None if it does not say, or repeats an old one."""
    if _is_repeated(headers):
        return None
    try:
        return parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def _is_repeated(headers: Mapping[str, str] | None) -> bool:
    """Tell whether Stripe repeats what it has answered before."""
    return (headers or {}).get("idempotent-replayed") == "true"
