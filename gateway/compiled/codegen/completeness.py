"""Generates functions that check whether a response has all selected fields.

The interpreter accepts whatever these functions accept. If something is missing, they raise, and the
interpreter determines what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.compiled.codegen.functions import FunctionCache
from gateway.compiled.deopt import Deoptimize
from gateway.plan import Below, ProvidedFields
from gateway.supergraph.selections import TYPENAME
from jit.codegen import SharedList, checked, indent


@dataclass(frozen=True, slots=True)
class CompletenessCodegen:
    """Generates completeness checks.

    Attributes:
        functions: The generated functions.
    """

    functions: FunctionCache
    _written: dict[int, str | None] = field(default_factory=dict)

    def strict(self, concrete: str, fields: Mapping[str, Below | None]) -> str:
        """Return the name of the function that checks objects of a known type."""
        self.functions.source.names["Deoptimize"] = Deoptimize
        lines = ["if data.__class__ is not dict:", "    raise Deoptimize", *self._lines(fields)]
        return self.functions.of(f"brings_{concrete}", lines)

    def check_for(self, provided_fields: ProvidedFields) -> str | None:
        """Return the name of the function that checks objects of any type; None if nothing is selected."""
        if id(provided_fields) not in self._written:
            self._written[id(provided_fields)] = self._function(provided_fields)
        return self._written[id(provided_fields)]

    def _function(self, provided_fields: ProvidedFields) -> str | None:
        if not any(provided_fields.values()):
            return None
        if len(provided_fields) == 1:
            ((concrete, fields),) = provided_fields.items()
            return self._object(concrete, fields)
        source = self.functions.source
        checks = source.constant("checks", {})
        source.function(
            [
                f'{checks}["{checked(each)}"] = {self._object(each, fields)}'
                for each, fields in provided_fields.items()
                if fields
            ]
        )
        lines = [
            f'check = {checks}.get(data.get("{TYPENAME}"))',
            "if check is not None:",
            "    check(data)",
        ]
        return self.functions.of("complete", lines)

    def _object(self, concrete: str, fields: Mapping[str, Below | None]) -> str:
        lines = [
            "try:",
            *indent(self._lines(fields) or ["pass"]),
            "except KeyError:",
            f'    name = data.get("{TYPENAME}")',
            # No fields were selected of an object of another type.
            f'    if name.__class__ is not str or name == "{checked(concrete)}":',
            "        raise",
        ]
        return self.functions.of(f"complete_{concrete}", lines)

    def _lines(self, fields: Mapping[str, Below | None]) -> list[str]:
        lines = []
        for response_key, below in fields.items():
            taken = f'data["{checked(response_key)}"]'
            check = None if below is None else self.check_for(below.provided_fields)
            if below is None or check is None:
                lines.append(taken)
            elif below.lists == 0:
                lines += [f"value = {taken}", *_each("value", 0, check)]
            else:
                lines += [f"value = {taken}", *self._of_list(below.lists, check)]
        return lines

    def _of_list(self, lists: int, check: str) -> list[str]:
        """Return the lines that check a list; a shared list is checked only once."""
        self.functions.source.names["SharedList"] = SharedList
        items = self.functions.of("complete_items", [*_each("data", lists, check), "return True"])
        return [
            "if value.__class__ is SharedList:",
            f"    value.once({items})",
            "else:",
            f"    {items}(value)",
        ]


def _each(value: str, lists: int, check: str) -> list[str]:
    """Return the lines that check all objects in so many nested lists; they raise for anything else."""
    if lists == 0:
        return [f"if {value} is not None:", f"    {check}({value})"]
    item = f"item{lists}"
    return [
        f"if {value} is not None:",
        f"    for {item} in {value}:",
        *indent(_each(item, lists - 1, check), 2),
    ]
