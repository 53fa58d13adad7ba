"""Counts by period and by people; who sees them, how they sign in, and what they looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CELL = ("bot_id", "clinic", "period", "what", "name")


def upgrade() -> None:
    """Apply. The old counts bear no date and no number of people, so they cannot be carried on."""
    op.drop_table("tally")
    op.create_table(
        "tally",
        *_cell(),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("enough", sa.SmallInteger, nullable=False),
        sa.Column("ends", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint(*CELL, name="tally_pk"),
    )
    op.create_index("tally_ends", "tally", ["ends"])
    op.create_table(
        "tally_person",
        *_cell(),
        sa.Column("mark", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint(*CELL, "mark", name="tally_person_pk"),
    )
    op.create_index("tally_person_mark", "tally_person", ["bot_id", "mark"])
    op.create_table(
        "tally_key",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("ends", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "period", name="tally_key_pk"),
    )
    _sign_in()


def _cell() -> list[sa.Column[object]]:
    return [
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("clinic", sa.String(30), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
    ]


def _sign_in() -> None:
    op.create_table(
        "staff",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("clinic", sa.String(30), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("weekly", sa.SmallInteger, nullable=False, server_default=sa.text("1")),
        sa.PrimaryKeyConstraint("bot_id", "clinic", "user_id", name="staff_pk"),
    )
    op.create_table(
        "credential",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("expires", sa.Double, nullable=False),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit",
        sa.Column("id", number, primary_key=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("who", sa.String(24), nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("clinic", sa.String(30), nullable=False),
    )
    op.create_index("audit_at", "audit", ["bot_id", "at"])


def downgrade() -> None:
    """Take back; counts start again."""
    for name in ("audit", "credential", "staff", "tally_key", "tally_person", "tally"):
        op.drop_table(name)
    op.create_table(
        "tally",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("clinic", sa.String(30), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "what", "name", "clinic", name="tally_pk"),
    )
