"""Conversations of people with their clinic."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("clinic", sa.String(30), nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("draft", sa.Text),
        sa.Column("due", sa.Double),
        sa.Column("touched", sa.Double, nullable=False),
        sa.Column("shown", sa.Text, nullable=False, server_default=sa.text("''")),
        sqlite_autoincrement=True,
    )
    op.create_index("handover_chat", "handover", ["bot_id", "chat_id"])
    op.create_index("handover_touched", "handover", ["touched"])
    where = sa.text("due IS NOT NULL")
    op.create_index(
        "handover_due", "handover", ["bot_id", "due"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("handover")
