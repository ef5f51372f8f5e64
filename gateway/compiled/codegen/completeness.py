"""Generates functions that check whether a response has all selected fields.

The interpreter accepts whatever these functions accept. If something is missing, they raise, and the
interpreter determines what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from gateway.compiled.codegen.functions import FunctionCache
from gateway.compiled.codegen.projection import UnchangedList
from gateway.compiled.deopt import Deoptimize
from gateway.plan import Below, ProvidedFields
from gateway.supergraph.selections import TYPENAME
from jit.codegen import SharedList, checked, indent

MAX_NESTED: Final = 3
"""The depth of nested objects that one function checks; deeper objects have functions of their own."""


class CompletenessCodegen(Struct, frozen=True):
    """Generates completeness checks.

    Attributes:
        functions: The generated functions.
        unchanged: For the ids of what fetches bring to lists, the functions for lists that are complete
            responses as they are.
    """

    functions: FunctionCache
    unchanged: Mapping[int, UnchangedList] = field(default_factory=dict)
    _written: dict[int, str] = field(default_factory=dict)
    _in_lines: set[int] = field(default_factory=set)

    def strict(self, concrete: str, fields: Mapping[str, Below | None]) -> str:
        """Return the name of the function that checks objects of a known type."""
        self.functions.source.names["Deoptimize"] = Deoptimize
        lines = ["if data.__class__ is not dict:", "    raise Deoptimize", *self._lines("data", fields)]
        return self.functions.of(f"brings_{concrete}", lines)

    def _check_for(self, below: Below) -> str:
        """Return the name of the function that checks objects of any type."""
        index = id(below.provided_fields)
        if index not in self._written:
            self._written[index] = self._function(below.provided_fields, below.only)
        return self._written[index]

    def _function(self, provided_fields: ProvidedFields, only: str | None) -> str:
        if len(provided_fields) == 1:
            ((concrete, fields),) = provided_fields.items()
            return self._object(concrete, fields, only)
        source = self.functions.source
        checks = source.constant("checks", {})
        source.function(
            [
                f'{checks}["{checked(concrete)}"] = {self._object(concrete, fields, concrete)}'
                for concrete, fields in provided_fields.items()
                if fields
            ]
        )
        lines = [
            f'check = {checks}.get(data.get("{TYPENAME}"))',
            "if check is not None:",
            "    check(data)",
        ]
        return self.functions.of("complete", lines)

    def _object(self, concrete: str, fields: Mapping[str, Below | None], only: str | None) -> str:
        return self.functions.of(f"complete_{concrete}", self._of_object("data", concrete, fields, only))

    def _of_object(
        self, data: str, concrete: str, fields: Mapping[str, Below | None], only: str | None
    ) -> list[str]:
        """Return the lines that check an object: all of one type, or those of them that have this type."""
        lines = self._lines(data, fields) or ["pass"]
        if only == concrete:
            return lines
        return [
            "try:",
            *indent(lines),
            "except KeyError:",
            f'    name = {data}.get("{TYPENAME}")',
            # No fields were selected of an object of another type.
            f'    if name.__class__ is not str or name == "{checked(concrete)}":',
            "        raise",
        ]

    def _lines(self, data: str, fields: Mapping[str, Below | None]) -> list[str]:
        lines = []
        for response_key, below in fields.items():
            taken = f'{data}["{checked(response_key)}"]'
            if below is None or not any(below.provided_fields.values()):
                lines.append(taken)
                continue
            value = f"{data}_"
            lines.append(f"{value} = {taken}")
            lines += self._of_list(value, below, taken) if below.lists else self._each(value, below, 0)
        return lines

    def _of_list(self, value: str, below: Below, place: str) -> list[str]:
        """Return the lines that check a list; a shared list is checked only once.

        A list that is a complete response as it is becomes a shared list, so that it is not completed again.
        """
        self.functions.source.names["SharedList"] = SharedList
        items = self.functions.of("complete_items", [*self._each("data", below, below.lists), "return True"])
        lines = [f"if {value}.__class__ is SharedList:", f"    {value}.once({items})"]
        known = self.unchanged.get(id(below))
        if known is not None:
            lines += [
                f"elif {value}.__class__ is list and {known.check}({value}):",
                f"    {place} = SharedList({value}, {{{known.complete}: {value}}})",
            ]
        return [*lines, "else:", f"    {items}({value})"]

    def _each(self, value: str, below: Below, lists: int) -> list[str]:
        """Return the lines that check all objects in so many nested lists; they raise for anything else."""
        if lists == 0:
            return [f"if {value} is not None:", *indent(self._checks(value, below))]
        item = f"item{lists}"
        return [
            f"if {value}:",
            f"    for {item} in {value}:",
            *indent(self._each(item, below, lists - 1), 2),
            f"elif {value} is not None and {value} != []:",
            "    raise Deoptimize",
        ]

    def _checks(self, value: str, below: Below) -> list[str]:
        """Return the lines that check an object that is not null: a function, or what it would do."""
        provided_fields = below.provided_fields
        is_first = id(provided_fields) not in self._in_lines  # code is not repeated
        if len(provided_fields) == 1 and is_first and value.count("_") < MAX_NESTED:
            self._in_lines.add(id(provided_fields))
            ((concrete, fields),) = provided_fields.items()
            return self._of_object(value, concrete, fields, below.only)
        return [f"{self._check_for(below)}({value})"]
