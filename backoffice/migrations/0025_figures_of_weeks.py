"""Add the figures of weeks: what the club owes, turnover, and the curve of each week.

Revision ID: 0025
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0025"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_week",
        *_week(),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        *_numbers("opted_in", "qualified", "chose", "credited", "used", "in_doubt"),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week"),
    )
    op.create_table(
        "risk_money",
        *_week(),
        sa.Column("currency", Identifier(length=3), nullable=False),
        *_numbers("customers"),
        *_amounts("counted_bets", "turnover_minor", "member_turnover_minor"),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "currency"),
    )
    _rewards()
    op.create_table(
        "risk_curve",
        *_week(),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        *_numbers("rewards"),
        *_amounts("value_minor"),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "iso_week", "currency", "hour"),
    )


def _rewards() -> None:
    op.create_table(
        "risk_reward",
        *_week(),
        sa.Column("reward_id", Identifier(length=64), nullable=False),
        sa.Column("config_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("currency", Identifier(length=3), nullable=False),
        sa.Column("stage", Identifier(length=16), nullable=False),
        sa.Column("source", Identifier(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        *_numbers("customers"),
        *_amounts("value_minor", "spins"),
        *_numbers("unvalued"),
        sa.PrimaryKeyConstraint(
            "brand_id", "iso_week", "reward_id", "config_version", "currency", "stage", "source"
        ),
    )
    op.create_index("risk_reward_stage", "risk_reward", ["brand_id", "stage", "iso_week"])


def _week() -> list[sa.Column[str]]:
    return [
        sa.Column("brand_id", Identifier(length=64), nullable=False),
        sa.Column("iso_week", Identifier(length=8), nullable=False),
    ]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _amounts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def downgrade() -> None:
    for table in ("risk_curve", "risk_reward", "risk_money", "risk_week"):
        op.drop_table(table)
