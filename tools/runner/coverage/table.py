"""The table of which statements the tests run, by package, and of the modules that they run least of."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

LEAST: Final = 25
"""How many modules are named."""
SMALL: Final = 10
"""Modules with fewer statements are not named."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How much of a module, or of a package, was run.

    Attributes:
        name: The path of the module, or the package.
        statements: How many statements it has.
        missed: How many of them no test ran.
        lines: The first lines of the blocks that no test ran.
    """

    name: str
    statements: int
    missed: int
    lines: list[int] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of statements that were run, in percent; an empty module is run whole."""
        return 100 * (1 - self.missed / self.statements) if self.statements else 100


def package_of(name: str) -> str:
    """Return the package by which a module is counted: two levels of folders."""
    return "/".join(PurePath(name).parent.parts[:2])


def by_package(modules: list[Measured]) -> list[Measured]:
    """Return the sums of the packages, in order."""
    groups: dict[str, list[Measured]] = defaultdict(list)
    for module in modules:
        groups[package_of(module.name)].append(module)
    return [total(name, group) for name, group in sorted(groups.items())]


def total(name: str, modules: list[Measured]) -> Measured:
    """Return a sum."""
    return Measured(
        name, sum(module.statements for module in modules), sum(module.missed for module in modules)
    )


def table(modules: list[Measured]) -> str:
    """Return the text that is printed."""
    named = sorted(
        (module for module in modules if module.statements >= SMALL), key=lambda module: module.share
    )
    rows = [*by_package(modules), total("all", modules)]
    return "\n".join(
        [
            f"{'package':50} statements  missed    run",
            *map(_row, rows),
            "",
            "What tests run least of:",
            *map(_row, named[:LEAST]),
        ]
    )


def _row(measured: Measured) -> str:
    return f"{measured.name:50} {measured.statements:10,} {measured.missed:7,} {measured.share:5.1f}%"
