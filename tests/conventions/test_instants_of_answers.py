"""Where resolvers may read the instant of a request, so that kept answers are made anew when it matters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SUBGRAPHS: Final = Path(__file__).resolve().parents[2] / "subgraphs"
BOUND: Final = {
    "club/loaders.py": "the week and its state end with the week, which the rules name",
    "club_kit/context.py": "whether rules are fresh",
    "events/loaders.py": "whether the catalogue is fresh",
    "lobby/loaders.py": "whether the games are fresh",
    "progress/loaders.py": "whether rules are fresh, and the week, which the rules name",
    "rewards/loaders.py": "whether rules and menus are fresh, and the menu, whose instants the menus name",
    "rewards/schema.py": "the lock of a choice and the end of its week, which the rules name",
    "kit/graphql/app.py": "it is recorded",
    "kit/graphql/context.py": "`RequestContext.now` says that it is read",
}
"""Why public data tell when what depends on the instant changes; elsewhere, `RequestContext.now` is read."""


def _reads(tree: ast.AST) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "now":
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name == "identity":
                yield node


def test_the_instant_is_read_where_public_data_name_its_bounds() -> None:
    """Whoever reads it elsewhere reads `RequestContext.now`, by which the answer is not kept."""
    reading = {
        str(path.relative_to(SUBGRAPHS))
        for path in SUBGRAPHS.rglob("*.py")
        if any(_reads(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert reading == set(BOUND), "Read `context.now`, or say in BOUND which public data name the bound."
