"""What comes of comparing what is recorded here with what is on record upstream."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from subgraphs.kit.mutations.changes import Adoption


class Compared(Enum):
    """What came of comparing one record.

    Attributes:
        SAME: both sides agree, or neither has any.
        POINTLESS: nobody could make anything of a difference, so nothing was asked.
        ADOPTED: it was changed by another channel, and stands here now as well.
        FORCED_OUT: the customer is excluded, and the upstream is (to be) told.
        IN_THE_WAY: a change is under way; it is left alone.
        NOT_LEARNT: the upstream gave no clear answer.
        LOST: the upstream has nothing of what it once confirmed; a person has to look.
        UNFIT: what it has cannot be taken over: a reward that nobody knows, or a choice after its lock.
        REPEATED: it was taken over before, and differs again; a person has to look.
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
"""What another look, or a person, has to settle."""

ADOPTIONS: Mapping[Adoption, Compared] = {
    Adoption.ADOPTED: Compared.ADOPTED,
    Adoption.IN_THE_WAY: Compared.IN_THE_WAY,
    Adoption.REPEATED: Compared.REPEATED,
}


def occasion(recorded: Mapping[str, Any], version: int) -> str:
    """Names a state on record: by the upstream's own revision, else by the version that it follows here."""
    revision = recorded.get("revision")
    return f"r{revision}" if isinstance(revision, int) else f"v{version}"
