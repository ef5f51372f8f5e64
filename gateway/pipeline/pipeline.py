"""The whole way of a request: HttpRequest → PreparedRequest → PlannedOperation → FetchedData → Response."""

from __future__ import annotations

from asyncio import get_running_loop
from concurrent.futures import Executor
from dataclasses import dataclass

from gateway.clients import Identification
from gateway.errors import AnswerTooLarge, AuthenticationUnavailable, Overloaded, RequestError
from gateway.executor import FetchedData, is_large
from gateway.header_rules import KnownValues
from gateway.monitoring import Recorders
from gateway.pipeline.documents import DocumentResolver
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.parts import AuthenticationPart, BodiesPart, ExecutorPart, PlanningPart
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import AdmissionControl, HttpRequest, Response, encode
from gateway.rate_limits import RateLimited, RateLimits


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Answers requests.

    Attributes:
        authentication: Finds the session of a request.
        identification: Finds the client of a request.
        planning: Prepares and plans requests.
        hooks: What is called at the stages.
        executor: Fetches and projects.
        admission: Bounds how many requests fetch at once.
        known_bodies: Prepared queries by the bytes of their bodies.
        response_bytes: The largest response.
        large_responses: A thread that makes large responses, so that the event loop serves other requests
            meanwhile.
        recorders: Count requests by operation and client.
        rate_limits: Charge refused requests; None without limits.
        documents: Finds documents by their ids.
        known_values: Adds what the gateway knows of a request to its headers; None without such rules.
    """

    authentication: AuthenticationPart
    identification: Identification
    planning: PlanningPart
    hooks: Hooks
    executor: ExecutorPart
    admission: AdmissionControl
    known_bodies: BodiesPart
    documents: DocumentResolver
    response_bytes: int
    large_responses: Executor
    recorders: Recorders
    rate_limits: RateLimits | None = None
    known_values: KnownValues | None = None

    async def respond(self, request: HttpRequest) -> Response:
        """Take a request the whole way: authenticate, prepare, check, plan, fetch, project, encode.

        Raises:
            RequestError: The request is refused.
            ClientDisconnected: Nobody waits for the response.
        """
        if self.hooks.requests:
            await self._check_arrival(request)
        session, prepared = self._recognize(request) or await self._authenticate_and_prepare(request)
        try:
            client = self.identification.identify(request.headers)
        except RequestError:
            await self._charge_refusal(request, session)
            raise
        request.recorder = self.recorders.of(prepared.document, client)
        asked = PolicyInput(request, client, session, prepared)
        for policy in self.hooks.policies:
            undecided = policy.check(asked)
            if undecided is not None:
                await undecided
        planned = self.planning.known_plan(prepared) or await self.planning.plan(prepared)
        if self.hooks.plans:
            await self._check_plan(asked, planned)
        is_query = prepared.document.is_query
        connection = request.client
        if not connection.admitted and not self.admission.enter():
            raise Overloaded
        try:
            # A mutation may take long: subgraphs authenticate again for each of its fetches.
            passed_on = session if is_query else None
            headers = request.forwarded
            if self.known_values is not None:
                headers = self.known_values.added(headers, session, client)
            fetching = self.executor.fetch(planned, prepared.variables, headers, passed_on)
            # Once started, a mutation is completed even if its client disconnects.
            fetched = await (connection.until_disconnect(fetching) if is_query else fetching)
        finally:
            if not connection.admitted:
                self.admission.leave()
        if is_large(self.executor.limits):
            loop = get_running_loop()
            return await loop.run_in_executor(self.large_responses, self._made, asked, planned, fetched)
        return self._made(asked, planned, fetched)

    async def _check_arrival(self, request: HttpRequest) -> None:
        for each in self.hooks.requests:
            undecided = each.check(request)
            if undecided is not None:
                await undecided

    async def _check_plan(self, asked: PolicyInput, planned: PlannedOperation) -> None:
        for each in self.hooks.plans:
            undecided = each.check(asked, planned)
            if undecided is not None:
                await undecided

    def _made(self, asked: PolicyInput, planned: PlannedOperation, fetched: FetchedData) -> Response:
        """Project and encode the response.

        Raises:
            AnswerTooLarge: It has too many bytes.
        """
        response = self.executor.project(asked.prepared, planned, fetched)
        for hook in self.hooks.responses:
            response = hook.complete(asked, response)
        cache_policy = asked.prepared.document.cache_policy
        if cache_policy is not None and self.authentication.is_required:
            cache_policy = cache_policy.as_private()
        encoded = encode(response, cache_policy=cache_policy)
        if len(encoded.content) > self.response_bytes:
            raise AnswerTooLarge(f"The response is larger than {self.response_bytes} bytes: select less.")
        return encoded

    def _recognize(self, request: HttpRequest) -> tuple[object, PreparedRequest] | None:
        """Return the session and the prepared query if both are known without waiting: the usual case."""
        body = request.arrived_body()
        prepared = self._known(body)
        if prepared is None:
            return None
        session = self.authentication.cached(request.forwarded)
        if session is None and self.authentication.is_required:
            return None
        return session, prepared

    async def _authenticate_and_prepare(self, request: HttpRequest) -> tuple[object, PreparedRequest]:
        session: object = None
        try:
            body = await request.read_body()
            session = await self.authentication.session(request)  # a stranger's body is not even parsed
            prepared = self._known(body)
            if prepared is not None:
                return session, prepared
            graphql = request.parse(body)
            if self.rate_limits is not None:
                await self.rate_limits.check(request, session, self.identification.anonymous)
            resolved = await self.documents.resolve(graphql, self.identification.identify(request.headers))
            prepared = await self.planning.prepare(resolved.request)
            prepared.trusted = resolved.trusted
            await self.documents.register(resolved)
        except (RateLimited, Overloaded, AuthenticationUnavailable):
            raise
        except RequestError:
            await self._charge_refusal(request, session)
            raise
        # Mutations hardly ever repeat, and may hold what should not be kept.
        if body is not None and prepared.document.is_query and resolved.is_reusable:
            self.known_bodies.put(body, prepared)
        return session, prepared

    async def _charge_refusal(self, request: HttpRequest, session: object) -> None:
        """Take points for a refused request: else a flood of invalid documents would be free.

        Raises:
            RequestError: Its sender has spent too much, which is the reason to give then.
        """
        if self.rate_limits is not None:
            await self.rate_limits.take_refusal(request, session, self.identification.anonymous)

    def _known(self, body: bytes | None) -> PreparedRequest | None:
        """Return what is known of a body, unless its id may stand for another document now."""
        prepared = None if body is None else self.known_bodies.get(body)
        if prepared is not None and prepared.trusted is not None:
            return prepared if prepared.trusted is self.documents.trusted else None
        return prepared
