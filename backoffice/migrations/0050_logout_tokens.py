"""Remember the logout tokens of the OpenID provider that were used.

Revision ID: 0050
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Identifier, UtcDateTime

revision = "0050"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oidc_logout_token",
        sa.Column("token_id", Identifier(255), primary_key=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("oidc_logout_token")
