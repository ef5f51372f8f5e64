"""Who decides which policies hold for a request: expressions, a coprocessor, or the application."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.pipeline.access.application import DecidePolicies, PolicyQuestion

if TYPE_CHECKING:
    from cel import Program

MAX_BYTES: Final = 256 * 1024
"""The most bytes of an answer."""
CONNECTIONS: Final = 100
"""The most concurrent questions; further ones wait within their deadlines."""


@dataclass(slots=True)
class PolicyDecision:
    """Decides policies: by expressions, and those without one by the application or a coprocessor.

    A policy without a decider does not hold, nor does one whose decision fails.

    Attributes:
        metrics: Counts decisions.
        expressions: The policies that have expressions.
        decide: Decides all other policies; None if nothing does.
    """

    metrics: AccessMetrics
    expressions: Expressions | None = None
    decide: DecidePolicies | None = None
    _is_failing: bool = False

    async def __call__(self, question: PolicyQuestion) -> frozenset[str]:
        """Return the policies that hold for a request."""
        by_expression: frozenset[str] = frozenset()
        others = question
        if self.expressions is not None:
            by_expression = self.expressions.decide(question)
            others = question.without(self.expressions.policies)
        if self.decide is None or not others.policies:
            return by_expression
        return by_expression | await self._ask(self.decide, others)

    async def _ask(self, decide: DecidePolicies, question: PolicyQuestion) -> frozenset[str]:
        try:
            held = question.policies & frozenset(await decide(question))
        except Exception as error:  # noqa: BLE001 - the application's function may raise anything
            self.metrics.decisions["failed"] += 1
            if not self._is_failing:  # log once until it works again, not for each request
                structlog.get_logger("gateway").warning("policy_decision_failed", reason=repr(error))
            self._is_failing = True
            return frozenset()
        self.metrics.decisions["ok"] += 1
        self._is_failing = False
        return held


class Expressions:
    """Policies that are decided by expressions, without waiting for anything.

    Args:
        texts: The expressions by policy.

    Raises:
        ValueError: An expression is not valid; the message names its policy.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        from cel import compile as compile_expression  # noqa: PLC0415 - most gateways have no expressions

        self._programs: dict[str, Program] = {}
        for policy, text in texts.items():
            try:
                self._programs[policy] = compile_expression(text)
            except ValueError as error:
                raise ValueError(f"The expression of the policy {policy} is not valid: {error}") from error

    @property
    def policies(self) -> frozenset[str]:
        """The policies that have an expression."""
        return frozenset(self._programs)

    def decide(self, question: PolicyQuestion) -> frozenset[str]:
        """Return the policies whose expressions are true; expressions that fail count as false."""
        policies = question.policies & self._programs.keys()
        if not policies:
            return frozenset()
        variables = {
            "authenticated": question.authenticated,
            "scopes": sorted(question.scopes),
            "claims": dict(question.claims),
            "client": question.client,
            "operation": {"name": question.operation, "kind": question.kind},
            "variables": dict(question.variables),
            "headers": dict(question.headers),
        }
        return frozenset(policy for policy in policies if self._holds(self._programs[policy], variables))

    @staticmethod
    def _holds(program: Program, variables: dict[str, object]) -> bool:
        try:
            return program.execute(variables) is True
        except Exception:  # noqa: BLE001 - a key or a type may be missing, a number too large
            return False


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
        import httpx  # noqa: PLC0415 - without a coprocessor, nothing needs it

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
            httpx.HTTPError: The call failed.
            ValueError: The status is not 200, or the answer is too long, or has no result of this form.
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
                return [policy for policy in result if isinstance(policy, str)]
            case _:
                raise ValueError("the answer has no result that is an object or a list")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, content: bytes) -> bytes:
        request = self._client.stream("POST", self._url, content=content, headers=self._headers)
        async with request as answer:
            if answer.status_code != HTTPStatus.OK:
                raise ValueError(f"HTTP {answer.status_code}")
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


class AccessMetrics(Collector):
    """Counts requests for fields that the client may not see, and decisions of policies.

    Attributes:
        requests: Such requests by result: restricted, rejected or answered.
        decisions: Decisions of policies by the application or a coprocessor: ok, failed.
    """

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        for name, text, counts in (
            (
                "furlong_gateway_access_denials",
                "Requests for what the client may not see, by result: restricted, rejected, answered.",
                self.requests,
            ),
            (
                "furlong_gateway_policy_decisions",
                "Decisions of policies by the application or a coprocessor, by result: ok, failed.",
                self.decisions,
            ),
        ):
            family = CounterMetricFamily(name, text, labels=["result"])
            for result, count in counts.items():
                family.add_metric([result], count)
            yield family
