"""Reduce a counter-example by removing what it does not need: types, fields, selections.

It works on text, because a counter-example has one line for each type, field and selection. This is faster
than shrinking the choices that generated the world, and gives smaller results.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.federation_kit.case import Case, Operation, World
from tests.federation_kit.objects import mapped

Fails = Callable[[Case], bool]

DIRECTIVE = re.compile(r" @\w+(?:\((?:[^()]|\([^()]*\))*\))?")
MINOR = re.compile(
    r'\((?:[^()"]|"[^"]*")*\)(?=:|\s|$)| implements \w+| [|&] \w+|, label: "[^"]*"|\w+: (?=\w+\b)'
)
FRAGMENT = re.compile(r"\nfragment (F\d+) on \w+ \{\n((?: .*\n)*)\}")
DECLARED = re.compile(r"\$(\w+): (?:[^,()$]|\[[^\]]*\]|\{[^}]*\})*?(?:, (?=\$)|(?=\)))")


def reduced(case: Case, fails: Fails) -> Case:
    """Return the smallest case found that still fails."""
    while True:
        smaller = _once(case, fails)
        if smaller is case:
            break
        case = smaller
    pruned = replace(case, world=_pruned(case.world))
    return pruned if fails(pruned) else case


def _once(case: Case, fails: Fails) -> Case:
    """Try to remove each element once."""
    position = 0
    while True:
        smaller = list(_smaller(case))
        if position >= len(smaller):
            return case
        if fails(smaller[position]):
            case = smaller[position]
        else:
            position += 1


def _smaller(case: Case) -> Iterator[Case]:
    for text in (*_inlined(case.operation.document), *_cut(case.operation.document)):
        yield replace(case, operation=_used(text, case.operation.variables))
    subgraphs = case.world.subgraphs
    for name in subgraphs:
        yield _of_subgraphs(case, {each: text for each, text in subgraphs.items() if each != name})
    for name, text in subgraphs.items():
        head, _, rest = text.partition("\n")
        for shorter in _cut(rest):
            yield _of_subgraphs(case, {**subgraphs, name: f"{head}\n{shorter}"})


def _of_subgraphs(case: Case, subgraphs: Mapping[str, str]) -> Case:
    return replace(case, world=World(subgraphs, case.world.objects))


def _cut(text: str) -> Iterator[str]:
    """Yield the text without one of its blocks, lines, directives, or smaller elements."""
    lines = text.split("\n")
    for position, line in enumerate(lines):
        if line.strip() != "}":
            end = _end_of_block(lines, position)
            yield "\n".join((*lines[:position], *lines[end:]))
    for pattern in (DIRECTIVE, MINOR):
        for match in pattern.finditer(text):
            yield text[: match.start()] + text[match.end() :]


def _inlined(text: str) -> Iterator[str]:
    """Yield the text with the body of one fragment in place of its spreads."""
    for match in FRAGMENT.finditer(text):
        name, body = match.groups()
        rest = (text[: match.start()] + text[match.end() :]).split("\n")
        yield "\n".join(body.rstrip("\n") if line.strip() == f"...{name}" else line for line in rest)


def _end_of_block(lines: list[str], start: int) -> int:
    if not lines[start].endswith("{"):
        return start + 1
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
    return next(at for at in range(start, len(lines)) if lines[at] == f"{indent}}}") + 1


def _used(document: str, variables: Mapping[str, Any]) -> Operation:
    """Return an operation without unused variables."""
    head, _, rest = document.partition("\n")

    def kept(found: re.Match[str]) -> str:
        return found.group() if re.search(rf"\${found.group(1)}\b", rest) else ""

    head = DECLARED.sub(kept, head).replace(", )", ")").replace("()", "")
    values = {name: value for name, value in variables.items() if f"${name}:" in head}
    return Operation(f"{head}\n{rest}", values)


def _pruned(world: World) -> World:
    """Return the world without data that is undefined or unreachable."""
    text = "\n".join(world.subgraphs.values())
    objects = {
        key: {name: value for name, value in each.items() if name == "__typename" or f" {name}" in text}
        for key, each in world.objects.items()
    }
    reached: set[str] = set()

    def reach(key: str) -> None:
        if key in objects and key not in reached:
            reached.add(key)
            for value in objects[key].values():
                for each in value["$choose"] if isinstance(value, dict) and "$choose" in value else (value,):
                    mapped(each, reach)

    for root in ("Query", "Mutation"):
        reach(root)
    return World(world.subgraphs, {key: each for key, each in objects.items() if key in reached})
