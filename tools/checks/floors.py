"""The packages of the gateway's core, by floor: `python -m tools.checks.floors`.

A package stands on the floor above the highest that it imports. Features stand above the core, and are not
counted. Imports that only the type checker makes are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from graphlib import TopologicalSorter
from typing import Final

from grimp import build_graph

CORE: Final = "gateway"
NOT_CORE: Final = ("gateway.features", "gateway.__main__")


def main() -> None:
    """Print the floors, the highest first; a package is shown with a slash, a module by its name."""
    graph = build_graph(CORE)
    members = sorted(graph.find_children(CORE) - set(NOT_CORE))
    packages = {member for member in members if graph.find_children(member)}
    for package in packages | {NOT_CORE[0]}:
        graph.squash_module(package)
    imports = {
        member: (graph.find_modules_directly_imported_by(member) & set(members)) - {member}
        for member in members
    }
    by_floor: dict[int, list[str]] = defaultdict(list)
    for member, floor in floors(imports).items():
        by_floor[floor].append(member.removeprefix(f"{CORE}.") + "/" * (member in packages))
    for floor in sorted(by_floor, reverse=True):
        print(f"{floor:3}  {'  '.join(sorted(by_floor[floor]))}")
    print(f"{len(packages)} packages, {len(members) - len(packages)} modules, {len(by_floor)} floors")


def floors(imports: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Return the floor of each package by what it imports; the lowest is 1.

    Raises:
        graphlib.CycleError: Packages import one another.
    """
    found: dict[str, int] = {}
    for member in TopologicalSorter(imports).static_order():
        found[member] = 1 + max((found[imported] for imported in imports[member]), default=0)
    return found


if __name__ == "__main__":
    main()
