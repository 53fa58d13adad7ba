"""The first schema: inbox, conversations, settings, pace."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("lane", sa.String(40), nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("raw", sa.Text),
        sa.Column("received", sa.Double, nullable=False),
        sa.Column("due", sa.Double, nullable=False, server_default=sa.text("0")),
        sa.Column("claims", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("failures", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("sent", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("owner", sa.String(40)),
        sa.Column("lease", sa.Double),
        sa.Column("closed", sa.Double),
        sa.Column("outcome", sa.String(32)),
        sa.UniqueConstraint("bot_id", "update_id", name="inbox_update"),
    )
    for name, columns, where, unique in (
        ("inbox_head", ["bot_id", "lane"], "state IN (1, 2)", True),
        ("inbox_ready", ["bot_id", "id"], "state = 1", False),
        ("inbox_work", ["bot_id", "owner"], "state = 2", False),
        ("inbox_behind", ["bot_id", "lane", "id"], "state = 0", False),
        ("inbox_closed", ["closed"], "state >= 3", False),
        ("inbox_dead", ["bot_id"], "state = 4", False),
    ):
        op.create_index(
            name,
            "inbox",
            columns,
            unique=unique,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "conversation",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("memory", sa.Text, nullable=False),
        sa.Column("touched", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", "user_id", name="conversation_pk"),
    )
    op.create_index("conversation_touched", "conversation", ["touched"])
    op.create_table(
        "setting",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "pace",
        sa.Column("bot_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("next", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    for name in ("pace", "setting", "conversation", "inbox"):
        op.drop_table(name)
