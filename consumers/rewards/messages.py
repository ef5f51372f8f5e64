"""The messages that only rewards reads: one version of a reward's terms, or its retirement."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages import fields
from consumers.messages.fields import (
    Count,
    Currency,
    Instant,
    Jurisdiction,
    Money,
    Ordinal,
    RewardId,
    require_utc,
)
from consumers.messages.reader import Body, Reader, require_headers
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.rewards.catalogue.rewards import RewardConfig

_KEY: Final = re.compile(r"([^\s:]{1,64}):([^\s:]{1,64}):([1-9]\d{0,9})", re.ASCII)


class RewardConfigured(Body, frozen=True, kw_only=True):
    """A version of a reward was issued, or its status changed.

    Attributes:
        recalled: Whether the reward was withdrawn for good, for safety or law, so that no customer gets it.
        game_group: The lobby's group of games in which free spins may be used.
    """

    reward_id: RewardId
    config_version: Ordinal
    status: Literal["active", "paused", "withdrawn"]
    kind: RewardKind
    product: fields.Product
    value_minor: Money | None
    spins: Ordinal | None
    currency: Currency
    qualifying_product: fields.Product
    target_minor: Money
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Meta(min_length=1)]
    expiry_days: Ordinal
    wagering_multiple: Count
    effective_from: Instant
    effective_to: Instant | None
    occurred_at: Instant
    recalled: bool = False
    game_group: Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,62}\Z")] | None = None

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(
            effective_from=self.effective_from, effective_to=self.effective_to, occurred_at=self.occurred_at
        )
        if self.recalled and self.status != "withdrawn":
            raise ValueError(f"a recalled reward must be withdrawn, but is {self.status}")

    def row(self) -> dict[str, Any]:
        """Return the columns of the reward_config table."""
        return super().row() | {"jurisdictions": list(self.jurisdictions)}

    def config(self) -> RewardConfig:
        """Return the version in the catalogue's form."""
        return RewardConfig.of(self.row())


@dataclass(frozen=True, slots=True)
class RewardRetired:
    """A null value: the version in the key is withdrawn.

    Attributes:
        occurred_at: When the record was produced; it has no body that could say more.
    """

    brand_id: str
    reward_id: str
    config_version: int
    occurred_at: datetime


_CONFIGS: Final = Reader(
    "club.reward-config",
    msgspec.json.Decoder(RewardConfigured),
    lambda config: f"{config.brand_id}:{config.reward_id}:{config.config_version}",
)


def decode_reward_config(record: Record) -> RewardConfigured | RewardRetired:
    """Return the reward version in a record, or its retirement.

    Raises:
        Poison: The record is neither.
    """
    return _retired(record) if record.value is None else _CONFIGS.read(record)


def _retired(record: Record) -> RewardRetired:
    try:
        key = _KEY.fullmatch((record.key or b"").decode())
    except UnicodeDecodeError as fault:
        raise Poison("the key is not UTF-8") from fault
    if key is None or int(key[3]) >= 2**31:
        raise Poison("a null value under a key that is not brand:reward:version")
    if record.timestamp is None:
        raise Poison("a null value in a record without a timestamp")
    require_headers(record, brand=key[1])
    return RewardRetired(key[1], key[2], int(key[3]), record.timestamp)
