"""Why a choice is refused, in words for the customer that say what to do, if anything."""

from typing import Final

from subgraphs.kit.mutations.mutation_errors import ErrorCode, Refusal

CLUB_PAUSED: Final = Refusal(ErrorCode.CLUB_PAUSED, "The club is paused at present. Your bets still count.")
INELIGIBLE: Final = Refusal(ErrorCode.INELIGIBLE, "You cannot take part at present.")
CHOICE_LOCKED: Final = Refusal(ErrorCode.CHOICE_LOCKED, "The choice of this week is fixed.")
VERSION_CONFLICT: Final = Refusal(
    ErrorCode.VERSION_CONFLICT, "Your choice was changed elsewhere: look at it again."
)
OPTION_WITHDRAWN: Final = Refusal(ErrorCode.OPTION_WITHDRAWN, "This reward is no longer offered.")
NOT_AN_OPTION: Final = Refusal(ErrorCode.OPTION_NOT_ALLOWED, "This reward is not among your options.")
UNAVAILABLE: Final = Refusal(ErrorCode.OPTION_NOT_ALLOWED, "This reward cannot be chosen at present.")
BUDGET_SPENT: Final = Refusal(ErrorCode.BUDGET_SPENT, "No more of this reward can be chosen this week.")
