"""Why a change of membership is refused, in words for the customer that say what to do, if anything."""

from typing import Final

from subgraphs.kit.mutations.mutation_errors import ErrorCode, Refusal

CLUB_PAUSED: Final = Refusal(ErrorCode.CLUB_PAUSED, "The club is paused at present. Your bets still count.")
INELIGIBLE: Final = Refusal(ErrorCode.INELIGIBLE, "You cannot take part at present.")
WEEK_CLOSED: Final = Refusal(ErrorCode.WEEK_CLOSED, "This week is over.")
TERMS_OUTDATED: Final = Refusal(
    ErrorCode.TERMS_OUTDATED, "The terms have changed: read them again before you join."
)
ALREADY_OPTED_IN: Final = Refusal(ErrorCode.ALREADY_OPTED_IN, "You are a member already.")
NOT_MEMBER: Final = Refusal(ErrorCode.NOT_MEMBER, "You are not a member.")
