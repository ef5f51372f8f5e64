"""Functions of generated source: what is to be done alike is written once."""

from __future__ import annotations

from dataclasses import dataclass, field

from jit.codegen import Source, checked, indent


@dataclass(frozen=True, slots=True)
class Functions:
    """Functions of one argument, `data`.

    Attributes:
        source: Where they are written.
    """

    source: Source
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def of(self, stem: str, lines: list[str]) -> str:
        """The name of a function of these lines; it begins with the stem."""
        known = self._known.get((stem, *lines))
        if known is None:
            known = self._known[stem, *lines] = self.source.name(checked(stem))
            self.source.function([f"def {known}(data):", *indent(lines)])
        return known
