"""Uses a subscription's event as the response of its plan's first fetch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from gateway.compiled.runtime.entity_fields import Check
from gateway.compiled.runtime.fetch import is_complete
from gateway.compiled.runtime.state import State
from gateway.executor.exchange import parse_response
from gateway.plan import Fetch, RootFields
from jit.codegen import own

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CompiledEvent:
    """The first fetch of a subscription, whose response is the event.

    Attributes:
        check: Checks the event's data; None if the transport is trusted.
        owns: Whether later fetches may modify the event's lists.
    """

    fetch: Fetch
    returns: RootFields
    check: Check | None
    owns: bool

    async def execute(self, state: State) -> None:
        """Start the tree of data with the event."""
        event = state.context.event or NOTHING
        data: Any = event.get("data")
        fits = not event.get("errors") and data.__class__ is dict
        if fits and (self.check is None or is_complete(data, self.check, state)):
            if self.owns:
                own(data)
            state.data.update(data)
            return
        response = parse_response(self.fetch.subgraph, event, state.context.masking)
        state.interpret_root_response(self.fetch, response, self.returns)
