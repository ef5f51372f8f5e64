"""The names of the topics of the club's messages, as `block_list` plans them; the kit names any block's."""

from typing import Final

ACCOUNT_TOPIC: Final = "club.account-status.v1"
ADJUSTMENT_TOPIC: Final = "club.adjustment.v1"
CHOICE_TOPIC: Final = "club.choice.v1"
CONTROL_TOPIC: Final = "club.control.v1"
GOODWILL_TOPIC: Final = "club.goodwill.v1"
MEMBERSHIP_TOPIC: Final = "club.membership.v1"
OUTCOMES_TOPIC: Final = "club.outcomes.v1"
PROGRESS_TOPIC: Final = "club.progress.v1"
QUALIFICATION_TOPIC: Final = "club.qualification.v1"
REWARD_CONFIG_TOPIC: Final = "club.reward-config.v1"
SCHEME_TOPIC: Final = "club.scheme.v1"
SERVED_TOPIC: Final = "club.served.v1"
WEEK_TOPIC: Final = "club.week.v1"
