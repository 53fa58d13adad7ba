"""What lasts about a person, clinics, and counts that name nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.Text, nullable=False),
        sa.Column("due", sa.Double),
        sa.Column("touched", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", "user_id", name="person_pk"),
    )
    where = sa.text("due IS NOT NULL")
    op.create_index(
        "person_due", "person", ["bot_id", "due"], sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "clinic",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.String(30), nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "id", name="clinic_pk"),
    )
    op.create_table(
        "tally",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("clinic", sa.String(30), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "what", "name", "clinic", name="tally_pk"),
    )


def downgrade() -> None:
    """Take back."""
    for name in ("tally", "clinic", "person"):
        op.drop_table(name)
