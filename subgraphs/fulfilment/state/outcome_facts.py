"""The message `club.outcomes.v1`, by which other subgraphs learn the state of a reward."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.state_machine import club_state, fulfilment_status
from subgraphs.kit.records.outbox.outbox import Fact

OUTCOMES_TOPIC: Final = "club.outcomes.v1"
OUTCOMES_SCHEMA: Final = "club.outcomes/1"


def outcome_fact(fulfilment: Fulfilment, at: datetime) -> Fact:
    """Return the message about a reward's state from `at` on; for a week, the highest revision is valid."""
    status, reward = fulfilment_status(fulfilment.state), fulfilment.reward
    return Fact(
        topic=OUTCOMES_TOPIC,
        schema=OUTCOMES_SCHEMA,
        key=f"{fulfilment.club.brand}:{fulfilment.club.customer}",
        identity=f"{fulfilment.club.iso_week}:{fulfilment.revision}",
        body={
            "brand_id": fulfilment.club.brand,
            "customer_id": fulfilment.club.customer,
            "iso_week": fulfilment.club.iso_week,
            "revision": fulfilment.revision,
            "state": club_state(fulfilment.state),
            "fulfilment_status": status.value if status else None,
            "reason": fulfilment.reason,
            "flag": fulfilment.flag,
            "fulfilment_state": fulfilment.state.value,
            "provider": fulfilment.provider,
            "sent_at": _rfc3339(fulfilment.sent_at),
            "reward": asdict(reward) if reward else None,
            "reward_id": reward.reward_id if reward else None,
            "config_version": reward.config_version if reward else None,
            "credited_at": _rfc3339(fulfilment.credited_at),
            "expires_at": _rfc3339(fulfilment.expires_at),
            "reference": fulfilment.reference,
            "occurred_at": _rfc3339(at),
        },
    )


def _rfc3339(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
