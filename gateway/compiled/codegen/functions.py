"""Writes generated functions; equal ones are written once."""

from __future__ import annotations

from msgspec import Struct, field

from jit.codegen import Source, checked, indent


class FunctionCache(Struct, frozen=True):
    """Generated functions of one argument, `data`.

    Attributes:
        source: The source that the functions are written to.
    """

    source: Source
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def of(self, stem: str, lines: list[str]) -> str:
        """Return the name of a function with these lines; the name begins with the stem."""
        known = self._known.get((stem, *lines))
        if known is None:
            known = self._known[stem, *lines] = self.source.name(checked(stem))
            self.source.function([f"def {known}(data):", *indent(lines)])
        return known
