"""Executes a fetch by its compiled functions, or takes a subscription's event as its response.

Unusual responses are left to the interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from gateway.compiled.deopt import DEOPT_ERRORS
from gateway.compiled.runtime.entity_fields import Check, EntityField, EntityFields, Found
from gateway.compiled.runtime.state import State
from gateway.errors import SubgraphUnreachable
from gateway.executor.exchange import in_parallel, parse_response, unreachable_response
from gateway.executor.merge import merge
from gateway.executor.response_limits import too_large
from gateway.plan import Fetch, RootFields
from gateway.transport import SubgraphOperation
from jit.codegen import BudgetSpent, own


class CompiledRoot(Struct, frozen=True):
    """A root fetch, which is executed even if earlier fetches failed.

    Attributes:
        check: The check for the response's data; None if the transport is trusted.
        owns: Whether later fetches may write into lists of the response.
    """

    fetch: Fetch
    returns: RootFields
    call: SubgraphOperation
    check: Check | None
    owns: bool

    async def execute(self, state: State) -> None:
        """Fetch, and merge the response into the tree of data."""
        context, fetch = state.context, self.fetch
        subgraph, variables = fetch.subgraph, context.variables
        if tuple(variables) != fetch.variables:
            variables = pick_variables(fetch.variables, variables)
        started = perf_counter()
        try:
            given = await self.call(variables, context.headers, context.session)
        except SubgraphUnreachable as error:
            response = unreachable_response(subgraph, error)
        except BudgetSpent as spent:
            raise too_large(spent) from None
        else:
            data: Any = given.get("data")
            fits = ("errors" not in given or not given["errors"]) and data.__class__ is dict
            if fits and (self.check is None or is_complete(data, self.check, state)):
                context.observe(subgraph, "ok", perf_counter() - started)
                if self.owns:
                    own(data)
                if state.data:
                    merge(state.data, data)
                else:
                    state.data.update(data)
                return
            response = parse_response(subgraph, given, context.masking)
        context.observe(subgraph, response.outcome(), perf_counter() - started)
        state.interpret_root_response(fetch, response, self.returns)


class CompiledFetch(Struct, frozen=True):
    """An entity fetch.

    Attributes:
        fields: Its `_entities` field or fields.
        owns: Whether later fetches may write into lists of the response.
    """

    fetch: Fetch
    fields: EntityField | EntityFields
    call: SubgraphOperation
    owns: bool

    async def execute(self, state: State, part: Found | None = None) -> None:
        """Fetch entities for all objects at the paths, or for those of a part."""
        represented = part or self._represented(state)
        if represented is None:
            await state.run_interpreted(self.fetch)
            return
        variables, groups = represented
        if not variables:
            return
        context, fetch = state.context, self.fetch
        if len(groups) > 1 and sum(map(len, variables.values())) > context.most_entities:
            await self._execute_parts(state, represented)
            return
        subgraph, names = fetch.subgraph, fetch.variables
        values = pick_variables(names, context.variables) | variables if names else variables
        started = perf_counter()
        try:
            given = await self.call(values, context.headers, context.session)
        except SubgraphUnreachable as error:
            response = unreachable_response(subgraph, error)
        except BudgetSpent as spent:
            raise too_large(spent) from None
        else:
            data = given.get("data")
            if self.owns and data.__class__ is dict:
                own(data)
            try:
                fits = ("errors" not in given or not given["errors"]) and self.fields.fits(data, groups)
            except DEOPT_ERRORS as error:
                state.on_deopt("fetch", type(error).__name__)
                fits = False
            if fits:
                context.observe(subgraph, "ok", perf_counter() - started)
                self.fields.merge_entities(data, groups)
                return
            response = parse_response(subgraph, given, context.masking)
        context.observe(subgraph, response.outcome(), perf_counter() - started)
        state.interpret_entity_response(fetch, response, self.fields.sent(variables, groups))

    async def _execute_parts(self, state: State, represented: Found) -> None:
        parts = self.fields.divide(*represented, state.context.most_entities)
        await in_parallel([partial(self.execute, state, part) for part in parts])

    def _represented(self, state: State) -> Found | None:
        """Return the representations and their objects; None if the interpreter must find them."""
        interpreted = state.interpreted
        if interpreted is not None and not interpreted.missing_fields.is_empty:
            # After a failure, the interpreter determines which objects can still be represented.
            return None
        try:
            represented = self.fields.represent(state.data)
        except DEOPT_ERRORS as error:
            state.on_deopt("represent", type(error).__name__)
            return None
        return represented


def is_complete(data: dict[str, Any], check: Check, state: State) -> bool:
    """Return whether a response's data has all selected fields."""
    try:
        check(data)
    except DEOPT_ERRORS as error:
        state.on_deopt("fetch", type(error).__name__)
        return False
    return True


def pick_variables(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the client's variables that have these names."""
    return {name: given[name] for name in names if name in given}


NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class CompiledEvent(Struct, frozen=True):
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
