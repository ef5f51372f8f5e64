"""What other subgraphs are told of a reward: `club.outcomes.v1`."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import club_state, status
from subgraphs.kit.records.outbox import Fact

OUTCOMES_TOPIC: Final = "club.outcomes.v1"
OUTCOMES_SCHEMA: Final = "club.outcomes/1"


def outcome_fact(one: Fulfilment, at: datetime) -> Fact:
    """Where a reward stands from `at` on; of one week the highest revision holds."""
    shown = status(one.state)
    return Fact(
        topic=OUTCOMES_TOPIC,
        schema=OUTCOMES_SCHEMA,
        key=f"{one.club.brand}:{one.club.customer}",
        identity=f"{one.club.iso_week}:{one.revision}",
        body={
            "brand_id": one.club.brand,
            "customer_id": one.club.customer,
            "iso_week": one.club.iso_week,
            "revision": one.revision,
            "state": club_state(one.state),
            "fulfilment_status": shown.value if shown else None,
            "reason": one.reason,
            "flag": one.flag,
            "fulfilment_state": one.state.value,
            "provider": one.provider,
            "sent_at": _written(one.sent_at),
            "reward": asdict(one.reward) if one.reward else None,
            "reward_id": one.reward.reward_id if one.reward else None,
            "config_version": one.reward.config_version if one.reward else None,
            "credited_at": _written(one.credited_at),
            "expires_at": _written(one.expires_at),
            "reference": one.reference,
            "occurred_at": _written(at),
        },
    )


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
