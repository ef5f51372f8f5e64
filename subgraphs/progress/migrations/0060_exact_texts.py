"""Compare identifiers exactly: `a` and `a ` are two.

Revision ID: 0060
Revises: 0031
"""

from storage.migrations.exact_text import compare_texts_exactly

revision = "0060"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    compare_texts_exactly()


def downgrade() -> None:
    """Leave the collation: it only tells apart what another would take for one."""
