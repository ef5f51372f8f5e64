"""Responses in parts, by `@defer` and `@stream`: what the pipeline needs of the feature that makes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, Protocol

from foundation.graphql_http.media import IncrementalSpec
from gateway.errors import RequestError
from gateway.pipeline.hooks import ResponseHook
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import Response

NOT_ACCEPTABLE: Final = 406


class ResponseInParts(RequestError):
    """The response has parts, and is sent as a stream to clients that accept one."""

    def __init__(self) -> None:
        super().__init__(
            "The response has parts: accept multipart/mixed;incrementalSpec=v0.2 or text/event-stream.",
            code="RESPONSE_NEEDS_STREAM",
            status=NOT_ACCEPTABLE,
        )


class StreamOfParts(ABC):
    """A response in parts, as a `ResponseStream`; each part is encoded when it is asked for.

    Attributes:
        expires: Always None: a request in progress is completed even if its session expires.
        spec: The format of the parts.
    """

    __slots__ = ("expires", "spec")

    def __init__(self, spec: IncrementalSpec) -> None:
        self.expires: float | None = None
        self.spec = spec

    @abstractmethod
    async def begin(self) -> None:
        """Make the first part; close the stream if that fails or is cancelled.

        Raises:
            RequestError: There is no response.
        """

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[Response]:
        """Return the stream itself."""

    @abstractmethod
    async def aclose(self) -> None:
        """Cancel everything that is in progress."""


class AnswersInParts(Protocol):
    """Answers operations in parts."""

    def stream(
        self,
        policy_input: PolicyInput,
        planned: PlannedOperation,
        headers: Mapping[str, str],
        spec: IncrementalSpec,
        release: Callable[[], None],
        /,
    ) -> StreamOfParts:
        """Return the response to a request, whose first part is still to be made.

        Args:
            policy_input: The request.
            planned: Its plan.
            headers: The headers that subgraphs may see.
            spec: The format of the parts.
            release: Called once when the response has ended.

        Raises:
            RequestError: An argument of `@stream` is not valid.
        """
        ...

    def with_hook(self, hook: ResponseHook, /) -> AnswersInParts:
        """Return one that shows the whole response to a further hook."""
        ...
