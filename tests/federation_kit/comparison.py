"""Compare the gateway's response with the monolith's, exactly."""

from __future__ import annotations

import asyncio
import json
import traceback
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

import structlog
from msgspec.structs import replace

from gateway.errors import CannotPlan, RequestError, SubgraphUnreachable, SupergraphError
from gateway.executor.masking import ErrorMasking
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.preparation.preparer import Preparer
from gateway.settings.limits import ResponseLimits
from gateway.supergraph import load_supergraph
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.case import Operation, Served
from tests.federation_kit.faults import Faults
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.federation_kit.objects import Run
from tests.federation_kit.withheld import KINDS, Withheld

SPOILED = 3
"""How often an operation is answered by both executors over subgraphs that fail at random."""

INTROSPECTION = ("__schema", "__type", "meta")


MOVED: Final = frozenset({"percent(100)"})
"""The labels of overrides that are on."""

NULL_KEY = "represent: Deoptimize"
"""The one valid reason to deoptimize on usual data: an entity has a null key, and may have a complete one."""

UNKNOWN_TYPE = "project: KeyError"
"""The reason to deoptimize if nobody could name the type of an object, which is null with an error then."""


_Way: TypeAlias = tuple[int, ExecutionMode, bool]
"""How an operation is executed: by which plan, in which mode, and whether subgraphs are trusted."""


