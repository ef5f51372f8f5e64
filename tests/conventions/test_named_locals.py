"""A local is called after what it holds: a loop over `fetches` calls its member `fetch`, not `each`."""

import ast
import builtins
import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.support.repository_files import ROOT, repository_files

NAMELESS: Final = frozenset({"each", "found", "known", "one"})
LOOP: Final = re.compile(rf"\bfor ({'|'.join(sorted(NAMELESS))}) in\b")
RESERVED: Final = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)})
NO_PLURALS: Final = ("ss", "us", "is", "args", "odds", "others", "series", "settings", "statistics")
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def singular(name: str) -> str | None:
    """Return the last word of a plural as a singular; None if the name is no plural."""
    word = name.strip("_").rpartition("_")[2].lower()
    if not word.endswith("s") or word.endswith(NO_PLURALS) or len(word) < len("rows"):
        return None
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def things(iterable: ast.expr) -> str | None:
    """Return the noun of what an expression iterates over, if its last identifier is one."""
    match iterable:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return singular(name)
        case ast.Call(func=ast.Attribute(value=container, attr="values"), args=[]):
            return things(container)
    return None


def nameless(function: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Yield the loops of a function that do not call a member by its noun, which is free in the function."""
    taken = RESERVED | {
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(function)
        if isinstance(node, ast.Name | ast.arg)
    }
    for loop in ast.walk(function):
        if isinstance(loop, ast.For | ast.AsyncFor | ast.comprehension) and isinstance(loop.target, ast.Name):
            noun = things(loop.iter)
            if loop.target.id in NAMELESS and noun is not None and noun not in taken:
                yield loop.target.lineno, loop.target.id, noun


def outermost_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the functions that are in no other function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            yield child
        else:
            yield from outermost_functions(child)


def names_of_the_module(tree: ast.Module) -> Iterator[str]:
    """Yield what a module imports, defines and assigns outside of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    for statement in tree.body:
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            yield statement.name
        else:
            yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


def all_nameless(path: Path) -> list[str]:
    """Return the loops of a file that do not call a member by its noun."""
    text = path.read_text(encoding="utf-8")
    if LOOP.search(text) is None:
        return []
    tree = ast.parse(text)
    taken = set(names_of_the_module(tree))
    return [
        f"{path.relative_to(ROOT)}:{line}: {name} is a {noun}"
        for function in outermost_functions(tree)
        for line, name, noun in nameless(function)
        if noun not in taken
    ]


def test_a_loop_calls_its_member_by_its_noun() -> None:
    """Where what it loops over is a plural, and the singular is free."""
    paths = repository_files("*.py")
    assert "tests/conventions/test_named_locals.py" in paths
    assert [line for path in paths for line in all_nameless(ROOT / path)] == []


def test_names_that_are_free_are_found() -> None:
    """Also in comprehensions; a singular that is used otherwise, or reserved, is no better name."""
    source = """
def read(fetches, rows, types, row):
    for each in self.fetches.values():
        print(each)
    return [one for one in rows], [one for one in types], [one for one in read]
"""
    assert [(name, noun) for _, name, noun in nameless(ast.parse(source))] == [("each", "fetch")]
