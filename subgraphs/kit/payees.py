"""Whose an account is: what a bank says of the name under which money is to be sent to it.

GB calls this Confirmation of Payee, the EU Verification of Payee (Regulation (EU) 2024/886, article 5c).
"""

from enum import StrEnum
from typing import Protocol


class PayeeMatch(StrEnum):
    """What the bank of an account says of a name.

    MATCH: It is the holder's. CLOSE_MATCH: It is written otherwise. NO_MATCH: The account is another's.
    NOT_POSSIBLE: The bank does not say, or cannot be asked now.
    """

    MATCH = "match"
    CLOSE_MATCH = "close_match"
    NO_MATCH = "no_match"
    NOT_POSSIBLE = "not_possible"


class PayeeVerification(Protocol):
    """Asks whose an account is."""

    async def verify(self, holder: str, account: str) -> PayeeMatch:
        """Return whether an account is a holder's; NOT_POSSIBLE if nobody says so now."""
        ...
