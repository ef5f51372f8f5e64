"""What each entry of a statement has moved, as the balances before and after it prove.

Rule: the definitions of `CdtDbtInd` and `RvslInd` in ISO 20022's message definition report of camt.053: a
reversal that is a credit has reversed a debit. Some banks write a reversal with the direction of what it
reverses, and then the balances only agree if all reversals are turned round.
"""

from collections.abc import Sequence

from msgspec import Struct


class Told(Struct, frozen=True, kw_only=True):
    """What an entry says of itself.

    Attributes:
        amount: In minor units, positive for a credit; None if it cannot be read in the account's currency.
        is_credit: Which of both its direction says; None if that cannot be read.
    """

    amount: int | None
    is_credit: bool | None
    is_reversal: bool


def moved(told: Sequence[Told], difference: int) -> list[int] | None:
    """Return what each entry has moved, in minor units; None if the balances contradict.

    What cannot be read is the rest: of several such entries, the first has all of it.

    Args:
        told: The entries.
        difference: What all have moved together, by the balances.
    """
    unread = [place for place, entry in enumerate(told) if entry.amount is None]
    read = [entry.amount or 0 for entry in told]
    rest = difference - sum(read)
    if unread:
        direction = told[unread[0]].is_credit
        if len(unread) == 1 and (rest == 0 or direction not in {None, rest > 0}):
            return None
        read[unread[0]] = rest
        return read
    if rest == 0:
        return read
    turned = [-amount if entry.is_reversal else amount for amount, entry in zip(read, told, strict=True)]
    return turned if sum(turned) == difference else None
