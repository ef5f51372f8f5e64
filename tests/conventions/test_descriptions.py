"""A type or field of the graph is described by docstrings; a `description=` would say it again."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("backoffice", "subgraphs", "furlong")


def repeats(source: str) -> Iterator[int]:
    """Yield the lines of Strawberry's calls that are given a text as description, beside a docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            says_what_it_returns = (ast.get_docstring(node) or "").startswith("Return ")
            calls: list[ast.expr] = [] if says_what_it_returns else [*node.decorator_list]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            calls = [node.value]
        else:
            continue
        for call in calls:
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("strawberry."):
                texts = (keyword.value for keyword in call.keywords if keyword.arg == "description")
                yield from (call.lineno for text in texts if isinstance(text, ast.Constant))


def test_no_description_stands_beside_a_docstring() -> None:
    """Two texts of one thing part sooner or later."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for part in PARTS
        for path in (ROOT / part).rglob("*.py")
        for line in repeats(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_description_beside_a_docstring_is_found() -> None:
    """For types, resolvers and attributes; not for shared texts, or where the docstring is no description."""
    wrong = '@strawberry.type(description="x")\nclass A:\n    b: int = strawberry.field(description="y")'
    right = "@strawberry.type(description=SHARED)\nclass A:\n    b: int"
    resolver = '@strawberry.field(description="x")\ndef a():\n    """{}"""'
    assert list(repeats(wrong)) == [1, 3]
    assert list(repeats(right)) == []
    assert list(repeats(resolver.format("An a."))) == [1]
    assert list(repeats(resolver.format("Return an a."))) == []
