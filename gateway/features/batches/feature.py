"""Answers bodies that are lists of requests: all at the same time, each by itself."""

from __future__ import annotations

import asyncio
import time
from asyncio import CancelledError
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from msgspec import Struct

from foundation.graphql_http import BatchRefused, read_batch
from gateway.errors import RequestError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.batches.settings import BatchSettings
from gateway.http.client import Client
from gateway.http.inner_request import InnerClient, InnerRequest
from gateway.http.request import ReceivedRequest
from gateway.http.responses import error_response
from gateway.pipeline.policies import Batch, BatchEntry, PolicyInput, SharedCosts
from gateway.pipeline.stages import HttpRequest, Response, ResponsePipeline, encode, refused

OF_THE_BODY: Final = (b"content-encoding", b"content-type", b"content-length")


class Batches(Feature):
    """Answers the requests of a batch at the same time, each by itself."""

    core: Core

    def install(self, core: Core) -> None:
        """Say that costs of several requests may count together."""
        self.core = core
        core.offer(SharedCosts())

    def of(self, version: Version) -> VersionParts:
        """Divide batches before anything else is done with their requests."""
        settings = version.settings.of(BatchSettings)
        batching = partial(
            BatchingPipeline,
            count_refusal=self.core.count_refusal,
            most=settings.requests,
            seconds=settings.seconds,
        )
        return VersionParts(dividers=(batching,), policies=(BatchPolicy(),))


class BatchPolicy:
    """Notes which requests of a batch may be cancelled."""

    @staticmethod
    def check(policy_input: PolicyInput) -> None:
        """Note whether the request may be cancelled from now on."""
        request = policy_input.request
        if isinstance(request, BatchEntry):
            request.is_cancellable = policy_input.prepared.document.is_query


class BatchTimeout(RequestError):
    """The time of a batch was over before this request was answered."""

    def __init__(self) -> None:
        message = "The time for the whole batch was over before this request was answered."
        super().__init__(message, code="DEADLINE_EXCEEDED", status=504)


class BatchedRequest(InnerRequest, BatchEntry):
    """One request of a batch."""

    __slots__ = ("batch", "is_cancellable")

    def __init__(self, batch: Batch, *request: Any) -> None:
        super().__init__(*request)
        self.batch = batch
        self.is_cancellable = True


class BatchingPipeline(Struct, frozen=True):
    """Answers batches as well as single requests.

    Attributes:
        pipeline: Answers single requests. It refuses a batch, and so checks its session and content type.
        count_refusal: Counts a refused request by its code.
        most: The most requests in a batch.
        seconds: The time limit of a batch.
    """

    pipeline: ResponsePipeline
    count_refusal: Callable[[str], None]
    most: int
    seconds: float

    async def respond(self, request: HttpRequest) -> Response:
        """Return the response to a request, or the list of responses to a batch, in its order."""
        try:
            return await self.pipeline.respond(request)
        except BatchRefused:
            if not isinstance(request, ReceivedRequest):
                raise
        body = await request.read_body()
        entries = _entries(request, read_batch(body or b"", self.most))
        # Nothing has begun if the client is gone already.
        responses = await request.client.until_disconnect(self._answered(entries, request.client))
        outcomes = {response.outcome for response in responses}
        content = b"[" + b",".join(response.content for response in responses) + b"]"
        return Response(content, "ok" if outcomes == {"ok"} else "partial")

    async def _answered(self, entries: list[BatchedRequest], client: Client) -> list[Response]:
        """Answer all entries; the disconnection of the client cancels this.

        Changes that have begun are completed, whatever happens.
        """
        tasks = [asyncio.create_task(self._respond(entry, client)) for entry in entries]
        try:
            await asyncio.wait(tasks, timeout=self.seconds)
        finally:
            for entry, task in zip(entries, tasks, strict=True):
                if entry.is_cancellable:
                    task.cancel()
            await asyncio.wait(tasks)
        return [
            encode(refused(BatchTimeout()), "refused") if task.cancelled() else task.result()
            for task in tasks
        ]

    async def _respond(self, entry: BatchedRequest, client: Client) -> Response:
        started = time.perf_counter()
        try:
            response = await self.pipeline.respond(entry)
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost edge: nothing internal leaves
            response = error_response(error, client)
            if isinstance(error, RequestError):
                self.count_refusal(error.code)
        if entry.recorder is not None:
            entry.recorder.observe(response.outcome, time.perf_counter() - started)
        return response


def _entries(request: ReceivedRequest, bodies: list[bytes]) -> list[BatchedRequest]:
    """Return the requests of a batch, with its headers; their bodies are plain JSON."""
    headers = {name: value for name, value in request.headers.items() if name not in OF_THE_BODY}
    headers[b"content-type"] = b"application/json"
    batch, client = Batch(), InnerClient(request.client.address)
    return [BatchedRequest(batch, client, headers, request.forwarded, body) for body in bodies]