@dataclass(slots=True)
class Record:
    """A record of how one operation was answered.

    Attributes:
        run: The mutations that were run.
        calls: The requests to subgraphs.
        refused: Errors in subgraph responses.
    """

    run: Run = field(default_factory=Run)
    calls: list[tuple[str, SubgraphRequest]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass
class GatewayOf:
    """A gateway over the strict subgraphs of a world, without HTTP."""

    served: Served
    limits: ResponseLimits = field(default_factory=ResponseLimits)
    record: Record = field(default_factory=Record)
    deoptimizations: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _executors: dict[_Way, tuple[OperationExecutor, PlannedOperation]] = field(default_factory=dict)
    _faults: Faults | Withheld | None = None

    @cached_property
    def _preparer(self) -> Preparer:
        model = load_supergraph(self.served.composed.supergraph)
        return Preparer(model, GENEROUS_LIMITS, labels_on=lambda: MOVED)

    def transports(self, *, trusted: bool = False) -> dict[str, MemoryTransport]:
        """Return a transport for each subgraph, trusted or not; each writes to the record."""
        return {name: replace(asking(self._asking(name)), trusted=trusted) for name in self.served.subgraphs}

    def _asking(self, name: str) -> Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            self.record.calls.append((name, request))
            # Through JSON, as with any other transport, so that subgraph and gateway share no objects.
            answer: dict[str, Any] = json.loads(self._answered(name, request))
            if self._faults is not None:
                return self._faults.spoiled(name, request, answer)
            self.record.refused += [f"{name}: {error['message']}" for error in answer.get("errors", ())]
            return answer

        return ask

    def _answered(self, name: str, request: SubgraphRequest) -> str:
        """Return a subgraph's response; within one operation, equal requests get the same response."""
        key = _requested(name, request)
        if key not in self._known:
            subgraph = self.served.subgraphs[name]
            self._known[key] = json.dumps(subgraph.answer(request.query, request.variables, self.record.run))
        return self._known[key]

    def answer(self, operation: Operation) -> dict[str, Any]:
        """Return the gateway's response, and start a new record.

        Raises:
            CannotPlan: The gateway cannot plan the operation.
        """
        self._known.clear()
        self._executors.clear()
        return self.answer_again(operation, "compiled")

    def answer_again(self, operation: Operation, mode: ExecutionMode) -> dict[str, Any]:
        """Return the response of one of the executors, with the same subgraph responses as before."""
        return asyncio.run(self.execute(operation, mode))

    async def execute(
        self,
        operation: Operation,
        mode: ExecutionMode,
        faults: Faults | Withheld | None = None,
        *,
        trusted: bool = False,
    ) -> dict[str, Any]:
        """Execute an operation in one way, with the same subgraph responses as before."""
        self.record, self._faults = Record(), faults
        self.deoptimizations.clear()
        _, planned = self._preparer.plan(operation.document, None, operation.variables)
        executor, own = self._executor(planned, mode, trusted=trusted)
        if own.plan.kind == "subscription":
            return await self._event(executor, own, operation)
        return dict((await executor.execute(own, operation.variables, {})).body)

    async def _event(
        self, executor: OperationExecutor, planned: PlannedOperation, operation: Operation
    ) -> dict[str, Any]:
        """Answer one event of a subscription, which its subgraph makes as it answers a query."""
        fetch, given = planned.plan.fetches[0], operation.variables
        variables = {name: given[name] for name in fetch.variables if name in given}
        request = SubgraphRequest(fetch.document, variables, fetch.operation_name, {})
        try:
            event = await self._asking(fetch.subgraph)(request)
        except SubgraphUnreachable:  # there is no event then, but one that has failed
            event = {"data": None, "errors": [{"message": "lost"}]}
        executor.budget()
        fetched = await executor.fetch_event(planned, given, {}, None, event)
        prepared = self._preparer.prepare(operation.document, None)
        return dict(executor.project(PreparedRequest(prepared, (), given), planned, fetched).body)

    def _executor(
        self, planned: PlannedOperation, mode: ExecutionMode, *, trusted: bool
    ) -> tuple[OperationExecutor, PlannedOperation]:
        """Return an executor with a copy of the plan for itself, which keeps what it compiles."""
        way = (id(planned.plan), mode, trusted)
        if way not in self._executors:
            transports = self.transports(trusted=trusted)
            executor = OperationExecutor(
                self._preparer,
                transports,
                lambda *_: None,
                mode,
                self._note_deopt,
                masking=_MASKING,
                limits=self.limits,
            )
            self._executors[way] = executor, PlannedOperation(planned.plan, planned.introspection)
        return self._executors[way]

    def _note_deopt(self, stage: str, error: str) -> None:
        self.deoptimizations.append(f"{stage}: {error}")


_MASKING: Final = ErrorMasking()
"""One for all executors, so that equal errors have equal ids."""


def _requested(name: str, request: SubgraphRequest) -> str:
    return json.dumps([name, request.query, request.variables])


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between the responses of gateway and monolith.

    Attributes:
        kind: "load", "refused", "rejected", "crash", "data", "errors", "subgraph errors", "external",
            "calls", "deoptimized" (compiled code gave up on usual answers), or "ways".
        detail: A description of the difference.
    """

    kind: str
    detail: str


def difference(gateway: GatewayOf, operation: Operation) -> Difference | None:
    """Return the difference between the gateway's response and the monolith's, if any."""
    try:
        given = gateway.answer(operation)
    except CannotPlan as error:
        return Difference("refused", error.message)
    except SupergraphError as error:
        return Difference("load", str(error))
    except RequestError as error:
        return Difference("rejected", error.message)
    except Exception as error:  # noqa: BLE001 - whatever the gateway raises is a finding
        return _crash(error)
    run = Run()
    truth = gateway.served.monolith.answer(operation.document, operation.variables, run)
    if "errors" in truth:
        raise AssertionError(f"the monolith has errors: {truth['errors']}")
    record = gateway.record
    given, is_excused = _without_unknown_types(given, run)
    expected = {NULL_KEY, UNKNOWN_TYPE} if is_excused else {NULL_KEY}
    if unexpected := [
        deoptimization for deoptimization in gateway.deoptimizations if deoptimization not in expected
    ]:
        return Difference("deoptimized", ", ".join(unexpected))
    truth = excused(truth, given, run)
    found = (
        _wrong(gateway, truth, given)
        or _unanswered(record, run, given)
        or _calls(gateway, operation, truth["data"])
    )
    found = found or asyncio.run(_ways(gateway, operation))
    found = found or asyncio.run(_withheld(gateway, operation, truth["data"], run))
    gateway.record = record
    return found


def _crash(error: Exception) -> Difference:
    return Difference("crash", "".join(traceback.format_exception(error)[-2:]))


async def _ways(gateway: GatewayOf, operation: Operation) -> Difference | None:
    """Check that compiled and interpreted plans send the same requests and return the same responses.

    Compiled plans over trusted transports must agree too, as long as no subgraph fails.
    """
    seed = zlib.crc32(operation.document.encode())
    for faults in (None, *(Faults(seed + number) for number in range(SPOILED))):
        try:
            compiled = await _answered_by(gateway, operation, "compiled", faults)
            plain = await _answered_by(gateway, operation, "interpreted", faults)
            vouched = compiled if faults else await _answered_by(gateway, operation, "compiled", trusted=True)
        except Exception as error:  # noqa: BLE001 - whatever the gateway raises is a finding
            return _crash(error)
        if not compiled == plain == vouched:
            return Difference("ways", f"{faults}\nplain    {plain}\ncompiled {compiled}\nvouched  {vouched}")
    return None


async def _withheld(
    gateway: GatewayOf, operation: Operation, truth: Mapping[str, Any], run: Run
) -> Difference | None:
    """Check that nothing is lost in silence if subgraphs falsify what the gateway selects for itself.

    A name that the schema says is not missed. Whatever else is missing has an error, which names a subgraph
    that withheld something, and everything else is true.
    """
    seed = zlib.crc32(operation.document.encode())
    schemas = {name: each.schema for name, each in gateway.served.subgraphs.items()}
    for kind in KINDS:
        faults = Withheld(kind, seed, schemas, gateway.served.public)
        try:
            compiled = await _answered_by(gateway, operation, "compiled", faults)
            plain = await _answered_by(gateway, operation, "interpreted", faults)
        except Exception as error:  # noqa: BLE001 - whatever the gateway raises is a finding
            return _crash(error)
        if compiled != plain:
            return Difference("ways", f"{faults}\nplain    {plain}\ncompiled {compiled}")
        data, errors, *_ = json.loads(plain)
        # An error names nobody where several subgraphs return the field: any of them may have withheld it.
        blamed = {each["extensions"].get("service") for each in errors} - {None}
        unexcused = [error for error in errors if not _is_of_unknown_type(error, run)]
        if not blamed <= faults.by or (unexcused and not faults.by):
            return Difference("blamed", f"{kind}\n{sorted(faults.by)} {errors}")
        told = [tuple(each["path"]) for each in errors]
        for path in _untrue(truth, data, ()):
            if not any(each[: len(path)] == path[: len(each)] for each in told):
                return Difference("withheld", f"{kind}\n{path} {plain}\n{json.dumps(truth)}")
    return None


def _untrue(expected: Any, got: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield where data is missing, and the root where it is not true."""
    match expected, got:
        case dict(), dict():
            for name, each in expected.items():
                yield from (_untrue(each, got[name], (*path, name)) if name not in INTROSPECTION else ())
        case list(), list():
            for index, (each, other) in enumerate(zip(expected, got, strict=True)):
                yield from _untrue(each, other, (*path, index))
        case _:
            if got is None and expected is not None:
                yield path
            elif got != expected:
                yield ("untrue", *path)


async def _answered_by(
    gateway: GatewayOf,
    operation: Operation,
    mode: ExecutionMode,
    faults: Faults | Withheld | None = None,
    *,
    trusted: bool = False,
) -> str:
    """Return the response and the requests for it as text, with errors in a defined order."""
    with structlog.testing.capture_logs() as logs:
        given = await gateway.execute(operation, mode, faults, trusted=trusted)
    errors = sorted(given.get("errors", ()), key=json.dumps)
    asked = sorted(_requested(name, request) for name, request in gateway.record.calls)
    return json.dumps([given["data"], errors, asked, sorted(logs, key=json.dumps)])


def _wrong(gateway: GatewayOf, truth: Mapping[str, Any], given: Mapping[str, Any]) -> Difference | None:
    if gateway.record.refused:
        return Difference("subgraph errors", "\n".join(gateway.record.refused))
    if "errors" in given:
        return Difference("errors", json.dumps(given["errors"]))
    expected, got = (json.dumps(comparable(each["data"])) for each in (truth, given))
    return None if expected == got else Difference("data", f"expected {expected}\ngot      {got}")


def _unanswered(record: Record, run: Run, given: Mapping[str, Any]) -> Difference | None:
    """Return the leaves that no subgraph was asked for that may resolve them; external keys do not count.

    Neither do leaves of an object that a subgraph may not know, if it is null.
    """
    nulls = [path for path in run.unnamed if _is_null(given["data"], path)]
    missing = sorted(
        leaf
        for leaf in run.answered - record.run.answered
        if any(all(place[: len(null)] != null for null in nulls) for place in run.places[leaf])
    )
    return Difference("external", f"nobody who may answer was asked for {missing}") if missing else None


def _is_null(data: Any, path: Sequence[str | int]) -> bool:
    for part in path:
        data = None if data is None else data[part]
    return data is None


def excused(truth: Mapping[str, Any], given: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return the expected data, with null for objects that have no known type in the requested subgraph."""
    excused: dict[str, Any] = json.loads(json.dumps(truth))
    for path in sorted(run.unnamed, key=len):
        _excuse(excused["data"], given["data"], path)
    return excused


def _without_unknown_types(given: Mapping[str, Any], run: Run) -> tuple[dict[str, Any], bool]:
    """Return a response without the errors about types that nobody knows, and whether it had any."""
    errors = given.get("errors", [])
    left = [error for error in errors if not _is_of_unknown_type(error, run)]
    return {**given, "errors": left} if left else {"data": given["data"]}, len(left) < len(errors)


def _is_of_unknown_type(error: Mapping[str, Any], run: Run) -> bool:
    """Return whether an error says that nobody could name the type of an object of an interface object.

    An interface object's subgraph has it, and who was asked for its type does not know it and returned null.
    """
    is_unknown = error["message"].endswith("is of a type that is not known here.")
    return is_unknown and "service" not in error["extensions"] and tuple(error["path"]) in run.unnamed


def _excuse(expected: Any, got: Any, path: Sequence[str | int]) -> None:
    *above, last = path
    for each in above:
        if not expected or not got:
            return
        expected, got = expected[each], got[each]
    if got and expected and got[last] is None:
        expected[last] = None


def comparable(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data in a comparable form: inside introspection, order is irrelevant."""
    return {name: _sorted(each) if name in INTROSPECTION else each for name, each in data.items()}


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {name: _sorted(each) for name, each in value.items()}
        case list():
            return sorted((_sorted(each) for each in value), key=json.dumps)
        case _:
            return value


def _calls(gateway: GatewayOf, operation: Operation, data: Mapping[str, Any]) -> Difference | None:
    """Check the number of calls: none for an empty selection, and not too many for any other."""
    calls = gateway.record.calls
    local = ("Query", "Mutation")
    if all(name in INTROSPECTION or each in local for name, each in data.items()) and calls:
        return Difference("calls", f"{len(calls)} calls for nothing")
    # Every selection may need a chain through all subgraphs, and a call back for required fields.
    bound = 2 * len(gateway.served.subgraphs) * (1 + operation.document.count("\n"))
    if len(calls) > bound:
        return Difference("calls", f"{len(calls)} calls, and {bound} are plenty")
    return None
