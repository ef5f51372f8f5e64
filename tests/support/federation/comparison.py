"""Holds the gateway's answer against the monolith's, to the letter."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from federation.asked import SubgraphRequest, asking
from federation.case import Operation, Served
from federation.objects import Run
from gateway.answer import Answering
from gateway.errors import CannotPlan, RequestError
from gateway.prepare import Limits, Preparer
from gateway.request import GraphQLRequest
from gateway.supergraph import load_supergraph
from gateway.transport import MemoryTransport

INTROSPECTION = ("__schema", "__type", "meta")


@dataclass(slots=True)
class Record:
    """What happened while one operation was answered.

    Attributes:
        run: The mutations that ran.
        calls: The subgraphs asked, and with what.
        refused: Errors that subgraphs answered with.
    """

    run: Run = field(default_factory=Run)
    calls: list[tuple[str, SubgraphRequest]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class GatewayOf:
    """A gateway over the strict subgraphs of a world, without HTTP before it."""

    served: Served
    record: Record = field(default_factory=Record)
    _answering: Answering = field(init=False)

    def __post_init__(self) -> None:
        self._answering = Answering(
            preparer=Preparer(load_supergraph(self.served.composed.supergraph), Limits()),
            transports=self.transports(),
            observe=lambda _name, _outcome: None,
        )

    def transports(self) -> dict[str, MemoryTransport]:
        """One for each subgraph; each writes into the record."""
        return {name: asking(self._asking(name)) for name in self.served.subgraphs}

    def _asking(self, name: str) -> Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            self.record.calls.append((name, request))
            answer = self.served.subgraphs[name].answer(request.query, request.variables, self.record.run)
            self.record.refused += [f"{name}: {each['message']}" for each in answer.get("errors", ())]
            # Through JSON, as every other transport: nothing is shared between subgraph and gateway.
            decoded: Mapping[str, Any] = json.loads(json.dumps(answer))
            return decoded

        return ask

    def answer(self, operation: Operation) -> dict[str, Any]:
        """The gateway's answer; the record is begun anew.

        Raises:
            CannotPlan: It refuses.
        """
        self.record = Record()
        asked = GraphQLRequest(operation.document, None, operation.variables, read_only=False)
        return dict(asyncio.run(self._answering.answer(asked, {})).body)


@dataclass(frozen=True, slots=True)
class Difference:
    """The gateway did not answer as the monolith.

    Attributes:
        kind: "refused", "rejected", "crash", "data", "errors", "subgraph errors", or "calls".
        detail: What is different, for a person.
    """

    kind: str
    detail: str


def difference(gateway: GatewayOf, operation: Operation) -> Difference | None:
    """How the gateway's answer differs from the monolith's, if it does."""
    try:
        given = gateway.answer(operation)
    except CannotPlan as error:
        return Difference("refused", error.message)
    except RequestError as error:
        return Difference("rejected", error.message)
    except Exception as error:  # noqa: BLE001 - whatever the gateway raises is a finding
        return Difference("crash", "".join(traceback.format_exception(error)[-2:]))
    truth = gateway.served.monolith.answer(operation.document, operation.variables)
    if "errors" in truth:
        raise AssertionError(f"the monolith has errors: {truth['errors']}")
    return _wrong(gateway, truth, given) or _calls(gateway, operation, truth["data"])


def _wrong(gateway: GatewayOf, truth: Mapping[str, Any], given: Mapping[str, Any]) -> Difference | None:
    if gateway.record.refused:
        return Difference("subgraph errors", "\n".join(gateway.record.refused))
    if "errors" in given:
        return Difference("errors", json.dumps(given["errors"]))
    expected, got = (json.dumps(comparable(each["data"])) for each in (truth, given))
    return None if expected == got else Difference("data", f"expected {expected}\ngot      {got}")


def comparable(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data whose order means nothing inside introspection; everywhere else it does."""
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
    """Nothing selected makes no call; and there is an end to the calls that a selection makes."""
    calls = gateway.record.calls
    local = ("Query", "Mutation")
    if all(name in INTROSPECTION or each in local for name, each in data.items()) and calls:
        return Difference("calls", f"{len(calls)} calls for nothing")
    # Every selection may need a chain through all subgraphs, and a call back for required fields.
    bound = 2 * len(gateway.served.subgraphs) * (1 + operation.document.count("\n"))
    if len(calls) > bound:
        return Difference("calls", f"{len(calls)} calls, and {bound} are plenty")
    return None
