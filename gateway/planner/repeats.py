"""Drops what a fetch would bring again of a value that a fetch before it has brought."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.plan.nodes import Step
from gateway.planner.drafts import Block, Draft, Selected
from gateway.planner.levels import in_order


def drop_repeats(drafts: Sequence[Draft]) -> None:
    """Take from entity fetches the fields that lie there already when they are sent.

    A value without a key is put together from several subgraphs, and its key fields may have been needed
    before; whoever brings the rest need not bring them again. What a subgraph may only name an entity by is
    brought again by whoever may answer it.
    """
    before: dict[Draft, frozenset[Draft]] = {}
    for draft in in_order(drafts):
        before[draft] = frozenset(draft.depends_on).union(*(before[each] for each in draft.depends_on))
        if draft.representations is None or draft.from_above or draft.stand_ins:
            continue
        for earlier in sorted(before[draft], key=drafts.index):
            there = _at(earlier, draft.path)
            if there is not None:
                _prune(draft.block, there)


def _at(draft: Draft, path: tuple[Step, ...]) -> Block | None:
    """What a fetch selects at a place, if it reaches it."""
    if path[: len(draft.path)] != draft.path:
        return None
    block: Block | None = draft.block
    for step in path[len(draft.path) :]:
        found = None if block is None else _selected(block, step.response_key, step.types)
        block = None if found is None else found.block
    return block


def _selected(block: Block, response_key: str, types: frozenset[str] | None) -> Selected | None:
    """The field of that name, if one selection of it serves all of the types."""
    for known, fields in block.scopes.items():
        if response_key in fields and (types is None or types <= known):
            return fields[response_key]
    return None


def _prune(mine: Block, theirs: Block) -> None:
    """Drop leaves that the other block has as well, but never the last of a block."""
    if mine.guises or theirs.guises:
        return  # a type that is not known yet may mean another object
    for types, fields in mine.scopes.items():
        for response_key, selected in list(fields.items()):
            there = _selected(theirs, response_key, types)
            if there is None or (there.names_only and not selected.names_only):
                continue
            if selected.block is not None and there.block is not None:
                _prune(selected.block, there.block)
            elif selected.block is None and len(fields) > 1:
                del fields[response_key]
