"""The whole path of a request: HttpRequest → PreparedRequest → PlannedOperation → FetchedData → Response."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Coroutine, Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from gateway.errors import (
    AuthenticationUnavailable,
    Overloaded,
    RequestError,
    TooManyRequests,
)
from gateway.executor import FetchedData, is_large, too_many_bytes
from gateway.monitoring import Recorders
from gateway.pipeline.components import (
    AuthenticationComponent,
    BodiesComponent,
    ExecutorComponent,
    PlanningComponent,
)
from gateway.pipeline.documents import DocumentResolver
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.identification import Identification
from gateway.pipeline.in_parts import AnswersInParts, ResponseInParts
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import (
    Check,
    IncrementalRequest,
    PreparedRequest,
    in_parts,
)
from gateway.pipeline.stages import AdmissionControl, HttpRequest, Response, ResponseStream, encode
from gateway.pipeline.subscriptions import (
    AnswersSubscriptions,
    NotStreamed,
    SingleResponse,
    SubscriptionsOff,
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Answers requests.

    Attributes:
        authentication: Finds the session of a request.
        identification: Finds the client of a request.
        planning: Prepares and plans requests.
        hooks: The hooks of all stages.
        executor: Fetches and projects.
        admission: Bounds how many requests fetch at once.
        known_bodies: Prepared queries by the bytes of their bodies.
        response_bytes: The most bytes of a response.
        large_responses: A thread that makes large responses, so that the event loop serves other requests
            meanwhile.
        recorders: Count requests by operation and client.
        documents: Finds the documents of ids.
        authenticates: Whether requests may have sessions at all.
        checks: Replace the checks that policies left for a document.
        subscriptions: Opens subscriptions; None if none are served.
        incremental: Answers in parts; None if all responses are sent as a whole.
    """

    authentication: AuthenticationComponent
    identification: Identification
    planning: PlanningComponent
    hooks: Hooks
    executor: ExecutorComponent
    admission: AdmissionControl
    known_bodies: BodiesComponent
    documents: DocumentResolver
    response_bytes: int
    large_responses: Executor
    recorders: Recorders
    authenticates: bool = True
    checks: tuple[Check, ...] = ()
    subscriptions: AnswersSubscriptions | None = None
    incremental: AnswersInParts | None = None

    def respond(self, request: HttpRequest) -> Coroutine[Any, Any, Response]:
        """Process a request: authenticate, prepare, check, plan, fetch, project, encode.

        Awaiting the result raises:
            RequestError: The request is refused.
            ClientDisconnected: The client is gone.
        """
        recognized = self._recognize(request)
        if recognized is None:
            return self._respond_to_new(request)
        session, prepared = recognized
        return self._answer(request, session, prepared)

    async def _respond_to_new(self, request: HttpRequest) -> Response:
        """Respond to a request whose session or document is not known yet."""
        session, prepared = await self._authenticate_and_prepare(request)
        if self._in_parts(request, prepared) is not None:
            raise ResponseInParts
        return await self._answer(request, session, prepared)

    async def _answer(self, request: HttpRequest, session: object, prepared: PreparedRequest) -> Response:
        is_query = prepared.document.is_query
        if not is_query and prepared.document.is_subscription:
            raise NotStreamed
        policy_input, planned = await self._permit_and_plan(request, session, prepared)
        connection = request.client
        if not connection.admitted and not self.admission.enter():
            raise Overloaded
        try:
            # A mutation may take long: subgraphs authenticate again for each of its fetches.
            passed_on = session if is_query else None
            headers = self._headers(policy_input) if self.hooks.headers else request.forwarded
            fetching = self.executor.fetch(planned, prepared.variables, headers, passed_on)
            # Once started, a mutation is completed even if its client disconnects.
            fetched = await (connection.until_disconnect(fetching) if is_query else fetching)
        finally:
            if not connection.admitted:
                self.admission.leave()
        if is_large(self.executor.limits):
            loop = get_running_loop()
            # Hooks see the request's context there, too.
            build = copy_context().run
            return await loop.run_in_executor(
                self.large_responses, build, self._build_response, policy_input, planned, fetched
            )
        return self._build_response(policy_input, planned, fetched)

    async def stream(self, request: HttpRequest) -> ResponseStream:
        """Start an operation as a stream: authenticate, prepare, check, plan, and subscribe or answer.

        A query or mutation is a stream of one response, or of its parts.

        Raises:
            RequestError: The request is refused.
            ClientDisconnected: The client has gone.
        """
        session, prepared = self._recognize(request) or await self._authenticate_and_prepare(request)
        if not prepared.document.is_subscription:
            parted = self._in_parts(request, prepared)
            if parted is not None:
                return await self._answer_in_parts(request, session, parted)
            return SingleResponse(await self._answer(request, session, prepared))
        if self.subscriptions is None:
            raise SubscriptionsOff
        policy_input, planned = await self._permit_and_plan(request, session, prepared)
        headers = self._headers(policy_input)
        return await self.subscriptions.stream(policy_input, planned, headers, self._build_response)

    def _in_parts(self, request: HttpRequest, prepared: PreparedRequest) -> IncrementalRequest | None:
        """Return the request with a response in parts, if its document and its client want one."""
        if self.incremental is None or prepared.document.deferring is None:
            return None
        return None if request.incremental_spec() is None else in_parts(prepared)

    async def _answer_in_parts(
        self, request: HttpRequest, session: object, prepared: IncrementalRequest
    ) -> ResponseStream:
        policy_input, planned = await self._permit_and_plan(request, session, prepared)
        spec = request.incremental_spec()
        if self.incremental is None or spec is None:
            raise ResponseInParts
        headers = self._headers(policy_input)
        if not self.admission.enter():
            raise Overloaded
        try:
            stream = self.incremental.stream(policy_input, planned, headers, spec, self.admission.leave)
        except BaseException:
            self.admission.leave()
            raise
        beginning = stream.begin()
        is_query = prepared.document.is_query
        await (request.client.until_disconnect(beginning) if is_query else beginning)
        return stream

    async def _permit_and_plan(
        self, request: HttpRequest, session: object, prepared: PreparedRequest
    ) -> tuple[PolicyInput, PlannedOperation]:
        """Identify the client, let policies decide, and plan.

        Raises:
            RequestError: The request is refused.
        """
        try:
            client = self.identification.identify(request.headers)
        except RequestError:
            await self._take_refusal(request, session)
            raise
        request.recorder = self.recorders.of(prepared.document, client)
        policy_input = PolicyInput(request, client, session, prepared)
        for decide in self.checks or prepared.document.checks:
            undecided = decide(policy_input)
            if undecided is not None:
                await undecided
        planned = self.planning.known_plan(prepared) or await self.planning.plan(prepared)
        for check in self.hooks.plans:
            undecided = check.check(policy_input, planned)
            if undecided is not None:
                await undecided
        return policy_input, planned

    def _headers(self, policy_input: PolicyInput) -> Mapping[str, str]:
        """Return the headers that subgraphs may see."""
        headers: Mapping[str, str] = policy_input.request.forwarded
        for header in self.hooks.headers:
            headers = header.added(policy_input, headers)
        return headers

    def _build_response(
        self, policy_input: PolicyInput, planned: PlannedOperation, fetched: FetchedData
    ) -> Response:
        """Project and encode the response.

        Raises:
            ResponseTooLarge: It has too many bytes.
        """
        response = self.executor.project(policy_input.prepared, planned, fetched)
        for hook in self.hooks.responses:
            response = hook.complete(policy_input, response)
        cache_policy = policy_input.prepared.document.cache_policy
        if cache_policy is not None and self.authentication.is_required:
            cache_policy = cache_policy.as_private()
        encoded = encode(response, cache_policy=cache_policy)
        if len(encoded.content) > self.response_bytes:
            raise too_many_bytes(self.response_bytes)
        return encoded

    def _recognize(self, request: HttpRequest) -> tuple[object, PreparedRequest] | None:
        """Return the session and the prepared query if both are known without waiting, as is usual."""
        body = request.arrived_body()
        prepared = None if body is None else self.known_bodies.get(body)
        if prepared is None or (prepared.found_in is not None and not self._is_current(prepared)):
            return None
        if not self.authenticates:
            return None, prepared
        session = self.authentication.cached(request.forwarded)
        if session is None and self.authentication.is_required:
            return None
        return session, prepared

    async def _authenticate_and_prepare(self, request: HttpRequest) -> tuple[object, PreparedRequest]:
        session: object = None
        try:
            body = await request.read_body()
            session = await self.authentication.session(request)  # before its body is parsed
            prepared = None if body is None else self.known_bodies.get(body)
            if prepared is not None and self._is_current(prepared):
                return session, prepared
            graphql = request.parse(body)
            for limit in self.hooks.refusals:
                undecided = limit.check_refusal(request, session, self.identification.anonymous)
                if undecided is not None:
                    await undecided
            resolved = await self.documents.resolve(graphql, self.identification.identify(request.headers))
            prepared = await self.planning.prepare(resolved.request)
            prepared.found_in, prepared.position = resolved.found_in, resolved.request.position
            await self.documents.register(resolved)
        except (TooManyRequests, Overloaded, AuthenticationUnavailable):
            raise
        except RequestError:
            await self._take_refusal(request, session)
            raise
        # Mutations hardly ever repeat, and may contain data that should not be kept.
        document = prepared.document
        is_repeated = document.is_query or (document.is_subscription and prepared.position is None)
        if body is not None and is_repeated and document.deferring is None and resolved.is_reusable:
            self.known_bodies.put(body, prepared)
        return session, prepared

    async def _take_refusal(self, request: HttpRequest, session: object) -> None:
        """Count a request that is refused while its client is not known yet.

        Raises:
            RequestError: The request is refused; this replaces any earlier refusal.
        """
        for limit in self.hooks.refusals:
            undecided = limit.take_refusal(request, session, self.identification.anonymous)
            if undecided is not None:
                await undecided

    def _is_current(self, prepared: PreparedRequest) -> bool:
        """Return whether the id of a known body, if it had one, still stands for the same document."""
        return prepared.found_in is None or prepared.found_in is self.documents.found_in


class ArrivalPipeline(Pipeline):
    """A pipeline whose features check requests on arrival, before anything is looked up for them."""

    __slots__ = ()

    async def respond(self, request: HttpRequest) -> Response:
        """Check a request, and process it; raises what `Pipeline.respond` and the checks raise."""
        await self._check_arrival(request)
        return await Pipeline.respond(self, request)

    async def stream(self, request: HttpRequest) -> ResponseStream:
        """Check a request, and start its stream; raises what `Pipeline.stream` and the checks raise."""
        await self._check_arrival(request)
        return await Pipeline.stream(self, request)

    async def _check_arrival(self, request: HttpRequest) -> None:
        for hook in self.hooks.requests:
            undecided = hook.check(request)
            if undecided is not None:
                await undecided
