"""Add the stage of rewards, and indexes by stage, status and reward, for the customers behind figures.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STAGE = (
    "CASE WHEN state IN ('CONFIRMED', 'FULFILLING', 'REVIEW') THEN 'owed' "
    "WHEN state IN ('EXCLUDING', 'REVOKING', 'INELIGIBLE', 'REVOKED') THEN 'stopped' "
    "WHEN state = 'USED' OR (state = 'CREDITED' AND kind = 'cash') THEN 'used' "
    "WHEN state = 'CREDITED' THEN 'outstanding' WHEN state = 'EXPIRED' THEN 'expired' END"
)


def upgrade() -> None:
    computed = sa.Computed(STAGE, persisted=False)
    op.add_column("fulfilment", sa.Column("stage", Identifier(length=16), computed, nullable=True))
    week = ["brand_id", "iso_week"]
    op.create_index("fulfilment_by_stage", "fulfilment", [*week, "stage", "customer_id"])
    op.create_index("fulfilment_by_reward", "fulfilment", [*week, "stage", "reward_id", "customer_id"])
    op.create_index("qualification_by_status", "qualification", [*week, "status", "customer_id"])
    op.create_index("choice_by_reward", "choice", [*week, "reward_id", "customer_id"])


def downgrade() -> None:
    op.drop_index("choice_by_reward", "choice")
    op.drop_index("qualification_by_status", "qualification")
    op.drop_index("fulfilment_by_reward", "fulfilment")
    op.drop_index("fulfilment_by_stage", "fulfilment")
    op.drop_column("fulfilment", "stage")
