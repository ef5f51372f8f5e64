"""Generated source: its lines, the objects it refers to, and its entry in tracebacks."""

import linecache
import re
import weakref
from typing import Any, TypeAlias

Lines: TypeAlias = list[str]
NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class UncheckedName(ValueError):
    """A string that is not a GraphQL name was about to be written into source."""


def checked(name: str) -> str:
    """Return a GraphQL name, which is safe to write into source.

    Raises:
        UncheckedName: The string is not a GraphQL name.
    """
    if not NAME.fullmatch(name):
        raise UncheckedName(f"{name!r} is not a GraphQL name")
    return name


def indent(lines: Lines, levels: int = 1) -> Lines:
    """Indent lines."""
    return ["    " * levels + line for line in lines]


class Source:
    """The source of one operation; it grows when types are reached that were not compiled yet.

    Attributes:
        names: The objects that the source may refer to; constants are only here, never in the text.
    """

    def __init__(self, title: str, names: dict[str, Any]) -> None:
        self.names = names
        self._title = title
        self._written: list[str] = []
        self._new: list[str] = []
        self._count = 0

    def name(self, stem: str) -> str:
        """Return a new name with a prefix."""
        self._count += 1
        return f"{stem}_{self._count}"

    def constant(self, stem: str, value: Any) -> str:
        """Return a new name for an object."""
        name = self.name(stem)
        self.names[name] = value
        return name

    def function(self, lines: list[str]) -> None:
        """Add a function."""
        self._new.append("\n".join(lines) + "\n")

    def load(self) -> None:
        """Compile the functions that were added since the last call."""
        text = "\n\n".join(self._new)
        self._new.clear()
        file = f"<jit {self._title} {id(self):x}.{len(self._written)}>"
        exec(compile(text, file, "exec"), self.names)  # noqa: S102 - that is what a compiler does
        self._written.append(text)
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        weakref.finalize(self, linecache.cache.pop, file, None)

    def __str__(self) -> str:
        return "\n\n".join(self._written)
