"""Writes the statements that complete one value: the expected case, the general case, and errors."""

from dataclasses import dataclass

from jit.compile.completion.expected_values import BranchWriter, CompletionBranch, CompletionTarget
from jit.compile.completion.fast_completion import FastCompletion, Test, append_fast
from jit.compile.source import Lines, Source, indent
from jit.runtime.field_slot import FieldSlot
from jit.runtime.response_budget import spending


@dataclass(frozen=True, slots=True)
class Completion:
    """How generated code completes the values of a type.

    Attributes:
        write_branch: Writes the test for expected values, and the statements that complete them.
        fast: Fast completion of the values; None if that is impossible.
        first: Fast completion of values that are not null, if it is worth trying before the branch.
    """

    write_branch: BranchWriter
    fast: FastCompletion | None = None
    first: Test | None = None

    def branch_for(self, target: CompletionTarget) -> CompletionBranch:
        """Return the branch that completes a value into a target, with fast completion before it."""
        branch = self.write_branch(target)
        if self.first is None:
            return branch
        return CompletionBranch(self.first(target.value, "found"), (f"{target.value} = found",), branch)


def settled(
    source: Source, slot: str, target: CompletionTarget, write_branch: BranchWriter, value: str
) -> Lines:
    """Complete expected values in place, and leave all others to the execution."""
    otherwise = "" if source.names[slot].non_null else f"{target.value} is not None"
    settle = f"{target.value} = execution.settle({slot}, {value}, {target.container}, {target.path})"
    lines: Lines = []
    branch: CompletionBranch | None = write_branch(target)
    while branch is not None and branch.test is not None:
        if branch.lines:
            lines += [f"{'elif' if lines else 'if'} {branch.test}:", *indent(list(branch.lines))]
        else:
            test = f"not ({branch.test})" + (f" and {otherwise}" if otherwise else "")
            return [f"if {test}:", f"    {settle}"]
        branch = branch.otherwise
    if not lines:
        return [f"if {otherwise}:", f"    {settle}"] if otherwise else [settle]
    return [*lines, f"elif {otherwise}:" if otherwise else "else:", f"    {settle}"]


def list_function(source: Source, items: str, slot: FieldSlot, completion: Completion, places: int) -> Lines:
    """Write the function that completes the items of a list.

    Args:
        source: What the function is written for.
        items: The name of the function.
        slot: The slot of the items.
        completion: How the items are completed.
        places: What each item takes of the answer's budget.
    """
    name = source.constant("slot", slot)
    source.names["spending"] = spending
    target = CompletionTarget("item", "results", "(path, len(results), None)")
    return [
        f"def {items}(execution, items, path):",
        f"    # [{slot.type}]",
        f"    items = spending(items, {places})",
        "    results = []",
        *indent(["kept = None"] if _has_inliner(completion.fast) else []),
        *indent(["rest = iter(items)"] if slot.non_null else []),
        f"    for item in {'rest' if slot.non_null else 'items'}:",
        *indent(_fast_item(completion.fast), 2),
        "        try:",
        *indent(settled(source, name, target, completion.write_branch, "item"), 3),
        "        except Exception as error:",
        *(["            execution.dispose_rest(rest)"] if slot.non_null else []),
        *indent(error_lines(slot, name, target, "item ="), 3),
        "        results.append(item)",
        "    return results",
    ]


def error_lines(slot: FieldSlot, name: str, target: CompletionTarget, assign: str) -> Lines:
    """Locate an error: it propagates where no null is allowed, and is noted elsewhere."""
    if slot.non_null:
        return [f"raise {name}.located(error, {target.path})"]
    return [f"{assign} execution.add_error({name}, error, {target.path})"]


def _has_inliner(fast: FastCompletion | None) -> bool:
    return fast is not None and fast.inline is not None


def _fast_item(fast: FastCompletion | None) -> Lines:
    """Write fast completion of an item; the lines fall through for other items."""
    if fast is None or not _has_inliner(fast):
        return []
    return ["try:", *indent(append_fast(fast, "continue")), "except Exception:", "    pass"]
