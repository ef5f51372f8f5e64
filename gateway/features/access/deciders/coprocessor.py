"""Policies decided by a server with the API of Open Policy Agent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from typing import Any, Final

import httpx
import orjson

from gateway.access.application import PolicyQuestion

MAX_BYTES: Final = 256 * 1024
"""The most bytes of an answer."""
CONNECTIONS: Final = 100
"""The most concurrent questions; further ones wait within their deadlines."""


class Coprocessor:
    """Asks a server which policies hold: sends `POST {"input": …}`, expects `{"result": …}`.

    The result is an object that has `true` for policies that hold, or a list of them.

    Args:
        url: The server's URL, such as `http://127.0.0.1:8181/v1/data/graph/policies`.
        seconds: The deadline of a question.
        token: The bearer token for the server; None to send none.
    """

    def __init__(self, url: str, seconds: float, token: str | None = None) -> None:
        self._url = url
        self._seconds = seconds
        self._headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"
        # Created at startup: this takes a tenth of a second, most of a question's deadline.
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 - the deadline of the whole question is set around it
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    async def __call__(self, question: PolicyQuestion) -> Collection[str]:
        """Return the policies that hold.

        Raises:
            TimeoutError: The server did not answer in time.
            httpx.HTTPError: The call failed, or the status is not 200.
            ValueError: The answer is too long, or has no result of this form.
        """
        async with asyncio.timeout(self._seconds):
            # Claims may contain numbers that orjson cannot write.
            body = json.dumps({"input": _input(question)}, default=str).encode()
            content = await self._post(body)
        answer = orjson.loads(content)
        result = answer.get("result") if isinstance(answer, dict) else None
        match result:
            case dict():
                return [name for name, holds in result.items() if holds is True]
            case list():
                return [each for each in result if isinstance(each, str)]
            case _:
                raise ValueError("the answer has no result that is an object or a list")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, content: bytes) -> bytes:
        request = self._client.stream("POST", self._url, content=content, headers=self._headers)
        async with request as answer:
            if answer.status_code != httpx.codes.OK:
                raise httpx.HTTPError(f"HTTP {answer.status_code}")
            read = bytearray()
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) > MAX_BYTES:
                    raise ValueError("the answer is too long")
            return bytes(read)


def _input(question: PolicyQuestion) -> dict[str, Any]:
    return {
        "policies": sorted(question.policies),
        "authenticated": question.authenticated,
        "scopes": sorted(question.scopes),
        "claims": dict(question.claims),
        "client": question.client,
        "operation": {"name": question.operation, "kind": question.kind},
    }
