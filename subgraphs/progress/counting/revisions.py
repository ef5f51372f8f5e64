"""Which revisions of a bet matter, and which one is in force, independently of the order of arrival.

A week closes when its grace is over. Later events of a bet (a settlement in May of a bet placed in March) do
not change the closed week: the revision in force is the highest one that happened in time. When a week closes
depends on its scheme, which may arrive after the bet. So a lower revision is dropped only if a higher one
happened before the end of its week, which is in time under any scheme.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from subgraphs.progress.counting.contribution import Bet

InTime: TypeAlias = Callable[[Bet], bool]
"""Returns whether a revision happened in time."""


def with_revision(known: Sequence[Bet], bet: Bet, settled: InTime) -> Sequence[Bet]:
    """Return the revisions that matter after another one has arrived; `known` itself if it changes nothing.

    Args:
        known: The revisions that mattered before, the lowest first.
        bet: The revision that has arrived.
        settled: Returns whether a revision happened before the end of its week, so in time under any scheme.
    """
    for other in known:
        if other.revision == bet.revision or (other.revision > bet.revision and settled(other)):
            return known
    if not known or (known[-1].revision < bet.revision and settled(bet)):
        return (bet,)
    lower = () if settled(bet) else tuple(other for other in known if other.revision < bet.revision)
    return (*lower, bet, *(other for other in known if other.revision > bet.revision))


def in_force(known: Sequence[Bet], in_time: InTime) -> tuple[Bet, bool]:
    """Return the revision in force, and whether it happened in time.

    It is the highest revision in time, or the highest of all if none was in time.

    Args:
        known: The revisions that matter, the lowest first; at least one.
        in_time: Returns whether a revision happened before its week closed.
    """
    for bet in reversed(known):
        if in_time(bet):
            return bet, True
    return known[-1], False
