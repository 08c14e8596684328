"""PostGIS, and the only SQL: a private cluster or a given server, its tables, what they keep.

Read in a short transaction, compute in none, write in a short one::

    db = store.connect(store.cluster.ensure(home))
    store.upgrade(db)
    with db.session() as session:
        revision = store.revisions.open(session, "import", who, why)
        store.areas.replace(session, "grid", grids, revision)
"""

from geo.store import (
    areas,
    audit,
    changes,
    cluster,
    copies,
    dumps,
    features,
    groupings,
    jobs,
    levels,
    places,
    posts,
    revisions,
    rows,
    runs,
    scenarios,
    spots,
    users,
)
from geo.store.database import Database, connect
from geo.store.lifespan import Changes
from geo.store.schema import current, downgrade, drift, head, upgrade

__all__ = [
    "Changes",
    "Database",
    "areas",
    "audit",
    "changes",
    "cluster",
    "connect",
    "copies",
    "current",
    "downgrade",
    "drift",
    "dumps",
    "features",
    "groupings",
    "head",
    "jobs",
    "levels",
    "places",
    "posts",
    "revisions",
    "rows",
    "runs",
    "scenarios",
    "spots",
    "upgrade",
    "users",
]
