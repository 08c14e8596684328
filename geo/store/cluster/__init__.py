"""The private PostgreSQL + PostGIS cluster: made on first use, Unix socket only."""

from geo.store.cluster.binaries import Binaries, find_binaries
from geo.store.cluster.lifetime import Status, ensure, release, revive, status, stop

__all__ = ["Binaries", "Status", "ensure", "find_binaries", "release", "revive", "status", "stop"]
