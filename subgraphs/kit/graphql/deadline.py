"""The deadline of a query: a gateway says how long it waits, and no work is done for longer than that."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Final, TypeVar

from foundation.graphql_http import RequestError

T = TypeVar("T")

HEADER: Final = "x-envoy-expected-rq-timeout-ms"
"""How many milliseconds the caller waits for the response: Envoy's name, since no RFC has one."""

MAX_DIGITS: Final = 7


class DeadlineExceeded(RequestError):
    """The caller no longer waits."""

    def __init__(self) -> None:
        super().__init__("The deadline of the request has passed.", code="DEADLINE_EXCEEDED", status=504)


async def until_deadline(work: Awaitable[T], headers: Mapping[str, str]) -> T:
    """Do the work of a query; cancel it when its caller no longer waits.

    A header that is not a whole number of milliseconds sets no deadline.

    Raises:
        DeadlineExceeded: The deadline has passed.
    """
    given = headers.get(HEADER, "")
    if not (given.isascii() and given.isdigit() and len(given) <= MAX_DIGITS):
        return await work
    try:
        async with asyncio.timeout(int(given) / 1000):
            return await work
    except TimeoutError:
        raise DeadlineExceeded from None
