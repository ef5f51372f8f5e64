"""A feature that notes what it is called with, at each stage; tests import it by its name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from prometheus_client import CollectorRegistry, Counter

from gateway import RequestError
from gateway.feature import Core, Entry, Feature, Version, VersionParts
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import GraphQLResponse, HttpRequest
from gateway.plan import Fetch, OperationKind
from gateway.transport import SubgraphOperation


@dataclass
class Audit(Feature):
    """Notes each stage of each request, and refuses at one of them.

    Attributes:
        notes: What was called, in order.
        metric: The name of its metric.
        refuses_at: The stage at which requests are refused.
        waits: Whether it refuses after waiting for something.
        running: Set while it runs beside requests.
    """

    notes: list[str] = field(default_factory=list)
    metric: str = "audited"
    refuses_at: str | None = None
    waits: bool = False
    running: asyncio.Event = field(default_factory=asyncio.Event)

    def install(self, core: Core) -> None:
        """Add the metric, and work in the background."""
        self.counter = Counter(self.metric, "Calls.", registry=CollectorRegistry())
        core.register(self.counter)
        core.close_at_end(self.close)
        core.run_in_background(self.run)

    def of(self, version: Version) -> VersionParts:
        """Return a hook for each stage."""
        self.notes.append(f"hooks for {len(version.supergraph.subgraphs)} subgraphs")
        return VersionParts(
            requests=(Arrived(self),),
            policies=(Prepared(self),),
            plans=(Planned(self),),
            calls=(Called(self),),
            responses=(Responded(self),),
        )

    async def run(self) -> None:
        """Wait until it is cancelled."""
        self.running.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.notes.append("stopped")

    async def close(self) -> None:
        """Note that it is closed."""
        self.notes.append("closed")

    def note(self, stage: str, what: str) -> Any:
        """Note a stage; refuse the request if that is to happen there."""
        self.counter.inc()
        self.notes.append(f"{stage}: {what}")
        if stage != self.refuses_at:
            return None
        if self.waits:
            return self._refuse_later()
        raise RequestError("The audit says no.", code="AUDITED", status=403)

    async def _refuse_later(self) -> None:
        await asyncio.sleep(0)
        raise RequestError("The audit says no.", code="AUDITED", status=403)


@dataclass(frozen=True)
class Arrived:
    """Sees a request as it came."""

    audit: Audit

    def check(self, request: HttpRequest) -> Any:
        """Note one of its headers."""
        return self.audit.note("request", request.headers.get(b"x-case", b"").decode())


@dataclass(frozen=True)
class Prepared:
    """Sees a prepared request."""

    audit: Audit

    def check(self, policy_input: PolicyInput) -> Any:
        """Note the name of the operation."""
        name = policy_input.prepared.document.operation.name
        return self.audit.note("policy", name.value if name else "")


@dataclass(frozen=True)
class Planned:
    """Sees a plan."""

    audit: Audit

    def check(self, policy_input: PolicyInput, planned: PlannedOperation) -> Any:
        """Note the subgraphs."""
        del policy_input
        return self.audit.note("plan", " ".join(planned.plan.subgraphs()))


@dataclass(frozen=True)
class Called:
    """Sees each call of a subgraph."""

    audit: Audit

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Note the subgraph before each call."""

        async def called(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            self.audit.note("call", f"{kind} {fetch.subgraph}")
            return await call(variables, headers, session)

        return called


@dataclass(frozen=True)
class Responded:
    """Sees each response."""

    audit: Audit

    def complete(self, policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Add an extension."""
        self.audit.note("response", " ".join(response.body["data"]))
        extensions = {**response.body.get("extensions", {}), "audit": policy_input.client.client_class.name}
        return replace(response, body={**response.body, "extensions": extensions})


INSTANCES: dict[str, Audit] = {}
FIRST = Entry("audit", feature=f"{__name__}:first")
SECOND = Entry("second_audit", feature=f"{__name__}:second")
NOT_ONE = Entry("none", feature="builtins:object")


def first() -> Audit:
    """Return the audit that a test has chosen."""
    return INSTANCES["FIRST"]


def second() -> Audit:
    """Return another one."""
    return INSTANCES["SECOND"]


def named(*audits: Audit) -> tuple[str, ...]:
    """Return the names of one audit, or of two, for the settings of a gateway."""
    given = dict(zip(("FIRST", "SECOND"), audits, strict=False))
    INSTANCES.update(given)
    return tuple(f"{__name__}:{name}" for name in given)
