"""After a publication its tiles are put into an archive: the worker orders that as a job."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.jobs.orders import OrderJob
from api.tasks.tile_archives import published
from api.tasks.work import Work, perform
from geo import store
from geo.store.changes import Boxes

KIND = "tiles"
QUIET_S = 2.0
"""What is published within this time comes into one archive."""
LOG = logging.getLogger(__name__)


@asynccontextmanager
async def archived(work: Work) -> AsyncIterator[None]:
    """Order an archive for every publication while the block runs."""
    loop, moved = asyncio.get_running_loop(), asyncio.Event()

    def told(_layer: str, _ids: tuple[int, ...] | None, _boxes: Boxes, _epoch: int) -> None:
        loop.call_soon_threadsafe(moved.set)

    watch = await asyncio.to_thread(store.changes.watch, work.db)
    subscription = watch.subscribe(told)
    following = asyncio.create_task(_follow(work, moved))
    try:
        yield
    finally:
        watch.unsubscribe(subscription)
        following.cancel()


async def _follow(work: Work, moved: asyncio.Event) -> None:
    while True:
        try:
            await asyncio.to_thread(order, work)
        except Exception:
            LOG.exception("no archive could be ordered")
        await moved.wait()
        await asyncio.sleep(QUIET_S)
        moved.clear()


def order(work: Work) -> int | None:
    """Order an archive of the last publication unless it is there or ordered; give the job."""
    with work.db.read() as session:
        latest = store.revisions.latest(session)
        ordered = [job.inputs for job in store.jobs.latest(session, most=20) if job.kind == KIND]
    if latest is None or latest.kind != "publish" or latest.number in published(work):
        return None
    inputs = {"revision": latest.number}
    if inputs in ordered:
        return None
    return perform(OrderJob(kind=KIND, inputs=inputs), work).number
