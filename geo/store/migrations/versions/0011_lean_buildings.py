"""Buildings without an index that no question uses: it cost more than all others together."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index in metres."""
    op.execute("drop index buildings_geog_idx")


def downgrade() -> None:
    """Make it again."""
    op.execute("create index buildings_geog_idx on buildings using gist ((geom::geography))")
