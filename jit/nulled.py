"""What an error makes null, and the strands at work below a null: for nothing."""

from typing import TYPE_CHECKING, Any

from jit.paths import Steps, ancestor, reach

if TYPE_CHECKING:
    from jit.run import Run
    from jit.strand import Strand


def fail(run: "Run", strand: "Strand", failure: Exception) -> None:
    """Puts a strand's error into the answer."""
    if strand.abandoned or (run.nulled and not alive(run, strand)):
        return
    place = strand.place
    run.errors.append(place.located(failure, strand.steps))
    position = ancestor(strand.steps, place.up)
    if position is None:
        run.data = None
    else:
        reach(run.data, position)[position[1]] = None
    run.cancel_dead |= place.up > 0
    run.has_nulled()


def alive(run: "Run", strand: "Strand") -> bool:
    """Whether there is still a place in the answer for what a strand brings."""
    container = _reached(run.data, strand.steps)
    return container is not None and (strand.container is None or container is strand.container)


def sweep(run: "Run") -> None:
    """Lets go of strands below what has become null."""
    run.sweep_due = False
    living = {strand for strand in run.live if alive(run, strand)}
    shared = {id(strand._fut_waiter) for strand in living}  # noqa: SLF001 - strands are of this package
    for strand in run.live - living:
        if strand.abandoned:
            continue
        strand.abandoned = True
        if run.cancel_dead:
            strand.abandon(shared=id(strand._fut_waiter) in shared)  # noqa: SLF001 - the same
        else:  # as in graphql-core, they may end what they began
            run.live.discard(strand)
    run.wake_if_settled()


def _reached(data: Any, steps: Steps) -> Any:
    try:
        return reach(data, steps)
    except LookupError:
        return None
