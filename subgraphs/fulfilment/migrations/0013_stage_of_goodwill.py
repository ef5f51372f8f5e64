"""Add the stage of goodwill credits, by the rule of rewards.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier

revision = "0013"
down_revision = "0012"
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
    op.add_column("goodwill_credit", sa.Column("stage", Identifier(length=16), computed, nullable=True))


def downgrade() -> None:
    op.drop_column("goodwill_credit", "stage")
