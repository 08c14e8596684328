"""What a key may still ask stands in the store: its rate holds for all processes together."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every key a bucket; a full one (null) to begin with."""
    op.execute("""
        alter table embed_keys
            add column kept double precision,
            add column filled timestamptz not null default now()
    """)


def downgrade() -> None:
    """Take the buckets away."""
    op.execute("alter table embed_keys drop column kept, drop column filled")
