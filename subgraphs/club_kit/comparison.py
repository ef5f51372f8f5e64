"""Outcomes of comparing our records with those of the upstream."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from subgraphs.kit.mutations.changes import Adoption
from subgraphs.kit.mutations.effect import revision_of


class Compared(Enum):
    """The outcome of comparing one record.

    Attributes:
        SAME: Both sides agree, or neither has a record.
        POINTLESS: A difference would have no effect, so the upstream was not asked.
        ADOPTED: Another channel changed it; our record now says the same.
        FORCED_OUT: The customer is excluded, and the upstream is told, or will be.
        IN_THE_WAY: A change is pending; it is left alone.
        NOT_LEARNT: The upstream gave no clear answer.
        LOST: The upstream no longer has what it once confirmed; a person has to look.
        UNFIT: Its record cannot be adopted: an unknown reward, or a choice after the lock.
        REPEATED: It was adopted before and differs again; a person has to look.
    """

    SAME = "same"
    POINTLESS = "pointless"
    ADOPTED = "adopted"
    FORCED_OUT = "forced out"
    IN_THE_WAY = "in the way"
    NOT_LEARNT = "not learnt"
    LOST = "lost"
    UNFIT = "unfit"
    REPEATED = "repeated"


DIFFERENT = frozenset(
    {Compared.ADOPTED, Compared.FORCED_OUT, Compared.LOST, Compared.UNFIT, Compared.REPEATED}
)
UNSETTLED = frozenset({Compared.NOT_LEARNT, Compared.LOST, Compared.UNFIT, Compared.REPEATED})
"""The outcomes that another look, or a person, has to settle."""

ADOPTIONS: Mapping[Adoption, Compared] = {
    Adoption.ADOPTED: Compared.ADOPTED,
    Adoption.IN_THE_WAY: Compared.IN_THE_WAY,
    Adoption.REPEATED: Compared.REPEATED,
}


def occasion(recorded: Mapping[str, Any], version: int) -> str:
    """Return a name for a state on record: the upstream's revision, else the version of our own record."""
    revision = revision_of(recorded)
    return f"v{version}" if revision is None else f"r{revision}"
