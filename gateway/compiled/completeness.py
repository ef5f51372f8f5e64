"""Writes the functions that look whether an answer has all that was asked for.

What they accept, the plain code accepts; where something is missing they raise, and it finds out what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.compiled.doubt import Doubt
from gateway.plan import Below, Supplies
from gateway.supergraph.selections import TYPENAME
from jit.source import Source, checked


@dataclass(slots=True)
class Completeness:
    """Writes functions, each once.

    Attributes:
        source: Where they are written.
    """

    source: Source
    _written: dict[int, str | None] = field(default_factory=dict)

    def strict(self, concrete: str, fields: Mapping[str, Below | None]) -> str:
        """The name of the function for what a fetch brings to objects whose type is known."""
        name = self.source.name(f"brings_{checked(concrete)}")
        self.source.names["Doubt"] = Doubt
        lines = ["if data.__class__ is not dict:", "    raise Doubt", *self._lines(fields)]
        self.source.function([f"def {name}(data):", *(f"    {line}" for line in lines)])
        return name

    def supplies(self, supplies: Supplies) -> str | None:
        """The name of the function for objects to which a fetch brings something; None if to none."""
        if id(supplies) not in self._written:
            self._written[id(supplies)] = self._function(supplies)
        return self._written[id(supplies)]

    def _function(self, supplies: Supplies) -> str | None:
        if not any(supplies.values()):
            return None
        if len(supplies) == 1:
            ((concrete, fields),) = supplies.items()
            return self._object(concrete, fields)
        name = self.source.name("complete")
        checks = {each: self._object(each, fields) for each, fields in supplies.items() if fields}
        pairs = ", ".join(f'"{checked(each)}": {check}' for each, check in checks.items())
        self.source.function([f"{name}_types = {{{pairs}}}"])
        self.source.function(
            [
                f"def {name}(data):",
                f'    check = {name}_types.get(data.get("{TYPENAME}"))',
                "    if check is not None:",
                "        check(data)",
            ]
        )
        return name

    def _object(self, concrete: str, fields: Mapping[str, Below | None]) -> str:
        name = self.source.name(f"complete_{checked(concrete)}")
        lines = self._lines(fields) or ["pass"]
        self.source.function(
            [
                f"def {name}(data):",
                "    try:",
                *(f"        {line}" for line in lines),
                "    except KeyError:",
                f'        name = data.get("{TYPENAME}")',
                # An object of another type owes nothing.
                f'        if name.__class__ is not str or name == "{checked(concrete)}":',
                "            raise",
            ]
        )
        return name

    def _lines(self, fields: Mapping[str, Below | None]) -> list[str]:
        lines = []
        for storage, below in fields.items():
            taken = f'data["{checked(storage)}"]'
            check = None if below is None else self.supplies(below.supplies)
            if below is None or check is None:
                lines.append(taken)
            else:
                lines += [f"value = {taken}", *_each("value", below.lists, check)]
        return lines


def _each(value: str, lists: int, check: str) -> list[str]:
    """Lines that check all objects in so many lists; whatever is no object raises."""
    if lists == 0:
        return [f"if {value} is not None:", f"    {check}({value})"]
    item = f"item{lists}"
    return [
        f"if {value} is not None:",
        f"    for {item} in {value}:",
        *(f"        {line}" for line in _each(item, lists - 1, check)),
    ]
