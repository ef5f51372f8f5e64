"""Which revisions of a bet matter, and which one is in force: the same whatever order they arrive in.

A week closes when its grace is over; what happens to a bet later (a settlement of May on a bet of March)
leaves the closed week as it is. So the revision in force is the highest one that came about in time. When a
week closes depends on its scheme, which may arrive after the bet, so a lower revision is dropped only when a
higher one came about before its week's end, which is in time under any scheme.
"""

from collections.abc import Callable, Sequence

from subgraphs.progress.entries import Bet

Settled = Callable[[Bet], bool]
"""Whether a revision came about before the end of its week."""


def with_revision(known: Sequence[Bet], bet: Bet, settled: Settled) -> Sequence[Bet]:
    """The revisions that matter when another one has come; `known` itself where it changes nothing.

    Args:
        known: those that mattered before, the lowest first.
        bet: the one that has come.
        settled: whether a revision is in time under any scheme.
    """
    for other in known:
        if other.revision == bet.revision or (other.revision > bet.revision and settled(other)):
            return known
    if not known or (known[-1].revision < bet.revision and settled(bet)):
        return (bet,)
    lower = () if settled(bet) else tuple(other for other in known if other.revision < bet.revision)
    return (*lower, bet, *(other for other in known if other.revision > bet.revision))


def in_force(known: Sequence[Bet], in_time: Settled) -> tuple[Bet, bool]:
    """The highest revision that came about in time, and that it did; else the highest, and that it did not.

    Args:
        known: the revisions that matter, the lowest first; at least one.
        in_time: whether a revision came about before its week closed.
    """
    for bet in reversed(known):
        if in_time(bet):
            return bet, True
    return known[-1], False
