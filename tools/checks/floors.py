"""The packages of the gateway's core, by floor: `python -m tools.checks.floors`.

A package stands on the floor above the highest that it imports. Features stand above the core, and are not
counted; imports that only the type checker makes are. Modules beside the packages have no floor: errors are
below all, and what composes a gateway is above.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Final

from grimp import build_graph

CORE: Final = "gateway"
NOT_CORE: Final = ("gateway.features", "gateway.__main__")


def main() -> None:
    """Print the floors, the highest first, and the modules that are beside the packages."""
    graph = build_graph(CORE)
    members = graph.find_children(CORE) - set(NOT_CORE)
    packages = {member for member in members if graph.find_children(member)}
    for package in packages | {NOT_CORE[0]}:
        graph.squash_module(package)
    imports = {
        package: (graph.find_modules_directly_imported_by(package) & packages) - {package}
        for package in sorted(packages)
    }
    by_floor: dict[int, list[str]] = defaultdict(list)
    for package, floor in floors(imports).items():
        by_floor[floor].append(package)
    for floor in sorted(by_floor, reverse=True):
        print(f"{floor:3}  {_names(by_floor[floor])}")
    print(f"{len(packages)} packages on {len(by_floor)} floors, and the modules {_names(members - packages)}")


def _names(members: Iterable[str]) -> str:
    return "  ".join(sorted(member.removeprefix(f"{CORE}.") for member in members))


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
