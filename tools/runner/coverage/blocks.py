"""Marks each block of statements of a module, so that it says when it is run.

A block is a sequence of statements that run one after another: it ends with a compound statement, behind
which the next one begins. If a statement raises, those behind it in its block count as run too.
"""

import ast
from collections.abc import Iterable
from types import CodeType
from typing import Final, NamedTuple

MARKS: Final = "__marks__"
"""The name under which a marked module finds its bytes: `__marks__[block] = 1`."""
RECORDING: Final = "tools.runner.coverage.recording"

_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BRANCHES: Final = (
    *(ast.If, ast.Match, ast.For, ast.AsyncFor, ast.While),
    *(ast.Try, ast.TryStar, ast.With, ast.AsyncWith),
)
"""What stands behind one of these may not be run though it was."""


class Block(NamedTuple):
    """Statements that run one after another: the line of the first, and how many they are."""

    line: int
    statements: int


def mark(source: str, path: str) -> tuple[CodeType, list[Block]]:
    """Compile the module of a file with marks; return its code, and its blocks in the order of the marks."""
    marker = _Marker()
    module = ast.parse(source, path)
    body = marker.marked(module.body)
    at = next((index for index, statement in enumerate(body) if _counts(statement)), len(body))
    body.insert(at, *ast.parse(f"{MARKS} = __import__({RECORDING!r}, fromlist=['']).marks_of({path!r})").body)
    module.body = body
    return compile(ast.fix_missing_locations(module), path, "exec", dont_inherit=True), marker.blocks


class _Marker:
    """Marks sequences of statements, and remembers the blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def marked(self, body: Iterable[ast.stmt]) -> list[ast.stmt]:
        """Return a sequence of statements with a mark at the beginning of each block."""
        result: list[ast.stmt] = []
        block: int | None = None
        for statement in body:
            if _counts(statement):
                if block is None:
                    block = len(self.blocks)
                    self.blocks.append(Block(statement.lineno, 0))
                    result.append(_mark(block, statement))
                self.blocks[block] = self.blocks[block]._replace(statements=self.blocks[block].statements + 1)
            result.append(statement)
            self._mark_inside(statement)
            if isinstance(statement, _BRANCHES):
                block = None
        return result

    def _mark_inside(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.ClassDef):
            # What a class assigns is an attribute of it: its own statements get no marks.
            for member in statement.body:
                if isinstance(member, _DEFINITIONS):
                    self._mark_inside(member)
        elif not _is_for_types(statement):
            for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                for name in ("body", "orelse", "finalbody"):
                    if hasattr(part, name):
                        setattr(part, name, self.marked(getattr(part, name)))


def _is_for_types(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(test=ast.Name("TYPE_CHECKING")):
            return True
    return False


def _mark(block: int, at: ast.stmt) -> ast.stmt:
    place = ast.Subscript(ast.Name(MARKS, ast.Load()), ast.Constant(block), ast.Store())
    return ast.copy_location(ast.Assign([place], ast.Constant(1)), at)


def _counts(statement: ast.stmt) -> bool:
    """Tell whether a statement does something: texts, `...` and imports of the future must come first."""
    match statement:
        case ast.Expr(ast.Constant()) | ast.Pass() | ast.ImportFrom(module="__future__"):
            return False
    return True
