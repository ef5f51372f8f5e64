"""Whatever the declarations say can be switched on at a gateway, a test switches on in a process and asks."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from tests.support.product.declared_switches import SHOWN, declared
from tests.whole.switched_on import test_gateway, test_shared_by_valkey

MODULES: Final[tuple[ModuleType, ...]] = (test_gateway, test_shared_by_valkey)
"""Imported, so that their tests are known."""

NOT_HERE: Final[Mapping[str, str]] = {
    "FURLONG_GATEWAY__RESILIENCE__GUARD_IN_PROCESS": "a gateway by itself has no subgraph in its process",
}
"""What cannot be on at `furlong gateway serve`, with the reason."""


def test_everything_that_can_be_switched_on_is_shown() -> None:
    """By a test of a process that the command has started, or the list says why it cannot be."""
    missing = sorted(set(declared()) - SHOWN.keys() - NOT_HERE.keys())
    assert not missing, (
        f"No test shows by the command that these work: {', '.join(missing)}. Switch each on in a process of "
        "tests/whole/switched_on/gateways.py, ask that process one thing that only works with it, and name "
        "it in @shows. If it cannot be on there, say why in NOT_HERE."
    )


def test_nothing_else_is_claimed() -> None:
    """What is named exists, and is not in both lists."""
    assert sorted((SHOWN.keys() | NOT_HERE.keys()) - set(declared())) == []
    assert sorted(SHOWN.keys() & NOT_HERE.keys()) == []
