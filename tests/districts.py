"""The small demo district, built once, and kept in a store."""

from functools import lru_cache

from api.settings import Settings
from api.tasks.work import Work
from geo import coords, demo, layers, store


@lru_cache(maxsize=1)
def small() -> demo.District:
    """Build the small district."""
    return demo.build(size="small", seed=1)


def kept(db: store.Database, settings: Settings | None = None) -> Work:
    """Give work on a store that now holds the small district."""
    town = small()
    with db.session() as session:
        revision = store.revisions.open(session, "import", "test", "the small district")
        for name in layers.LAYERS:
            if name not in town.layers:
                continue
            frame = town.layers[name]
            placed = coords.to_degrees(frame) if frame.crs is not None else frame
            if layers.layer(name).level:
                store.areas.replace(session, name, placed, revision)
            else:
                store.features.replace(session, name, placed)
    return Work(settings=settings or Settings(), database=db)
